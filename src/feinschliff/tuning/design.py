"""The first design: what somebody with experience would try first, in the order of its worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pydantic import JsonValue

from feinschliff.parameters.coordinates import neutral_value
from feinschliff.parameters.space import Choices, Range, Space, values_of
from feinschliff.records import Settings

Labelled = tuple[Settings, str]
"""Settings and where they come from."""

_FULL_GRID = 12
"""A space of at most this many settings is tried as a whole."""


def first_design(space: Space, baseline: Settings) -> list[Labelled]:
    """Baseline, greedy, then a small grid around neutral values: texts and models first, they move the most; no two
    equal in effect."""
    seen: set[str] = set()
    design: list[Labelled] = []
    for settings, origin in _candidates(space, baseline):
        name = space.effective(settings)
        if name not in seen:
            seen.add(name)
            design.append((settings, origin))
    return design


def neutral(space: Space) -> dict[str, JsonValue]:
    """For every knob the value that changes the model's distribution least; the first of choices."""
    return {name: neutral_value(name, knob) for name, knob in space.knobs.items()}


def _candidates(space: Space, baseline: Settings) -> Iterator[Labelled]:
    yield baseline, "baseline"
    if space.size is not None and space.size <= _FULL_GRID:
        yield from ((settings, "grid") for settings in space.every(values_of))
        return
    middle = neutral(space)
    hot = space.knobs.get("temperature")
    texts = [name for name, knob in space.knobs.items() if isinstance(knob, Choices)]
    if isinstance(hot, Range):
        middle = space.reached("temperature", middle)
        yield space.settings({**middle, "temperature": hot.low}), "greedy" if hot.low == 0 else "grid"
        warm = {**middle, "temperature": hot.at(0.4)}
        yield from _one_at_a_time(space, warm, texts)
        for share in (0.5, 0.2, 0.8):
            yield space.settings({**middle, "temperature": hot.at(share)}), "grid"
        middle = warm
    else:
        yield from _one_at_a_time(space, middle, texts)
    yield from _one_at_a_time(space, middle, [n for n in space.knobs if n not in texts and n != "temperature"])


def _one_at_a_time(space: Space, middle: Mapping[str, JsonValue], names: Sequence[str]) -> Iterator[Labelled]:
    """Each of these knobs away from its neutral value, one at a time.

    One that has conditions is moved where they hold, by the values of others that change least.
    """
    for name in names:
        for value in _probes(name, space.knobs[name]):
            yield space.settings({**space.reached(name, middle), name: value}), "grid"


def _probes(name: str, knob: Range | Choices) -> list[JsonValue]:
    if isinstance(knob, Choices):
        return list(knob.values)
    rest = knob.unit(float(_number(neutral_value(name, knob))))
    levels: list[JsonValue] = [knob.at(u) for u in (0.3, 0.7, 0.0, 1.0) if abs(u - rest) > 0.25]
    return levels[:2]


def _number(value: JsonValue) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
