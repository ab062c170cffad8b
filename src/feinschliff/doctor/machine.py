"""Processors, memory and disk."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from pathlib import Path

import platformdirs

from feinschliff.doctor.checks import Check
from feinschliff.i18n import tr
from feinschliff.models.hardware import usable_memory

_LITTLE_MEMORY = 1e9
_LITTLE_DISK = 1e9


def checks() -> Iterator[Check]:
    """What there is, and where it is little."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    facts = {"usable": usable, "all": os.cpu_count(), "kind": platform.machine()}
    found = tr("{usable} of {all} usable, {kind}", usable=usable, all=os.cpu_count(), kind=platform.machine())
    yield Check("processors", tr("processors"), "ok", found, facts=facts)
    yield _memory()
    yield _disk()


def _memory() -> Check:
    title = tr("memory")
    whole, free = usable_memory()
    facts = {"bytes": whole, "free_bytes": free}
    if whole is None:
        return Check("memory", title, "ok", tr("this system does not tell"), facts=facts)
    found = (
        f"{whole / 1e9:.1f} GB"
        if free is None
        else tr("{free:.1f} of {all:.1f} GB free", free=free / 1e9, all=whole / 1e9)
    )
    if free is not None and free < _LITTLE_MEMORY:
        mend = tr("close something, or use a server with --endpoint")
        return Check("memory", title, "broken", found, mend, facts=facts)
    return Check("memory", title, "ok", found, facts=facts)


def _disk() -> Check:
    data = Path(platformdirs.user_data_path("feinschliff"))
    folder = next(folder for folder in (data, *data.parents) if folder.exists())
    usage = shutil.disk_usage(folder)
    facts = {"bytes": usage.total, "free_bytes": usage.free, "folder": str(folder)}
    found = tr(
        "{free:.1f} of {all:.1f} GB free in {folder}", free=usage.free / 1e9, all=usage.total / 1e9, folder=folder
    )
    if usage.free < _LITTLE_DISK:
        return Check("disk", tr("disk"), "broken", found, tr("free some space, or use --store elsewhere"), facts=facts)
    return Check("disk", tr("disk"), "ok", found, facts=facts)
