"""Values that a backend takes and replaces without a word, said before anything is paid for."""

from __future__ import annotations

from collections.abc import Mapping

from feinschliff.i18n.stored import stored
from feinschliff.parameters.catalogue import EXTRA, parameter
from feinschliff.parameters.dialects import Dialect
from feinschliff.parameters.refusals import NOTHING_KNOWN, Limits
from feinschliff.parameters.values import is_number
from feinschliff.records import Settings


def clamp_notes(
    settings: Settings,
    dialect: Dialect,
    *,
    known: Mapping[str, str] = NOTHING_KNOWN,
    applied: Mapping[str, Limits] | None = None,
) -> dict[str, str]:
    """A sentence for each value that is sent and moved into a range, by name.

    `known`: statuses that a probe has found, by name; `applied`: the ranges into which it has seen values moved.
    """
    notes = {}
    for name, value in settings.values.items():
        if not is_number(value):
            continue
        low, high = _range(name, dialect, known.get(name, "unknown"), (applied or {}).get(name))
        if low is not None and value < low:
            notes[name] = stored(
                "'{name}={value}' is less than this endpoint ({backend}) applies, {low} or more: it is sent, and "
                "another value is used without a word.",
                name=name,
                value=f"{value:g}",
                backend=dialect,
                low=f"{low:g}",
            )
        elif high is not None and value > high:
            notes[name] = stored(
                "'{name}={value}' is more than this endpoint ({backend}) applies, {high} or less: it is sent, and "
                "another value is used without a word.",
                name=name,
                value=f"{value:g}",
                backend=dialect,
                high=f"{high:g}",
            )
    return notes


def _range(name: str, dialect: Dialect, status: str, applied: Limits | None) -> Limits:
    if status == "clamped" and applied is not None and applied != (None, None):
        return applied
    if status not in ("clamped", "unknown") or name.startswith(EXTRA):
        return None, None
    row = parameter(name)
    support = row.at(dialect)
    moved = row.role not in {"task", "harness"} and support.outside == "clamp"
    return (support.low, support.high) if moved else (None, None)
