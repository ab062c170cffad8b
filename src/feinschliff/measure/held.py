"""Whether constraints hold on the held-out answers: the mean of each side with its interval, against the limit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from feinschliff import stats
from feinschliff.generation import Payer
from feinschliff.measure.compare import Pair, VerdictText
from feinschliff.measure.constraints import Constraint
from feinschliff.measure.gauges import Given, read_gauges
from feinschliff.records import Settings

Status = Literal["holds", "not shown", "broken"]

_SHARES = frozenset((0.0, 1.0))


@dataclass(frozen=True)
class Kept:
    """A constrained quantity of one side."""

    mean: float | None
    """None without any value."""
    low: float | None
    high: float | None
    status: Status
    """`holds` or `broken` where the whole 95 % interval lies on one side of the limit."""

    def to_dict(self) -> dict[str, Any]:
        """As the JSON document shows it."""
        return {"mean": self.mean, "low": self.low, "high": self.high, "status": self.status}


@dataclass(frozen=True)
class Held:
    """One constraint on both sides of a confirmation."""

    constraint: Constraint
    best: Kept
    baseline: Kept
    chance: float | None
    """Probability that the winner holds it, by the search's own estimate; None where nothing was searched."""

    def to_dict(self) -> dict[str, Any]:
        """As the JSON document shows it."""
        constraint = self.constraint
        return {
            "constraint": constraint.text,
            "quantity": constraint.gauge.name,
            "op": constraint.op,
            "limit": constraint.limit,
            "unit": constraint.unit,
            "probability": self.chance,
            "best": self.best.to_dict(),
            "baseline": self.baseline.to_dict(),
        }


def constraints_held(
    constraints: Sequence[Constraint],
    pairs: Sequence[Pair],
    sides: tuple[Settings, Settings],
    *,
    unit: Literal["examples", "repeats"],
    payer: Payer,
    chances: Sequence[float] | None = None,
) -> list[Held]:
    """Every constraint on both sides (best, baseline) of the pairs that were answered.

    `chances`: by the search, that the winner holds each. Raises: RunError for a scorer that fails.
    """
    gauges = [c.gauge for c in constraints]
    asked = [p for p in pairs if p.best is not None and p.baseline is not None]
    groups = [p.example.id if unit == "examples" else str(p.repeat) for p in asked]
    best = [Given(p.example, sides[0], p.best_answers, p.best) for p in asked if p.best]
    baseline = [Given(p.example, sides[1], p.baseline_answers, p.baseline) for p in asked if p.baseline]
    read = [read_gauges(gauges, side, payer) if gauges else [] for side in (best, baseline)]
    found = []
    for number, constraint in enumerate(constraints):
        told = [[row[constraint.gauge.name] for row in rows] for rows in read]
        kept = [_kept(constraint, values, groups) for values in told]
        found.append(Held(constraint, kept[0], kept[1], None if chances is None else chances[number]))
    return found


def follows(held: Sequence[Held], verdict: VerdictText | None) -> bool:
    """Whether the winner is recommended.

    A side that breaks a constraint gives way to one that is not shown to break any. Else the winner is recommended
    where it is better; and where nothing tells the scores apart, if its means are within all limits, and today's are
    not.
    """
    if verdict is None:
        return False
    breaks = any(h.best.status == "broken" for h in held)
    if breaks != any(h.baseline.status == "broken" for h in held):
        return not breaks
    if verdict != "no measurable gain" or breaks:
        return verdict == "better"
    within = all(_within(h.constraint, h.best) for h in held)
    return within and not all(_within(h.constraint, h.baseline) for h in held)


def _within(constraint: Constraint, side: Kept) -> bool:
    return side.mean is not None and constraint.slack(side.mean) >= 0


def _kept(constraint: Constraint, values: Sequence[float | None], groups: Sequence[str]) -> Kept:
    known = [(group, value) for group, value in zip(groups, values, strict=True) if value is not None]
    found = _interval(known)
    low, high = found.low, found.high
    status: Status = "not shown"
    if low is not None and high is not None:
        ends = (constraint.slack(low), constraint.slack(high))
        status = "holds" if min(ends) >= 0 else "broken" if max(ends) < 0 else "not shown"
    return Kept(found.mean, low, high, status)


def _interval(known: Sequence[tuple[str, float]]) -> stats.Interval:
    """Over groups (means of the answers in each), by Student's t; of shares by Wilson's, whose ends do not meet where
    all answers are alike. Answers of one group are worth as many as their spread says."""
    by: dict[str, list[float]] = {}
    for group, value in known:
        by.setdefault(group, []).append(value)
    means = [math.fsum(values) / len(values) for values in by.values()]
    over = stats.mean_interval(means)
    if not known or not {value for _, value in known} <= _SHARES:
        return over
    share, n = math.fsum(v for _, v in known) / len(known), len(known)
    alone = share * (1 - share) / n
    worth = n if over.stderr is None or not alone else max(1, int(n / max(1.0, over.stderr**2 / alone)))
    return stats.wilson_interval(share * worth, worth)
