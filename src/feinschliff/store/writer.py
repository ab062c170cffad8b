"""The one thread that writes answers: it commits whatever has come in since its last commit, in one transaction.

A commit costs a flush to disk, and while one runs the next answers queue up: under load they share commits by
themselves, and without load an answer waits for nothing. Whoever handed an answer in is called back after its commit.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from feinschliff.errors import StoreError
from feinschliff.i18n import tr
from feinschliff.store.schema import ledger, vectors

_MOST_PER_COMMIT = 2000


@dataclass(frozen=True, slots=True)
class Entry:
    """Rows that must become durable together, and whom to tell."""

    answer: Mapping[str, Any] | None
    charge: Mapping[str, Any] | None
    done: Callable[[], None]
    vectors: Sequence[Mapping[str, Any]] = ()


class Writer:
    """Owns a thread and a connection; safe to use from any thread."""

    def __init__(self, engine: sa.Engine, insert_answers: sa.Executable) -> None:
        self._engine = engine
        self._insert_answers = insert_answers
        self._insert_vectors = insert_ignoring(engine, vectors)
        self._queue: queue.SimpleQueue[Entry | None] = queue.SimpleQueue()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="fein-store", daemon=True)
        self._thread.start()

    def put(self, entry: Entry) -> None:
        """Queue the rows; `entry.done` is called from the writer's thread after their commit.

        Raises: StoreError when an earlier commit failed.
        """
        self._check()
        self._queue.put(entry)

    def flush(self) -> None:
        """Wait until all that was put before is durable. Raises: StoreError when it could not be written."""
        reached = threading.Event()
        self._queue.put(Entry(None, None, reached.set))
        while not reached.wait(0.2):
            if not self._thread.is_alive() and not reached.is_set():
                raise StoreError(tr("the store is closed"), mend=tr("open it again"))
        self._check()

    def close(self) -> None:
        """Write what is queued and end the thread."""
        self._queue.put(None)
        self._thread.join()

    def _check(self) -> None:
        if self._error is not None:
            raise StoreError(
                tr("the store cannot be written: {error}", error=brief(self._error)),
                found=type(self._error).__name__,
                mend=tr("free some disk space or choose another store with --store; what was committed is kept"),
            )

    def _run(self) -> None:
        last = False
        while not last:
            batch, last = self._take()
            try:
                if self._error is None:
                    self._commit(batch)
            except Exception as error:  # noqa: BLE001 - reported at the next put or flush
                self._error = error
            for entry in batch:
                try:
                    entry.done()
                except Exception as error:  # noqa: BLE001 - one caller's mistake must not end the thread of all
                    self._error = self._error or error

    def _take(self) -> tuple[list[Entry], bool]:
        """All that is queued, at least one entry; True when it was the end."""
        batch: list[Entry] = []
        entry = self._queue.get()
        while entry is not None:
            batch.append(entry)
            if len(batch) >= _MOST_PER_COMMIT:
                return batch, False
            try:
                entry = self._queue.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True

    def _commit(self, batch: Sequence[Entry]) -> None:
        answer_rows = [e.answer for e in batch if e.answer is not None]
        charges = [e.charge for e in batch if e.charge is not None]
        vector_rows = [row for e in batch for row in e.vectors]
        if not answer_rows and not charges:
            return
        with self._engine.begin() as connection:
            if answer_rows:
                connection.execute(self._insert_answers, answer_rows)
            if vector_rows:
                connection.execute(self._insert_vectors, vector_rows)
            if charges:
                connection.execute(sa.insert(ledger), charges)


def brief(error: Exception) -> str:
    """The database's own words, one line: SQLAlchemy's add the statement and its values, which are answers."""
    text = str(getattr(error, "orig", None) or error).splitlines()
    return text[0][:300] if text else type(error).__name__


def insert_ignoring(engine: sa.Engine, table: sa.Table) -> sa.Executable:
    """An INSERT that leaves rows alone that are there already, in the engine's dialect."""
    if engine.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as pg_insert

        return pg_insert(table).on_conflict_do_nothing()
    from sqlalchemy.dialects.sqlite import insert as sqlite_insert

    return sqlite_insert(table).on_conflict_do_nothing()
