"""What a search knew of the whole space when it ended: kept with the run, so that it can be drawn without a request."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from feinschliff.measure import Pair
from feinschliff.parameters.space import Range
from feinschliff.records import Settings
from feinschliff.tuning.effects import curve, effects
from feinschliff.tuning.evidence import Evidence, evidence
from feinschliff.tuning.process import Array
from feinschliff.tuning.region import knob_values, region
from feinschliff.tuning.state import State
from feinschliff.tuning.surrogate import Surrogate

Predict: TypeAlias = Callable[[Array], tuple[Array, Array]]
"""From points to (means, standard deviations)."""

_STEPS = 13
"""Values of each knob on a map."""
_MOST_KNOBS = 8
"""Numeric knobs that are drawn in pairs, those that move the score most."""
_DIGITS = 5
_Z95 = 1.959964


def land(state: State, winner: Settings, *, seed: int, pairs: Sequence[Pair] = ()) -> dict[str, Any]:
    """`effects`, `region` and `landscape` of the finished search, for the run's details.

    `pairs`: the confirmation. Effects are empty, the others None, where too few settings have a score to say anything.
    """
    found = evidence(state)
    if found is None:
        return {"effects": {}, "region": None, "landscape": None}
    predict = partial(found.shown, seed=seed)
    curves = effects(state.space, predict, winner)
    confirmed = [sum(a.prompt_tokens + a.completion_tokens for a in p.best_answers) for p in pairs if p.best]
    return {
        "effects": curves,
        "region": region(state, found, winner, seed=seed, confirmed=confirmed),
        "landscape": {
            "points": _points(state, found, predict),
            "maps": _maps(state, predict, winner, curves),
            "unknown": _unknown(found.cautious(seed=seed)),
        },
    }


def _points(state: State, found: Evidence, predict: Predict) -> list[dict[str, Any]]:
    """All settings that answers tell of, the best posterior mean first."""
    mean, deviation = predict(found.points)
    rows = []
    for index in np.argsort(-mean, kind="stable"):
        settings, middle, half = found.settings[int(index)], float(mean[index]), float(_Z95 * deviation[index])
        answers = state.seen(settings)
        rows.append(
            {
                "settings": knob_values(settings, state.space),
                "mean": middle,
                "low": middle - half,
                "high": middle + half,
                "effective": round(float(found.answers[index]), 2),
                "answers": answers,
                "source": "asked" if answers else "replayed",
            }
        )
    return rows


def _maps(
    state: State, predict: Predict, winner: Settings, curves: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Posterior mean and standard deviation over each pair of numeric knobs, the others as in the winner."""
    knobs = [name for name in curves if isinstance(state.space.knobs[name], Range)]
    drawn = sorted(knobs, key=lambda name: -_reach(curves[name]))[:_MOST_KNOBS]
    found = []
    for x, y in itertools.combinations(drawn, 2):
        columns = curve(x, state.space, winner, points=_STEPS)
        rows = [value for value, _ in curve(y, state.space, winner, points=_STEPS)]
        grid = [state.space.moved(s, {y: value}) for value in rows for _, s in columns]
        mean, deviation = predict(np.array([state.space.features(s) for s in grid]))
        shape = (len(rows), len(columns))
        found.append(
            {
                "x": x,
                "y": y,
                "xs": [value for value, _ in columns],
                "ys": rows,
                "mean": _rounded(mean.reshape(shape)),
                "deviation": _rounded(deviation.reshape(shape)),
            }
        )
    return found


def _unknown(surrogate: Surrogate) -> float:
    """The standard deviation above which answers tell less than half of the variance that there was before any."""
    return float(surrogate.scale * np.sqrt(surrogate.process.kernel.amplitude / 2))


def _reach(effect: Mapping[str, Any]) -> float:
    return float(max(effect["mean"]) - min(effect["mean"]))


def _rounded(values: Array) -> list[list[float]]:
    return [[round(float(v), _DIGITS) for v in row] for row in values]
