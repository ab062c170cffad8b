"""Which store is meant, and how it is opened: SQLite at a path, or whatever database a URL names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import platformdirs
import sqlalchemy as sa

from feinschliff.errors import StoreUnusable
from feinschliff.i18n import tr
from feinschliff.store.migrate import make_tables
from feinschliff.store.store import Store
from feinschliff.store.writer import brief


def open_store(url: str | None = None, *, create: bool = True) -> Store:
    """The store at `url` (a SQLAlchemy URL or a file path), else at `FEIN_STORE`, else in the user's data folder.

    Raises: StoreUnusable when it cannot be opened, or was made by another version.
    """
    target = chosen_store(url)
    if not create and "://" not in target and not Path(target).expanduser().exists():
        raise StoreUnusable(
            tr("there is no store {target}", target=target),
            asked=target,
            mend=tr("check the path, or run something first"),
        )
    try:
        engine = _engine(target)
        make_tables(engine)
    except (sa.exc.SQLAlchemyError, OSError, ModuleNotFoundError, ValueError) as error:
        raise StoreUnusable(
            tr("cannot open the store {target}", target=_redacted(target)),
            asked=_redacted(target),
            found=brief(error) if isinstance(error, sa.exc.DBAPIError | OSError) else type(error).__name__,
            mend=tr("give a path or a URL such as sqlite:///runs.db or postgresql+psycopg://host/name with --store"),
        ) from None
    return Store(engine)


def chosen_store(url: str | None) -> str:
    """Path or URL of the store that is meant: `url`, else `FEIN_STORE`, else the one in the user's data folder."""
    return url or os.environ.get("FEIN_STORE") or str(default_path())


def default_path() -> Path:
    """`store.db` in the user's data folder."""
    return Path(platformdirs.user_data_path("feinschliff")) / "store.db"


def _engine(target: str) -> sa.Engine:
    if "://" not in target:
        path = Path(target).expanduser()
        path.parent.mkdir(parents=True, exist_ok=True)
        target = f"sqlite:///{path}"
    if target.startswith("postgresql://"):
        target = target.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = sa.create_engine(target, connect_args={"timeout": 60} if target.startswith("sqlite") else {})
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _pragmas)
    return engine


def _pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    # WAL with FULL: a commit is on disk when it returns, and readers do not wait for the writer.
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _redacted(target: str) -> str:
    """The target without its password; a URL's query can hold one as well, and what is no URL is not shown."""
    if "://" not in target:
        return target
    try:
        return sa.engine.make_url(target).set(query={}).render_as_string(hide_password=True)
    except (sa.exc.ArgumentError, ValueError):
        return f"{target.partition('://')[0]}://..."
