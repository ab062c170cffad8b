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
    """By knob that is in force in the winner: values `x` with the posterior mean and its 95 % band, the other knobs as
    in the winner.

    Where the winner is greedy, the curves of top-p, top-k and min-p are flat: nothing else moves the score there.
    """
    found: dict[str, Any] = {}
    for name, knob in active_knobs(space, winner).items():
        steps = curve(name, space, winner)
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


def active_knobs(space: Space, settings: Settings) -> dict[str, Knob]:
    """The knobs that are in force in these settings."""
    return {name: knob for name, knob in space.knobs.items() if space.is_active(name, settings.values)}


def curve(name: str, space: Space, winner: Settings, *, points: int = _POINTS) -> list[tuple[JsonValue, Settings]]:
    """The winner with this knob moved through its range, or through its choices.

    What comes into force on the way has the value that changes least; what ceases to be is not sent.
    """
    knob = space.knobs[name]
    if isinstance(knob, Range):
        values: list[JsonValue] = list(dict.fromkeys(knob.at(i / (points - 1)) for i in range(points)))
    else:
        values = list(knob.values)
    return [(value, space.moved(winner, {name: value})) for value in values]
