"""Stores made by older versions, brought up to date where they lie. Only columns are added, and all may be empty."""

from __future__ import annotations

import time

import sqlalchemy as sa

from feinschliff.errors import StoreUnusable
from feinschliff.i18n import tr
from feinschliff.store import schema
from feinschliff.store.writer import insert_ignoring

_OLDER = frozenset({"1"})
"""Formats that lack nothing but columns."""


def make_tables(engine: sa.Engine) -> None:
    """Make the tables and columns that are missing; another process may be making them at this moment.

    Raises: StoreUnusable for a store of a newer version; it is left as it is.
    """
    for last in (False, True):
        try:
            with engine.begin() as connection:
                schema.meta.create(connection, checkfirst=True)
                _check_version(connection)
                schema.METADATA.create_all(connection)
                _add_columns(connection)
                _note_version(engine, connection)
            return
        except (sa.exc.OperationalError, sa.exc.ProgrammingError, sa.exc.IntegrityError):
            if last:
                raise
            time.sleep(0.2)


def _check_version(connection: sa.Connection) -> None:
    found = _version(connection)
    if found is not None and found != str(schema.VERSION) and found not in _OLDER:
        raise StoreUnusable(
            tr(
                "the store was made by another version of Feinschliff (format {found}, this one writes {ours})",
                found=found,
                ours=schema.VERSION,
            ),
            found=found,
            mend=tr("use another store with --store"),
        )


def _add_columns(connection: sa.Connection) -> None:
    inspector = sa.inspect(connection)
    for table in schema.METADATA.sorted_tables:
        there = {column["name"] for column in inspector.get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                kind = column.type.compile(connection.dialect)
                connection.execute(sa.text(f"ALTER TABLE {table.name} ADD COLUMN {column.name} {kind}"))


def _note_version(engine: sa.Engine, connection: sa.Connection) -> None:
    ours = {"name": "version", "value": str(schema.VERSION)}
    connection.execute(insert_ignoring(engine, schema.meta), [ours])
    if _version(connection) != ours["value"]:
        connection.execute(sa.update(schema.meta).where(schema.meta.c.name == "version").values(value=ours["value"]))


def _version(connection: sa.Connection) -> str | None:
    query = sa.select(schema.meta.c.value).where(schema.meta.c.name == "version")
    return connection.execute(query).scalar_one_or_none()
