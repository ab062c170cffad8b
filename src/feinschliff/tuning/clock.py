"""Keeps a run's row true while it is under way: seconds, status, and the result at the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from feinschliff.errors import FeinschliffError, Interrupted, RunError, StoreError
from feinschliff.generation import Payer
from feinschliff.i18n import tr
from feinschliff.store import Run, update_run
from feinschliff.tuning.result import Result

_TICK_S = 1.0
_AHEAD_S = 1.5
"""With a limit on time, the run's row is ahead by so much between two ticks: a process that is killed has noted all."""


class Clock:
    """Adds the wall time since the last note to the run's row, every second, so that it survives a kill."""

    def __init__(self, payer: Payer, run: str) -> None:
        self._payer = payer
        self._run = run
        self._noted = 0.0
        self._lock = threading.Lock()
        self._ahead_s = 0.0 if payer.budget.caps.seconds is None else _AHEAD_S

    def note(self, *, ahead_s: float = 0.0, **values: Any) -> None:
        """Add the seconds since the last note, and whatever `update_run` takes."""
        with self._lock:
            now = self._payer.budget.seconds_now + ahead_s
            update_run(self._payer.store, self._run, add_seconds=now - self._noted, **values)
            self._noted = now

    @contextmanager
    def ticking(self) -> Iterator[None]:
        """Note the time from a thread of its own."""
        over = threading.Event()

        def tick() -> None:
            with suppress(StoreError):  # whoever writes the next answer will tell
                self.note(ahead_s=self._ahead_s)
                while not over.wait(_TICK_S):
                    self.note(ahead_s=self._ahead_s)

        thread = threading.Thread(target=tick, name="fein-clock", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def finish(self, result: Result) -> None:
        """The run is done; its result and the limits under which it was reached are kept."""
        caps = self._payer.budget.caps.to_dict()
        self.note(status="done", budget=caps, result=result.to_dict(), details=result.details)


@contextmanager
def keeping_track(run: Run, payer: Payer) -> Iterator[Clock]:
    """A clock for the run; whatever ends it early is noted and leaves with the run's id in `error.run`."""
    clock = Clock(payer, run.id)
    clock.note(status="started")
    try:
        with clock.ticking():
            yield clock
        clock.note()  # takes back what the last tick was ahead
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001
        caught = Interrupted(tr("interrupted")) if isinstance(error, KeyboardInterrupt) else error
        with suppress(StoreError):  # a store that is gone cannot note it either
            clock.note(status="interrupted" if isinstance(caught, Interrupted) else "failed")
        if isinstance(caught, FeinschliffError):
            caught.run = run.id
            raise caught from None
        raise RunError(
            tr("unexpected {kind}: {caught}", kind=type(caught).__name__, caught=str(caught)[:300]),
            mend=tr("this is a mistake of ours; what was paid for is kept"),
        ).of_run(run.id) from caught
