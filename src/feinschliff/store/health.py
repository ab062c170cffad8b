"""Whether a store can be used, and what is in it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from feinschliff.errors import FeinschliffError
from feinschliff.i18n import tr
from feinschliff.store import schema
from feinschliff.store.opening import chosen_store, open_store
from feinschliff.store.store import Store


@dataclass(frozen=True)
class Health:
    """What was found of a store."""

    where: str
    """Path, or URL without password."""
    exists: bool
    trouble: FeinschliffError | None = None
    """Why it cannot be used."""
    version: int = schema.VERSION
    bytes: int | None = None
    """Size of the file and of what SQLite keeps beside it; None for a server."""
    runs: int = 0
    answers: int = 0
    damage: tuple[str, ...] = ()
    """What SQLite's quick check complains of; at most five lines."""
    seconds: float = 0.0
    """How long the look took."""


def look(url: str | None = None) -> Health:
    """Open the store and look into it; one that is not there is not made."""
    target = chosen_store(url)
    path = Path(target).expanduser()
    if "://" not in target and not path.exists():
        return Health(str(path), exists=False, trouble=_why_not_made(path))
    started = time.perf_counter()
    try:
        with open_store(target, create=False) as store:
            return _inside(store, started)
    except FeinschliffError as error:
        return Health(error.asked or target.partition("://")[0], exists=True, trouble=error)


def _inside(store: Store, started: float) -> Health:
    url = store.engine.url
    sqlite = store.engine.dialect.name == "sqlite"
    with store.transaction() as connection:
        runs, answers = (
            int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
            for table in (schema.runs, schema.answers)
        )
        lines = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA quick_check(5)")] if sqlite else ["ok"]
    size = sum(
        file.stat().st_size for ending in ("", "-wal", "-shm") if (file := Path(f"{url.database}{ending}")).is_file()
    )
    return Health(
        where=str(url.database) if sqlite else url.set(query={}).render_as_string(hide_password=True),
        exists=True,
        bytes=size if sqlite else None,
        runs=runs,
        answers=answers,
        damage=() if lines == ["ok"] else tuple(lines),
        seconds=time.perf_counter() - started,
    )


def _why_not_made(path: Path) -> FeinschliffError | None:
    """None where a store could be made at this path."""
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if folder.is_dir() and os.access(folder, os.W_OK):
        return None
    return FeinschliffError(
        tr("no store can be made in {folder}", folder=folder),
        asked=str(path),
        mend=tr("choose another with --store"),
    )
