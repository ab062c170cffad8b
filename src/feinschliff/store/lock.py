"""One process per run: two that carry out the same run would both spend its budget.

A lock that the operating system (or the database server) gives back by itself when the process ends, however it ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from feinschliff.errors import InputError
from feinschliff.store.store import Store


@contextmanager
def run_lock(store: Store, run: str) -> Iterator[None]:
    """Hold the run for the time of the block. Raises: InputError where another process holds it."""
    folder = store.folder
    if folder is not None:
        with _file_lock(folder / "locks" / f"{run}.lock", run):
            yield
    elif store.engine.dialect.name == "postgresql":
        with _server_lock(store, run):
            yield
    else:
        yield  # a store in memory belongs to this process alone


@contextmanager
def _file_lock(path: Path, run: str) -> Iterator[None]:
    try:
        import fcntl
    except ImportError:  # no such lock on Windows: the caller is trusted there
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise _taken(run) from None
        yield


@contextmanager
def _server_lock(store: Store, run: str) -> Iterator[None]:
    number = int(run, 16)
    with store.engine.connect() as connection:
        if not connection.execute(sa.select(sa.func.pg_try_advisory_lock(number))).scalar_one():
            raise _taken(run)
        try:
            yield
        finally:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(number)))


def _taken(run: str) -> InputError:
    return InputError(
        f"run {run} is under way in another process", asked=run, mend="wait until it has ended, then run the same again"
    )
