"""Entry point: exit codes, and errors as one message or one JSON document, never as a traceback."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import nullcontext

import typer
from typer.exceptions import TyperException

from feinschliff.cli.app import app
from feinschliff.cli.clock import IMPORTED, begin
from feinschliff.cli.output import choose_encoding, data_only, print_error, writing
from feinschliff.errors import FeinschliffError, InputError, Interrupted
from feinschliff.i18n import tr

_SECRET = frozenset({"--header", "--api-key-env"})


class _Bug(FeinschliffError):
    """A mistake of ours."""

    kind = "internal"


class _Usage(InputError):
    """The command line itself is wrong."""

    kind = "usage"


def main() -> None:
    """Run `fein` with the process's arguments and leave with its exit code."""
    choose_encoding(sys.stdout, sys.stderr)
    if "_FEIN_COMPLETE" in os.environ:
        os.environ["COLUMNS"] = "1000"  # typer would wrap long help, and the shell take its second line for a word
    code = run(sys.argv[1:], started=IMPORTED)
    with writing():
        if sys.stdout is not None:
            sys.stdout.flush()
    if code == Interrupted.exit_code:
        # CPython remembers a Ctrl-C that came in the middle of an import, though it was handled, and would end the
        # process by that signal instead of with this code. All is closed and written by now.
        if sys.stderr is not None:
            sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def run(arguments: Sequence[str], *, started: float | None = None) -> int:
    """Run one command line and return its exit code: 0 done, 1 failed on the way, 2 wrong input, 130 interrupted.

    `started`: `time.monotonic()` from which a limit on seconds counts; now if None.
    """
    begin(started)
    as_json = "--json" in arguments
    try:
        with data_only() if as_json else nullcontext():
            code = app(list(arguments), prog_name="fein", standalone_mode=False)
        if code == Interrupted.exit_code:  # typer's word for a Ctrl-C that nobody caught
            raise KeyboardInterrupt
        return int(code) if isinstance(code, int) else 0
    except FeinschliffError as error:
        return print_error(error, as_json=as_json)
    except TyperException as error:
        return _usage(error, arguments, as_json=as_json)
    except (KeyboardInterrupt, typer.Abort):
        return print_error(Interrupted(tr("interrupted")), as_json=as_json)
    except Exception as error:  # noqa: BLE001 - the last line of defence: a message, not a traceback
        if "-v" in arguments or "--verbose" in arguments:
            traceback.print_exc()
        bug = _Bug(
            tr("unexpected {kind}: {error}", kind=type(error).__name__, error=str(error)[:300]),
            mend=tr("this is a mistake of ours; -v shows where it happened"),
        )
        return print_error(bug, as_json=as_json)


def _usage(error: TyperException, arguments: Sequence[str], *, as_json: bool) -> int:
    """A wrong command line; without any arguments typer has shown the help already and its message is empty."""
    text = getattr(error, "format_message", lambda: str(error))().strip()
    if not text and not as_json:
        return InputError.exit_code
    asked = " ".join(["fein", *_without_secrets(arguments)])
    return print_error(_Usage(text or "no verb is given", asked=asked, mend=tr("see fein --help")), as_json=as_json)


def _without_secrets(arguments: Sequence[str]) -> list[str]:
    """The command line as it may be shown: without headers, keys in place of names and credentials in URLs."""
    from feinschliff.endpoints.address import redact_url

    shown: list[str] = []
    for argument in arguments:
        option, given, _ = argument.partition("=")
        if option in _SECRET and given:
            shown.append(f"{option}=***")
        elif shown and shown[-1] in _SECRET:
            shown.append("***")
        else:
            shown.append(redact_url(argument) if "://" in argument else argument)
    return shown
