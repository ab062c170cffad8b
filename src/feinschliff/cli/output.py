"""What goes where: data to stdout, everything else to stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, TextIO

from feinschliff.errors import FeinschliffError, RunError
from feinschliff.i18n import tr

if TYPE_CHECKING:
    from rich.console import Console

_data: list[TextIO | None] = []
"""The real stdout, while `data_only` holds; None in it where stdout is closed."""

_WIDE = 1000
"""Columns where nobody says how wide the screen is; tables take only what they need."""


def stderr() -> Console:
    """Messages and progress."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


def stdout() -> Console:
    """Results for people."""
    from rich.console import Console

    return Console(highlight=False)


def tables() -> Console:
    """Results in rows. Into a file or another program a row is a line, however long."""
    console = stdout()
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _WIDE
    return console


def choose_encoding(*streams: TextIO | None) -> None:
    """UTF-8 into files and pipes; a terminal gets what it says that it can show, with ? for the rest.

    `PYTHONIOENCODING` goes before both.
    """
    for stream in streams:
        if isinstance(stream, TextIOWrapper):
            keep = stream.isatty() or "PYTHONIOENCODING" in os.environ
            stream.reconfigure(encoding=None if keep else "utf-8", errors="replace")


@contextmanager
def data_only() -> Iterator[None]:
    """Under `--json`: whatever prints (a user's scorer, say) goes to stderr; `print_json` alone reaches stdout."""
    _data.append(sys.stdout)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        _data.pop()


def print_json(document: Any) -> None:
    """One JSON document, and nothing else."""
    with writing():
        stream = _data[-1] if _data else sys.stdout
        if stream is None:
            raise ValueError("it is closed")
        plain = not (stream.encoding or "").lower().startswith("utf")
        stream.write(json.dumps(document, ensure_ascii=plain, allow_nan=False, indent=2) + "\n")
        stream.flush()


@contextmanager
def writing() -> Iterator[None]:
    """Around what writes results to stdout. A reader that has gone (`fein ... | head`) is no failure of the run.

    Raises: RunError where stdout is closed or full.
    """
    try:
        yield
    except BrokenPipeError:
        _discard()
    except SystemExit:  # rich leaves the program on a broken pipe
        _discard()
    except (OSError, ValueError, AttributeError) as error:
        _discard()
        raise RunError(
            tr("cannot write the result to standard output: {error}", error=error),
            mend=tr("the result is kept: run the same again, or see fein runs"),
        ) from None


def _discard() -> None:
    """Point stdout to nowhere, so that nothing fails once more when the process ends."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def say(text: str) -> None:
    """One line on stderr."""
    from rich.markup import escape

    stderr().print(escape(text))


def print_error(error: FeinschliffError, *, as_json: bool) -> int:
    """Show an error and return its exit code."""
    from rich.markup import escape

    if as_json:
        try:
            print_json({"error": error.to_dict(), "run": error.run})
            return error.exit_code
        except RunError:
            pass  # nobody can read it there: say it where somebody may
    console = stderr()
    console.print(f"[bold red]{error.kind}[/]: {escape(error.message)}")
    for label, text in ((tr("asked"), error.asked), (tr("found"), error.found), (tr("mend"), error.mend)):
        if text:
            console.print(f"  [dim]{label}[/] {escape(text)}")
    if error.run is not None:
        label = tr("run")
        console.print(f"  [dim]{label}[/] {error.run}: " + tr("what was paid for is kept"))
        console.print("  " + tr("the same command, without --fresh, goes on from there"))
    return error.exit_code
