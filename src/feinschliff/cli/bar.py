"""One bar on stderr for work that is counted in bytes or steps."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, Progress, TaskID, TextColumn

from feinschliff.cli.output import say, stderr
from feinschliff.models.sizes import size_text

_EVERY_S = 5.0
"""Seconds between two lines where stderr is no terminal."""


class Bar:
    """A live bar on a terminal, a line now and then elsewhere. Each new name begins a new bar."""

    def __init__(self, *, in_bytes: tuple[str, ...] = ()) -> None:
        console = stderr()
        self._in_bytes = in_bytes
        self._live = console.file.isatty() and not console.is_dumb_terminal
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[text]}"), console=console
        )
        self._tasks: dict[str, TaskID] = {}
        self._last = time.monotonic()

    def __enter__(self) -> Self:
        if self._live:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the bar away; safe to call twice."""
        if self._live:
            self._progress.stop()

    def show(self, name: str, done: int, total: int) -> None:
        """So much of it is done."""
        text = f"{size_text(done)} / {size_text(total)}" if name in self._in_bytes else f"{done} / {total}"
        now = time.monotonic()
        if self._live:
            if name not in self._tasks:
                self._tasks[name] = self._progress.add_task(name, total=total, text="")
            self._progress.update(self._tasks[name], completed=done, total=total, text=text)
        elif now - self._last >= _EVERY_S:
            self._last = now
            say(f"{name}: {text}")
