"""How the score moves with each knob, as far as the search could see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from pydantic import JsonValue

from feinschliff.parameters.space import Knob, Range, Space
from feinschliff.records import Settings
from feinschliff.tuning.process import Array

_POINTS = 41
_Z95 = 1.959964


def effects(space: Space, predict: Callable[[Array], tuple[Array, Array]], winner: Settings) -> dict[str, Any]:
    """By knob: values `x` with the posterior mean and its 95 % band, the other knobs as in the winner.

    Where the winner is greedy, the curves of top-p, top-k and min-p are flat: nothing else moves the score there.
    """
    found: dict[str, Any] = {}
    for name, knob in space.knobs.items():
        steps = curve(name, knob, winner)
        mean, deviation = predict(np.array([space.features(s) for _, s in steps]))
        found[name] = {
            "kind": "range" if isinstance(knob, Range) else "choices",
            "x": [value for value, _ in steps],
            "mean": [float(m) for m in mean],
            "low": [float(v) for v in mean - _Z95 * deviation],
            "high": [float(v) for v in mean + _Z95 * deviation],
            "winner": winner.values.get(name),
        }
    return found


def curve(name: str, knob: Knob, winner: Settings, *, points: int = _POINTS) -> list[tuple[JsonValue, Settings]]:
    """The winner with this knob moved through its range, or through its choices."""
    if isinstance(knob, Range):
        values: list[JsonValue] = list(dict.fromkeys(knob.at(i / (points - 1)) for i in range(points)))
    else:
        values = list(knob.values)
    return [(value, winner.merged(Settings(values={name: value}))) for value in values]
