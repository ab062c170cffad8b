"""A person at a terminal: `fein` on a pseudo-terminal of its own, keys going in, what is shown coming out."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from types import TracebackType
from typing import Self

_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x1b\][^\x07]*\x07")
_START = (
    "import fcntl, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); sys.argv[0] = 'fein';"
    "from feinschliff.cli import main; main()"
)
"""Ctrl-C must reach the program: the terminal becomes the one that controls it."""

CTRL_C, CTRL_D = "\x03", "\x04"


class Terminal:
    """`fein` with these arguments in a terminal of so many columns."""

    def __init__(self, *arguments: str, folder: Path, columns: int = 90, rows: int = 30, **env: str) -> None:
        self._outer, inner = os.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        spoken = {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"}
        environment = {k: v for k, v in os.environ.items() if k not in spoken} | {"TERM": "xterm-256color"} | env
        self.process = subprocess.Popen(
            [sys.executable, "-c", _START, *arguments],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
        os.close(inner)
        self._seen = ""
        self._read_to = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        os.close(self._outer)

    @property
    def shown(self) -> str:
        """All that was written so far, without colours and cursor moves."""
        return _CODES.sub("", self._seen).replace("\r", "")

    def type(self, text: str) -> None:
        """Press these keys."""
        os.write(self._outer, text.encode())

    def wait_for(self, text: str, *, seconds: float = 60.0) -> str:
        """Wait until `text` is shown behind what was waited for last; returns what came up to it."""
        deadline = time.monotonic() + seconds
        while (at := self.shown.find(text, self._read_to)) < 0:
            left = deadline - time.monotonic()
            if left <= 0 or not self._read(left):
                raise AssertionError(f"{text!r} does not come; shown since then: {self.shown[self._read_to :]!r}")
        before, self._read_to = self.shown[self._read_to : at], at + len(text)
        return before

    def wait_for_end(self, *, seconds: float = 60.0) -> int:
        """Wait until the program has ended; returns its exit code."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < deadline:
            self._read(0.1)
        return self.process.wait(1)

    def _read(self, seconds: float) -> bool:
        """Take what is written within that time; False where nothing comes any more."""
        if not select.select([self._outer], [], [], seconds)[0]:
            return True
        try:
            part = os.read(self._outer, 65536)
        except OSError:
            return False
        self._seen += part.decode("utf-8", "replace")
        return bool(part)
