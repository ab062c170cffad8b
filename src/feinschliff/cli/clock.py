"""When this command began: what `--seconds` counts from."""

from __future__ import annotations

import time

IMPORTED = time.monotonic()
"""When the program was loaded: a few hundredths of a second after the process began."""

_started = IMPORTED


def begin(at: float | None = None) -> None:
    """A command begins, now or at a given `time.monotonic()`."""
    global _started
    _started = time.monotonic() if at is None else at


def started() -> float:
    """`time.monotonic()` at which the command began."""
    return _started
