"""What can be had for less: the settings that no other one is ahead of in score, cost and time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from feinschliff.measure import COST, LATENCY, TOTAL
from feinschliff.records import Settings
from feinschliff.tuning.evidence import Evidence, evidence
from feinschliff.tuning.feasible import Feasible, Known, known
from feinschliff.tuning.process import Array
from feinschliff.tuning.region import MARGIN, knob_values
from feinschliff.tuning.state import State

LEAST_ANSWERS = 4.0
"""Effective answers that a setting needs to be one of them: those of the smallest block. What so few say is told by its
error, and the answers of its neighbours count as well."""
SHARE = 0.05
"""Of cost and time: a smaller difference is none worth speaking of."""
_Z99 = 2.575829
"""A difference is one where its 99 % interval says so: many settings are compared."""

Marks = NDArray[np.bool_]


@dataclass(frozen=True)
class Aim:
    """One of the things that are weighed against each other."""

    means: Array
    """As they are shown."""
    deviations: Array
    ahead: Marks
    """[i, j]: i is established to be better than j by more than a margin."""


def pareto(state: State, winner: Settings, *, seed: int) -> dict[str, Any] | None:
    """All settings with enough answers, the winner among them, each with its means and whether it is in the front.

    A setting is left out of the front where another one is established to be better in something, and it is not itself
    established to be better in anything; of settings that nothing tells apart the one of the higher score stays. The
    winner always stays. None where too few settings have a score to say anything.
    """
    found = evidence(state)
    if found is None:
        return None
    settings, answers = _candidates(state, found, winner)
    if not len(settings):
        return None
    cost, unit = cost_known(state, seed=seed)
    time = known(state, LATENCY, seed=seed)
    score = _score(state, found, settings, seed=seed)
    aims = [score, *(_taken(state, told, settings) for told in (cost, time) if told is not None)]
    first = _place(state, settings, winner)
    front = front_of(score.means, np.stack([aim.ahead for aim in aims]), first)
    feasible = Feasible(state, seed=seed)
    chances = feasible.chances(settings).min(axis=1) if state.constraints else None
    taken = iter(aims[1:])
    costs = None if cost is None else next(taken)
    times = None if time is None else next(taken)
    points = [
        {
            "settings": knob_values(settings[i], state.space),
            "winner": i == first,
            "answers": state.seen(settings[i]),
            "effective": round(float(answers[i]), 2),
            "score": _level(score, i),
            "cost": _level(costs, i),
            "cost_unit": unit,
            "latency_s": _level(times, i),
            "probability": None if chances is None else float(chances[i]),
            "front": i in front,
            "baseline": _is_baseline(state, settings[i]),
        }
        for i in np.argsort(-score.means, kind="stable").tolist()
    ]
    return {"cost_unit": unit, "points": points}


def cost_known(state: State, *, seed: int) -> tuple[Known | None, Literal["tokens", "USD"]]:
    """What is known of the cost of an answer, or of all n, and its unit: USD where there are prices."""
    priced = known(state, COST, seed=seed)
    return (known(state, TOTAL, seed=seed), "tokens") if priced is None else (priced, "USD")


def front_points(found: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The front alone, the highest score first, as the result tells it."""
    points = [] if found is None else found["points"]
    return [{k: v for k, v in p.items() if k not in ("front", "baseline")} for p in points if p["front"]]


def front_of(scores: Array, ahead: NDArray[np.bool_], winner: int | None) -> set[int]:
    """Positions of the front. `ahead[k, i, j]`: in aim k, i is established to be better than j."""
    better = np.asarray(ahead.any(axis=0))
    beaten = np.asarray((better & ~better.T).any(axis=0))
    kept: list[int] = [] if winner is None else [winner]
    for i in np.argsort(-scores, kind="stable").tolist():
        if i == winner or beaten[i]:
            continue
        if all(better[i, q] and (better[q, i] or q == winner) for q in kept):
            kept.append(i)
    return set(kept)


def _candidates(state: State, found: Evidence, winner: Settings) -> tuple[list[Settings], Array]:
    name = state.place(winner).effective
    chosen = [
        i for i, s in enumerate(found.settings) if found.answers[i] >= LEAST_ANSWERS or state.place(s).effective == name
    ]
    return [found.settings[i] for i in chosen], found.answers[chosen]


def _place(state: State, settings: Sequence[Settings], winner: Settings) -> int | None:
    name = state.place(winner).effective
    return next((i for i, s in enumerate(settings) if state.place(s).effective == name), None)


def _is_baseline(state: State, settings: Settings) -> bool:
    tried = state.find(settings)
    return tried is not None and tried.origin == "baseline"


def _score(state: State, found: Evidence, settings: Sequence[Settings], *, seed: int) -> Aim:
    points = state.points(settings)
    means, deviations = found.shown(points, seed=seed)
    mean, covariance = found.cautious(seed=seed).joint(points)
    return Aim(means, deviations, _ahead(mean, covariance, np.full(len(mean), MARGIN * found.spread)))


def _taken(state: State, told: Known, settings: Sequence[Settings]) -> Aim:
    """Of what an answer takes, less is better."""
    points = state.points(settings)
    means, deviations = told.predict(points)
    mean, covariance = told.cautious.joint(points)
    return Aim(means, deviations, _ahead(-mean, covariance, SHARE * np.abs(mean)))


def _ahead(mean: Array, covariance: Array, margins: Array) -> Marks:
    lead = mean[:, None] - mean[None, :]
    own = np.diag(covariance)
    error = np.sqrt(np.maximum(own[:, None] + own[None, :] - 2 * covariance, 1e-18))
    return np.asarray((lead > margins[None, :]) & (lead > _Z99 * error))


def _level(aim: Aim | None, i: int) -> dict[str, float | None]:
    if aim is None:
        return {"mean": None, "stderr": None}
    return {"mean": float(aim.means[i]), "stderr": float(aim.deviations[i])}
