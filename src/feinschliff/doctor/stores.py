"""The store, and the folders beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import platformdirs

from feinschliff.doctor.checks import Check, broken
from feinschliff.i18n import tr, trn
from feinschliff.store.health import Health, look


def checks(store: str | None) -> Iterator[Check]:
    """Can it be written, is it whole, how large is it?"""
    yield check_store(look(store))
    yield _folders()


def check_store(health: Health) -> Check:
    """The store, as it was found."""
    name, title = "store", tr("store")
    if health.trouble is not None:
        return broken(name, title, health.trouble, needed=True)
    facts = {
        "where": health.where,
        "exists": health.exists,
        "format": health.version,
        "bytes": health.bytes,
        "runs": health.runs,
        "answers": health.answers,
        "quick_check_s": round(health.seconds, 3),
    }
    if not health.exists:
        return Check(name, title, "ok", tr("none yet; {path} will be made", path=health.where), None, True, facts)
    if health.damage:
        found = tr("{where} is damaged: {words}", where=health.where, words=health.damage[0])
        mend = tr("keep the file and use another store with --store; sqlite3's .recover saves what can be read")
        return Check(name, title, "broken", found, mend, True, facts)
    size = "" if health.bytes is None else f"{health.bytes / 1e6:.1f} MB, "
    runs = trn("{n} run", "{n} runs", health.runs)
    answers = trn("{n} answer", "{n} answers", health.answers)
    found = tr("{where}: {size}{runs}, {answers}, whole", where=health.where, size=size, runs=runs, answers=answers)
    return Check(name, title, "ok", found, None, True, facts)


def _folders() -> Check:
    data = Path(platformdirs.user_data_path("feinschliff"))
    existing = next(folder for folder in (data, *data.parents) if folder.exists())
    facts = {"data": str(data), "config": str(platformdirs.user_config_path("feinschliff"))}
    if not os.access(existing, os.W_OK):
        found = tr("{folder} cannot be written", folder=existing)
        return Check("folders", tr("folders"), "broken", found, tr("set XDG_DATA_HOME, or use --store"), facts=facts)
    return Check("folders", tr("folders"), "ok", tr("data in {folder}", folder=data), facts=facts)
