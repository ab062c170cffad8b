"""The search without what the server does not take, and what the user must be told of that."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import replace

from pydantic import JsonValue

from feinschliff.i18n.stored import stored
from feinschliff.parameters.dialects import Dialect
from feinschliff.parameters.space import Choices, Knob, Range, Space
from feinschliff.probing import Finding


def narrowed(space: Space, found: Mapping[str, Finding], *, dialect: Dialect) -> tuple[Space, list[str]]:
    """(the space inside of what the probe has found to be taken, a sentence about each knob that lost a part).

    A knob of which one value is left is fixed there.
    """
    knobs: dict[str, Knob] = {}
    fixed: dict[str, JsonValue] = dict(space.fixed)
    notes = []
    for name, knob in space.knobs.items():
        left = _inside(knob, found[name]) if name in found else knob
        if isinstance(left, Choices) and len(left.values) == 1 and left != knob:
            fixed[name] = left.values[0]
        else:
            knobs[name] = left
        if left != knob:
            notes.append(_note(name, knob, left, moved=found[name].status == "clamped", dialect=dialect))
    return space.but(knobs, fixed), notes


def narrowed_names(space: Space, found: Mapping[str, Finding]) -> Collection[str]:
    """Knobs that lose a part."""
    return {name for name, knob in space.knobs.items() if name in found and _inside(knob, found[name]) != knob}


def _inside(knob: Knob, found: Finding) -> Knob:
    low = -math.inf if found.low is None else found.low
    high = math.inf if found.high is None else found.high
    if isinstance(knob, Choices):
        left = tuple(value for value in knob.values if not _is_number(value) or low <= _number(value) <= high)
        if len(left) == len(knob.values):
            return knob
        return Choices(left or (_nearest(_number(knob.values[0]), low, high),))
    if knob.integer:
        low, high = (math.ceil(low) if low > -math.inf else low), (math.floor(high) if high < math.inf else high)
    if max(knob.low, low) < min(knob.high, high):
        return replace(knob, low=max(knob.low, float(low)), high=min(knob.high, float(high)))
    value = _nearest(knob.low, low, high)
    return Choices((int(value) if knob.integer else value,))


def _nearest(value: float, low: float, high: float) -> float:
    """The value that is taken and is nearest to this one."""
    return min(max(value, low), high)


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(value: JsonValue) -> float:
    return float(value) if isinstance(value, int | float) else math.nan


def _note(name: str, asked: Knob, left: Knob, *, moved: bool, dialect: Dialect) -> str:
    values = {"name": name, "asked": _told(asked), "left": _told(left), "backend": dialect}
    if moved:
        return stored(
            "'{name}' was to be searched over {asked}; this endpoint ({backend}) moves what is outside of {left} there "
            "without a word, so that only this was searched.",
            **values,
        )
    return stored(
        "'{name}' was to be searched over {asked}; this endpoint ({backend}) refuses what is outside of {left}, so "
        "that only this was searched.",
        **values,
    )


def _told(knob: Knob) -> str:
    """As `-p` is written."""
    if isinstance(knob, Range):
        return f"{knob.low:g}:{knob.high:g}"
    return ",".join(f"{v:g}" if isinstance(v, float) else str(v) for v in knob.values)
