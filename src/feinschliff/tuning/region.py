"""The safe region of a finished search: all settings that its answers do not tell apart from the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import JsonValue

from feinschliff.parameters.space import Knob, Range, Space
from feinschliff.records import Settings
from feinschliff.tuning.effects import active_knobs, curve
from feinschliff.tuning.evidence import Evidence
from feinschliff.tuning.feasible import Feasible
from feinschliff.tuning.process import Array
from feinschliff.tuning.samplers.candidates import cover
from feinschliff.tuning.state import State
from feinschliff.tuning.surrogate import Surrogate, expected_improvement

MARGIN = 0.05
"""What is no difference worth speaking of, in standard deviations of one answer's score: to show it in four of five
cases, both settings would have to answer 6,300 times (2 * (2.8 / 0.05)^2)."""
CONFIDENCE = 0.95
_UNSEEN = 0.5
"""A parameter is only said to make no difference where no more than this may hide in its band, in standard deviations
of one answer's score; a band that is wider says nothing."""

_LOOKS = 4
"""Values along a range that err about independently of each other, at the lengths over which a score changes."""

_COVER = 512
_AT_ONCE = 128
"""Settings whose joint posterior with the winner is asked for at a time: the matrices stay small."""

_LEAST_COUNTED = 6
"""Answers that a mean number of tokens is believed from."""
_Z99 = 2.575829
"""Fewer tokens are only told where the 99 % interval of the difference says so: many settings are looked at."""


@dataclass(frozen=True)
class Behind:
    """How far settings lie behind the winner, by the posterior: errors that both share cancel."""

    mean: Array
    deviation: Array

    def tied(self, margin: float) -> np.ndarray:
        """Where it is not established that the setting is worse by more than the margin."""
        from scipy.special import ndtr

        return np.asarray(ndtr((self.mean - margin) / self.deviation) < CONFIDENCE)

    def loss(self) -> Array:
        """What choosing the setting instead of the winner is expected to cost where it is worse; gains do not count."""
        return expected_improvement(self.mean, self.deviation, 0.0)


def region(
    state: State,
    found: Evidence,
    winner: Settings,
    *,
    seed: int,
    confirmed: Sequence[int] = (),
) -> dict[str, Any] | None:
    """The settings tied with the winner as ranges by knob, the parameters that make no difference, the cheapest.

    A setting is tied unless the posterior gives at least 95 % to its being worse than the winner by more than
    `MARGIN`, by a kernel that takes no flat land for granted. Looked at are all that was tried or thought of, and a
    cover of the space; the share is that of the cover. With constraints only those count that are trusted to hold them;
    None where the winner is not.
    `confirmed`: tokens of the winner's answers in the confirmation.
    """
    surrogate, margin = found.cautious(seed=seed), MARGIN * found.spread
    spread_out = cover(state.space, _COVER, seed=seed)
    settings = [winner, *spread_out, *(t.settings for t in state.tried if t.scored), *state.candidates]
    feasible = Feasible(state, seed=seed)
    trusted = feasible.trusted(settings)
    if not trusted[0]:
        return None
    tied = behind(state, surrogate, winner, settings).tied(margin) & trusted
    moves = _differences(state, surrogate, winner, margin=margin, most=_UNSEEN * found.spread)
    inside = [s for s, is_tied in zip(settings, tied, strict=True) if is_tied]
    return {
        "confidence": CONFIDENCE,
        "margin": margin,
        "share": float(tied[1 : 1 + len(spread_out)].mean()),
        "knobs": {name: {**_extent(name, state.space, inside), **move} for name, move in moves.items()},
        "indifferent": [name for name, move in moves.items() if move["difference"] == "none"],
        "cheapest": _cheapest(state, surrogate, feasible, winner, margin, confirmed=confirmed),
        "constraints": [c.text for c in state.constraints],
    }


def behind(state: State, surrogate: Surrogate, winner: Settings, settings: Sequence[Settings]) -> Behind:
    """How far each of the settings lies behind the winner."""
    first, points = state.points([winner]), state.points(settings)
    means, deviations = [], []
    for start in range(0, len(points), _AT_ONCE):
        mean, covariance = surrogate.joint(np.concatenate([first, points[start : start + _AT_ONCE]]))
        variance = covariance[0, 0] + np.diag(covariance)[1:] - 2 * covariance[0, 1:]
        means.append(mean[0] - mean[1:])
        deviations.append(np.sqrt(np.maximum(variance, 1e-18)))
    return Behind(np.concatenate(means), np.concatenate(deviations))


def _extent(name: str, space: Space, among: Sequence[Settings]) -> dict[str, JsonValue]:
    """From the smallest to the largest value of tied settings; not every combination of such values is tied."""
    knob, inside = space.knobs[name], [s for s in among if space.is_active(name, s.values)]
    if isinstance(knob, Range):
        values = [v for s in inside if isinstance(v := s.values.get(name), int | float) and knob.low <= v <= knob.high]
        low, high = (min(values), max(values)) if values else (None, None)
        span = 0.0 if low is None or high is None else knob.unit(high) - knob.unit(low)
        return {"kind": "range", "low": low, "high": high, "share": span}
    held = [choice for choice in knob.values if any(s.values.get(name) == choice for s in inside)]
    return {"kind": "choices", "values": held, "share": len(held) / len(knob.values)}


def _differences(
    state: State, surrogate: Surrogate, winner: Settings, *, margin: float, most: float
) -> dict[str, dict[str, JsonValue]]:
    """By knob that is in force in the winner, the others as there: whether its values differ from the winner's, and by
    how much at the most.

    A difference is `seen` where the 95 % band of all differences at once does not hold a constant within the margin.
    Else it is `none` where the band leaves no room for more than `most`, and `unknown` where it does.
    """
    found: dict[str, dict[str, JsonValue]] = {}
    for name, knob in active_knobs(state.space, winner).items():
        lag = behind(state, surrogate, winner, [s for _, s in curve(name, state.space, winner)])
        half = _simultaneous(knob) * lag.deviation
        low, high = lag.mean - half, lag.mean + half
        at_most = float(np.maximum(-low, high).max())
        seen = low.max() > margin or high.min() < -margin
        found[name] = {"difference": "seen" if seen else "none" if at_most <= most else "unknown", "at_most": at_most}
    return found


def _simultaneous(knob: Knob) -> float:
    """Half of a 95 % band around all values at once, in standard deviations (Bonferroni)."""
    from scipy.special import ndtri

    looks = _LOOKS if isinstance(knob, Range) else max(1, len(knob.values) - 1)
    return float(ndtri(1 - (1 - CONFIDENCE) / 2 / looks))


def _cheapest(
    state: State,
    surrogate: Surrogate,
    feasible: Feasible,
    winner: Settings,
    margin: float,
    *,
    confirmed: Sequence[int],
) -> dict[str, Any] | None:
    """The tried setting of the fewest tokens among those expected to lose less than the margin; None where none is
    known to take fewer than the winner."""
    own = state.find(winner)
    today = np.array([*(own.tokens if own is not None else ()), *confirmed], dtype=np.float64)
    tried = [
        t for t in state.tried if len(t.tokens) >= _LEAST_COUNTED and t.scored == t.seen and state.is_whole(t.settings)
    ]
    if len(today) < _LEAST_COUNTED or not tried:
        return None
    loss = behind(state, surrogate, winner, [t.settings for t in tried]).loss()
    trusted = feasible.trusted([t.settings for t in tried])
    cheaper = []
    for t, lost, holds in zip(tried, loss, trusted, strict=True):
        tokens = np.array(t.tokens, dtype=np.float64)
        error = np.sqrt(tokens.var(ddof=1) / len(tokens) + today.var(ddof=1) / len(today))
        if holds and lost <= margin and tokens.mean() + _Z99 * error < today.mean():
            cheaper.append((float(tokens.mean()), float(lost), t.settings))
    if not cheaper:
        return None
    tokens_each, lost, settings = min(cheaper, key=lambda c: c[0])
    return {
        "settings": knob_values(settings, state.space),
        "tokens": tokens_each,
        "winner_tokens": float(today.mean()),
        "expected_loss": lost,
    }


def knob_values(settings: Settings, space: Space) -> dict[str, JsonValue]:
    """What the searched parameters that are in force are set to."""
    return {name: settings.values.get(name) for name in active_knobs(space, settings)}
