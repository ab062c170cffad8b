"""How the score moves with each knob, as far as the search could see."""

from __future__ import annotations

from typing import Any

import numpy as np

from feinschliff.parameters.space import Range
from feinschliff.records import Settings
from feinschliff.tuning.search import posterior
from feinschliff.tuning.state import State

_POINTS = 41
_Z95 = 1.959964


def effects(state: State, winner: Settings, *, seed: int) -> dict[str, Any]:
    """By knob: values `x` with the posterior mean and its 95 % band, the other knobs as in the winner.

    Where the winner is greedy, the curves of top-p, top-k and min-p are flat: nothing else moves the score there.
    Empty where there are too few settings to say anything.
    """
    surrogate = posterior(state, seed=seed)
    if surrogate is None:
        return {}
    found: dict[str, Any] = {}
    for name, knob in state.space.knobs.items():
        values = [knob.at(i / (_POINTS - 1)) for i in range(_POINTS)] if isinstance(knob, Range) else list(knob.values)
        values = list(dict.fromkeys(values)) if isinstance(knob, Range) else values
        settings = [winner.merged(Settings(values={name: v})) for v in values]
        mean, deviation = surrogate.predict(np.array([state.space.features(s) for s in settings]))
        found[name] = {
            "kind": "range" if isinstance(knob, Range) else "choices",
            "x": values,
            "mean": [float(m) for m in mean],
            "low": [float(v) for v in mean - _Z95 * deviation],
            "high": [float(v) for v in mean + _Z95 * deviation],
            "winner": winner.values.get(name),
        }
    return found
