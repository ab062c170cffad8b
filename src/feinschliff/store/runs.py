"""The runs of a store: what was asked, how far it got, and what came out."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from feinschliff.errors import InputError
from feinschliff.i18n import tr
from feinschliff.records import canonical_json, digest
from feinschliff.store.schema import ledger, runs
from feinschliff.store.store import Store
from feinschliff.store.writer import insert_ignoring

_ID = re.compile(r"[0-9a-f]{12}", re.IGNORECASE)

Status = Literal["started", "done", "failed", "interrupted"]


@dataclass(frozen=True)
class Run:
    """One row of the runs table."""

    id: str
    name: str | None
    kind: str
    status: str
    salt: str
    """Empty for a plain run; a fresh one has its own, and shares no answers."""
    spec: dict[str, Any]
    created_s: float
    seconds: float
    facts: dict[str, Any] | None
    """What the server told of itself when the run began: decisions rest on it, so a resume does not ask again."""
    budget: dict[str, Any] | None
    result: dict[str, Any] | None
    details: dict[str, Any] | None


def run_id(spec: Mapping[str, Any], salt: str = "") -> str:
    """First 12 hex digits of the SHA-256 of what was asked; a fresh run of the same adds its salt."""
    return digest([dict(spec), salt] if salt else dict(spec))[:12]


def start_run(store: Store, spec: Mapping[str, Any], *, kind: str, name: str | None = None, fresh: bool = False) -> Run:
    """The run of this spec: the latest one that is there, or a new one.

    Raises: InputError where `name` belongs to another run, is empty, or looks like an id.
    """
    latest = find_run(store, spec)
    salt = secrets.token_hex(8) if fresh else "" if latest is None else latest.salt
    wanted = run_id(spec, salt)
    row = {
        "id": wanted,
        "base": run_id(spec),
        "salt": salt,
        "kind": kind,
        "spec": canonical_json(dict(spec)),
        "status": "started",
        "created_s": time.time(),
        "seconds": 0.0,
    }
    with store.transaction() as connection:
        _check_name(connection, name, wanted)
        # Two processes may start the same run at once: the second finds the first one's row.
        connection.execute(insert_ignoring(store.engine, runs), [row])
        if name is not None:
            connection.execute(sa.update(runs).where(runs.c.id == wanted).values(name=name))
    return get_run(store, wanted)


def find_run(store: Store, spec: Mapping[str, Any]) -> Run | None:
    """The latest run of this spec; None where there is none."""
    query = sa.select(runs).where(runs.c.base == run_id(spec)).order_by(runs.c.created_s.desc()).limit(1)
    with store.transaction() as connection:
        row = connection.execute(query).mappings().first()
    return None if row is None else _run(row)


def update_run(
    store: Store,
    run: str,
    *,
    status: Status | None = None,
    add_seconds: float = 0.0,
    facts: Mapping[str, Any] | None = None,
    budget: Mapping[str, Any] | None = None,
    result: Mapping[str, Any] | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Note progress or the end of a run; what is None stays as it is."""
    values: dict[str, Any] = {"seconds": runs.c.seconds + add_seconds}
    if status is not None:
        values["status"] = status
    for name, document in (("facts", facts), ("budget", budget), ("result", result), ("details", details)):
        if document is not None:
            values[name] = json.dumps(document, ensure_ascii=False, allow_nan=False)
    with store.transaction() as connection:
        connection.execute(sa.update(runs).where(runs.c.id == run).values(**values))


def get_run(store: Store, wanted: str) -> Run:
    """A run by its id, by a unique beginning of the id, or by its name.

    Raises: InputError when there is none or more than one.
    """
    with store.transaction() as connection:
        query = sa.select(runs).where(sa.or_(runs.c.id == wanted, runs.c.name == wanted))
        rows = connection.execute(query).mappings().all()
        if not rows and len(wanted) >= 4:
            rows = (
                connection.execute(sa.select(runs).where(runs.c.id.startswith(wanted, autoescape=True)))
                .mappings()
                .all()
            )
    # A name of an older store can be another run's id: an id is what nobody can choose, so it goes first.
    rows = [row for row in rows if row["id"] == wanted] or rows
    if len(rows) == 1:
        return _run(rows[0])
    raise InputError(
        tr("no run '{wanted}' in this store", wanted=wanted)
        if not rows
        else tr("'{wanted}' is the beginning of {n_rows} runs", wanted=wanted, n_rows=len(rows)),
        asked=wanted,
        mend=tr("'fein runs' lists them; --store chooses another store"),
    )


def list_runs(store: Store) -> list[Run]:
    """All runs, the newest first."""
    with store.transaction() as connection:
        rows = connection.execute(sa.select(runs).order_by(runs.c.created_s.desc())).mappings().all()
    return [_run(row) for row in rows]


def remove_run(store: Store, wanted: str) -> Run:
    """Forget a run and what it was charged; its answers stay, since other runs may share them."""
    run = get_run(store, wanted)
    with store.transaction() as connection:
        connection.execute(sa.delete(ledger).where(ledger.c.run == run.id))
        connection.execute(sa.delete(runs).where(runs.c.id == run.id))
    return run


def _check_name(connection: sa.Connection, name: str | None, wanted: str) -> None:
    if name is None:
        return
    if not name.strip() or _ID.fullmatch(name):
        raise InputError(
            tr("'{name}' cannot be the name of a run", name=name),
            asked=f"--name {name}",
            found=tr("it looks like the id of a run") if name.strip() else tr("an empty name"),
            mend=tr("choose another name"),
        )
    holder = connection.execute(sa.select(runs.c.id).where(runs.c.name == name)).scalar()
    if holder is not None and holder != wanted:
        raise InputError(
            tr("the name '{name}' belongs to run {holder}", name=name, holder=holder),
            asked=f"--name {name}",
            found=holder,
            mend=tr("choose another name"),
        )


def _run(row: sa.RowMapping) -> Run:
    return Run(
        id=row["id"],
        name=row["name"],
        kind=row["kind"],
        status=row["status"],
        salt=row["salt"],
        spec=json.loads(row["spec"]),
        created_s=row["created_s"],
        seconds=row["seconds"],
        facts=_document(row["facts"]),
        budget=_document(row["budget"]),
        result=_document(row["result"]),
        details=_document(row["details"]),
    )


def _document(text: str | None) -> dict[str, Any] | None:
    return None if text is None else json.loads(text)
