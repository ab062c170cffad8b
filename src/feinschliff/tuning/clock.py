"""Keeps a run's row true while it is under way: seconds, status, and the result at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from feinschliff.errors import FeinschliffError, Interrupted, RunError, StoreError
from feinschliff.generation import Payer
from feinschliff.store import Run, update_run
from feinschliff.tuning.result import Result


class Clock:
    """Adds the wall time since the last note to the run's row, so that it survives a kill up to the last round."""

    def __init__(self, payer: Payer, run: str) -> None:
        self._payer = payer
        self._run = run
        self._noted = 0.0

    def note(self, **values: Any) -> None:
        """Add the seconds since the last note, and whatever `update_run` takes."""
        now = self._payer.budget.seconds_now
        update_run(self._payer.store, self._run, add_seconds=now - self._noted, **values)
        self._noted = now

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
        yield clock
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001
        caught = Interrupted("interrupted") if isinstance(error, KeyboardInterrupt) else error
        with suppress(StoreError):  # a store that is gone cannot note it either
            clock.note(status="interrupted" if isinstance(caught, Interrupted) else "failed")
        if isinstance(caught, FeinschliffError):
            caught.run = run.id
            raise caught from None
        raise RunError(
            f"unexpected {type(caught).__name__}: {str(caught)[:300]}",
            mend="this is a mistake of ours; what was paid for is kept",
        ).of_run(run.id) from caught
