"""Progress on stderr: answers, tokens, the best so far, and the time left."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from feinschliff._api import Watch
from feinschliff.cli.before import Before
from feinschliff.cli.clock import started
from feinschliff.cli.output import stderr
from feinschliff.errors import NotStarted
from feinschliff.generation import Estimate
from feinschliff.i18n import tr
from feinschliff.records import Answer
from feinschliff.tuning import Step

Done = TypeVar("Done")

_EVERY_S = 5.0
"""Seconds between two lines where stderr is no terminal."""


class ProgressDisplay:
    """A live bar on a terminal, a line now and then elsewhere. Hands out the callbacks that a run wants."""

    def __init__(self, *, quiet: bool = False, before: Before | None = None) -> None:
        self._before = before
        self._console: Console = stderr()
        # Colours can be forced into a file, a bar that is drawn over itself cannot.
        self._live = self._console.file.isatty() and not self._console.is_dumb_terminal and not quiet
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[text]}"), console=self._console
        )
        self._task: TaskID | None = None
        self._planned: int | None = None
        self._phase = "start"
        self._answers = 0
        self._there = 0
        """Answers that an earlier attempt has paid for."""
        self._least_s = 0.0
        self._tokens = 0
        self._best: float | None = None
        self._started = time.monotonic()
        self._last_line = self._started

    def __enter__(self) -> Self:
        if self._live:
            self._progress.start()
            self._task = self._progress.add_task(_name(self._phase), total=None, text="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._progress.stop()

    @property
    def watch(self) -> Watch:
        """Callbacks for `tune` and its like."""
        return Watch(
            on_estimate=None if self._before is None else self._on_estimate,
            on_run=self._on_run,
            on_phase=self._on_phase,
            on_step=self._on_step,
            on_answer=self._on_answer,
            started=started(),
        )

    def _on_estimate(self, estimate: Estimate) -> bool:
        """A question needs a terminal without a bar on it."""
        assert self._before is not None
        self._there, self._least_s = estimate.in_store, estimate.least_s
        if self._live:
            self._progress.stop()
        go_on = self._before(estimate)
        if self._live:
            self._progress.start()
            self._started = time.monotonic()
        return go_on

    def _on_run(self, run: str) -> None:
        self._console.print(tr("run {run}", run=run))

    def _on_phase(self, phase: str, planned: int | None) -> None:
        self._phase, self._planned = phase, planned
        self._show(force=True)

    def _on_step(self, step: Step) -> None:
        self._best = step.mean
        self._show(force=not self._live and step.round == 0)

    def _on_answer(self, answer: Answer) -> None:
        self._answers += 1
        self._tokens += answer.prompt_tokens + answer.completion_tokens
        self._show(force=False)

    def _show(self, *, force: bool) -> None:
        now = time.monotonic()
        if self._task is not None:
            self._progress.update(
                self._task,
                description=_name(self._phase),
                completed=self._there + self._answers,
                total=self._planned,
                text=self._text(now),
            )
        elif force or now - self._last_line >= _EVERY_S:
            self._last_line = now
            self._console.print(f"{_name(self._phase)}: {self._text(now)}")

    def _text(self, now: float) -> str:
        done = self._there + self._answers
        if self._planned:
            answers = tr("{n} of at most {planned} answers", n=done, planned=self._planned)
        else:
            answers = tr("{n} answers", n=done)
        from feinschliff.report.format import score

        parts = [answers, tr("{n} tokens", n=self._tokens)]
        if self._best is not None:
            parts.append(tr("best so far {best}", best=score(self._best)))
        elapsed = now - self._started
        if self._planned and self._answers >= 10:
            left = elapsed / self._answers * max(0, self._planned - done)
            # Limits per minute let many through at once and then none: the pace so far says too little.
            left = max(left, self._least_s - elapsed)
            parts.append(tr("at most {duration} left", duration=_duration(left)))
        return ", ".join(parts)


def _name(phase: str) -> str:
    """A phase in the user's language."""
    names = {
        "start": tr("start"),
        "probe": tr("probe"),
        "search": tr("search"),
        "confirm": tr("confirm"),
        "compare": tr("compare"),
        "generate": tr("generate"),
        "check": tr("check"),
        "posts": tr("posts"),
        "subjects": tr("subjects"),
    }
    return names.get(phase, phase)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def carried_out(work: Callable[[Watch], Done], before: Before, *, quiet: bool) -> Done | None:
    """What `work` makes, its progress shown; None where `--dry-run` has shown the estimate instead.

    Raises: NotStarted where somebody was asked and said no.
    """
    try:
        with ProgressDisplay(quiet=quiet, before=before) as display:
            return work(display.watch)
    except NotStarted as stopped:
        if not before.dry_run:
            raise
        before.show(stopped.estimate)
        return None
