"""One process per run: two that carry out the same run would both spend its budget.

A lock that the operating system (or the database server) gives back by itself when the process ends, however it ends.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import sqlalchemy as sa

from feinschliff.errors import InputError
from feinschliff.i18n import tr
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
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            give_back = _take(file)
        except OSError:
            raise _taken(run) from None
        try:
            yield
        finally:
            give_back()


def _take(file: TextIO) -> Callable[[], None]:
    """Lock an open file for this process, and return what unlocks it. Raises: OSError where another one has it."""
    try:
        import fcntl
    except ImportError:  # Windows
        msvcrt: Any = importlib.import_module("msvcrt")
        file.seek(0)  # it locks from where the file stands
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        return lambda: msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return lambda: fcntl.flock(file, fcntl.LOCK_UN)


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
        tr("run {run} is under way in another process", run=run),
        asked=run,
        mend=tr("wait until it has ended, then run the same again"),
    )
