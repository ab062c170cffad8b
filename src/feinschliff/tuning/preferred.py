"""Which of the settings that a search does not tell apart from the best is recommended: that one, the most robust, or
the cheapest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from pydantic import JsonValue

from feinschliff.errors import ParameterError
from feinschliff.i18n import tr
from feinschliff.parameters.knobs import holds
from feinschliff.parameters.space import Range, Space
from feinschliff.records import Settings
from feinschliff.tuning.effects import active_knobs
from feinschliff.tuning.evidence import Evidence, evidence
from feinschliff.tuning.feasible import Feasible
from feinschliff.tuning.pareto import SHARE, cost_known
from feinschliff.tuning.region import MARGIN, behind, knob_values
from feinschliff.tuning.search import ranked
from feinschliff.tuning.state import State
from feinschliff.tuning.surrogate import Surrogate

Rule: TypeAlias = Literal["best", "robust", "cheapest"]
RULES: tuple[Rule, ...] = get_args(Rule)
DEFAULT_RULE: Rule = "robust"

_STEP = 0.05
"""Standard deviation of the moves that a robust setting has to bear, in a knob's range."""
_MOVES = 64
_WORTH = 0.01
"""What a more robust setting has to gain over small moves, in standard deviations of one answer's score: no
confirmation could show less."""

_REASONS = {
    "best": "it has the highest estimate",
    "untrusted": "no setting is trusted to hold the constraints, and it is expected to miss them by the least",
    "alone": "it has the highest estimate, and no other setting is tied with it",
    "robust": "of the tied settings its estimate stays highest where its values are not met exactly",
    "robust, same": "it has the highest estimate, and no tied setting is known to be clearly more robust",
    "cheapest": "of the tied settings it is expected to cost the least per answer",
    "cheapest, same": "it has the highest estimate, and no tied setting is known to be clearly cheaper",
}


@dataclass(frozen=True)
class Preferred:
    """The setting that is confirmed, and why it is that one."""

    settings: Settings
    facts: dict[str, Any]
    """`rule`, `reason`, `best` (the knobs of the highest estimate), `is_best`, `tied` (how many settings are not told
    apart, the best among them; 0 where none is trusted to hold the constraints), `expected_loss` against the best
    (score, gains not counted). For some rules also `nearby` and `best_nearby` (mean estimates over small moves), or
    `cost` and `best_cost` of an answer in `cost_unit`."""


def check_rule(rule: str) -> Rule:
    """The rule of this name. Raises: ParameterError."""
    for known in RULES:
        if rule == known:
            return known
    raise ParameterError(
        tr("there is no recommendation by '{rule}'", rule=rule),
        asked=f"prefer = {rule}",
        found=tr("there are {rules}", rules=", ".join(RULES)),
        mend=tr("use one of these"),
    )


def prefer(state: State, rule: Rule, *, seed: int) -> Preferred | None:
    """The setting that a finished search recommends by this rule; None where there is no setting to recommend.

    Tied with the best is what is expected to lose at most `MARGIN` against it, by the joint posterior of a kernel that
    takes no flat land for granted; with constraints, only what is trusted to hold them.
    """
    found, order = evidence(state), ranked(state, seed=seed)
    if order is None:
        return None
    best, feasible = order.settings[0], Feasible(state, seed=seed)
    if not feasible.trusted([best])[0]:
        return _preferred(state, best, best, rule=rule, reason="untrusted", tied=0)
    if found is None:
        return _preferred(state, best, best, rule=rule, reason="alone", tied=1)
    losses = behind(state, found.cautious(seed=seed), best, order.settings).loss()
    losses[0] = 0.0
    kept = np.nonzero((losses <= MARGIN * found.spread) & feasible.trusted(order.settings))[0]
    tied = [order.settings[int(i)] for i in kept]
    if rule == "best" or len(tied) == 1:
        return _preferred(state, best, best, rule=rule, reason="best" if rule == "best" else "alone", tied=len(tied))
    place, figures = (
        _most_robust(state, found, tied, seed=seed) if rule == "robust" else _cheapest(state, tied, seed=seed)
    )
    reason, loss = rule if place else f"{rule}, same", float(losses[kept[place]])
    return _preferred(state, tied[place], best, rule=rule, reason=reason, tied=len(tied), loss=loss, **figures)


def nearby(space: Space, settings: Settings, *, seed: int) -> list[Settings]:
    """64 small moves of these settings, the same steps for all: normal ones of every number by 0.05 of its range, cut
    at the range's ends. Choices stay, and so do numbers outside their range."""
    from scipy.special import ndtri
    from scipy.stats import qmc

    units = qmc.Sobol(max(1, len(space.knobs)), rng=np.random.default_rng(seed)).random(_MOVES)
    steps = _STEP * ndtri(np.clip(units, 1e-6, 1 - 1e-6))
    active = active_knobs(space, settings)
    numbers = [
        (place, name, knob, float(value))
        for place, (name, knob) in enumerate(space.knobs.items())
        if name in active
        and isinstance(knob, Range)
        and isinstance(value := settings.values.get(name), int | float)
        and holds(knob, value)
    ]
    return [
        space.moved(settings, {name: knob.at(knob.unit(value) + row[place]) for place, name, knob, value in numbers})
        for row in steps
    ]


def _most_robust(
    state: State, found: Evidence, settings: Sequence[Settings], *, seed: int
) -> tuple[int, dict[str, JsonValue]]:
    """One that is more robust by less than a difference worth speaking of is no reason to leave the best."""
    surrogate = found.surrogate(seed=seed)
    means = [_mean_nearby(state.space, surrogate, s, seed=seed) for s in settings]
    place = int(np.argmax(means))
    if means[place] < means[0] + _WORTH * found.spread:
        place = 0
    return place, {"nearby": means[place], "best_nearby": means[0]}


def _mean_nearby(space: Space, surrogate: Surrogate, settings: Settings, *, seed: int) -> float:
    points = np.array([space.features(moved) for moved in nearby(space, settings, seed=seed)])
    return float(surrogate.predict(points)[0].mean())


def _cheapest(state: State, settings: Sequence[Settings], *, seed: int) -> tuple[int, dict[str, JsonValue]]:
    """A setting that is cheaper by less than a difference worth speaking of is no reason to leave the best."""
    told, unit = cost_known(state, seed=seed)
    if told is None:
        return 0, {"cost_unit": unit, "cost": None, "best_cost": None}
    costs, _ = told.predict(state.points(settings))
    place = int(np.argmin(costs))
    if costs[place] > (1 - SHARE) * costs[0]:
        place = 0
    return place, {"cost_unit": unit, "cost": float(costs[place]), "best_cost": float(costs[0])}


def _preferred(
    state: State,
    settings: Settings,
    best: Settings,
    *,
    rule: Rule,
    reason: str,
    tied: int,
    loss: float = 0.0,
    **figures: JsonValue,
) -> Preferred:
    facts = {
        "rule": rule,
        "reason": _REASONS[reason],
        "best": knob_values(best, state.space),
        "is_best": settings is best,
        "tied": tied,
        "expected_loss": loss,
    }
    return Preferred(settings, {**facts, **figures})
