"""What the user types: line by line, a paste of several lines as one message."""

from __future__ import annotations

import contextlib
import os
import select
import sys
from collections.abc import Callable, Iterator

from feinschliff.errors import InputError
from feinschliff.i18n import tr

_PASTE_S = 0.03
"""The lines of a paste come at once; nobody types the next line so soon."""


def piped_lines() -> Iterator[str]:
    """The lines of standard input. Raises: InputError for what is no text in its encoding."""
    try:
        for number, line in enumerate(sys.stdin):
            line.encode()  # where the locale is "C", Python lets any byte through, as half of a surrogate pair
            yield (line.removeprefix("\ufeff") if number == 0 else line).rstrip("\r\n")
    except (UnicodeDecodeError, UnicodeEncodeError) as error:
        raise InputError(
            tr("standard input is no UTF-8 text"),
            asked=tr("a message in each line"),
            found=tr("bytes that are no text: {reason}", reason=error.reason),
            mend=tr("convert it first: iconv -f LATIN1 -t UTF-8"),
        ) from None


def typed_lines(prompt: str, say: Callable[[str], None]) -> Iterator[str]:
    """What is typed at a prompt until Ctrl-D. Ctrl-C empties the line."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 - input() then edits, remembers lines, and takes a marked paste as one line
    while True:
        try:
            yield _message(prompt)
        except EOFError:
            print()  # noqa: T201 - behind the prompt
            return
        except KeyboardInterrupt:
            print()  # noqa: T201
            say(tr("Ctrl-D or /quit ends the chat"))


def _message(prompt: str) -> str:
    """One line, and what follows it without a pause: terminals that do not mark a paste send it line by line."""
    lines = [input(prompt)]
    while _more_is_there():
        lines.append(input())
    return "\n".join(lines)


def _more_is_there() -> bool:
    if os.name == "nt":
        return False
    try:
        return bool(select.select([sys.stdin], [], [], _PASTE_S)[0])
    except (OSError, ValueError):
        return False
