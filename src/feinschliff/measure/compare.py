"""Two settings on the same examples and seeds: the paired difference with its interval, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from feinschliff import stats
from feinschliff.choosing import Choice
from feinschliff.generation import Ask, Payer
from feinschliff.measure.units import measure_units
from feinschliff.records import Answer, Example, Score, Settings
from feinschliff.scorers.protocol import Scorer

VerdictText = Literal["better", "no measurable gain", "worse"]

_LEAST_IDENTICAL = 6
"""Equal differences carry no spread to build an interval from; a sign test needs 6 of them for p < 0.05."""


@dataclass(frozen=True)
class Level:
    """A mean score with its standard error over units (None with one unit)."""

    mean: float | None
    stderr: float | None


@dataclass(frozen=True)
class Difference:
    """Mean paired difference with its 95 % interval; None where there are too few pairs to tell."""

    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class HeldOut:
    """What the confirmation measured."""

    unit: Literal["examples", "repeats"]
    n: int
    """Number of pairs that both sides have a score for."""
    best: Level
    baseline: Level
    difference: Difference
    """best - baseline"""
    detectable: float | None
    """Smallest true difference that would have been found with 80 % power."""

    @property
    def verdict(self) -> VerdictText | None:
        """`better` only where the whole interval is above 0; None where nothing could be measured."""
        if self.difference.mean is None:
            return None
        if self.difference.low is not None and self.difference.low > 0:
            return "better"
        if self.difference.high is not None and self.difference.high < 0:
            return "worse"
        return "no measurable gain"

    def to_dict(self) -> dict[str, Any]:
        """As the JSON document shows it."""
        return {
            "unit": self.unit,
            "n": self.n,
            "best": {"mean": self.best.mean, "stderr": self.best.stderr},
            "baseline": {"mean": self.baseline.mean, "stderr": self.baseline.stderr},
            "difference": {"mean": self.difference.mean, "low": self.difference.low, "high": self.difference.high},
            "detectable": self.detectable,
        }


@dataclass(frozen=True)
class Pair:
    """Both sides' answers and scores for one (example, repeat)."""

    example: Example
    repeat: int
    best: Answer | None
    baseline: Answer | None
    best_score: Score | None
    baseline_score: Score | None
    best_answers: tuple[Answer, ...] = ()
    """All that were drawn; with n = 1 just the one."""
    baseline_answers: tuple[Answer, ...] = ()


def measure_pairs(
    units: Sequence[tuple[Example, int]],
    best: Settings,
    baseline: Settings,
    *,
    payer: Payer,
    scorer: Scorer,
    choice: Choice | None = None,
) -> list[Pair]:
    """Answers and scores of both settings for every (example, repeat); None where the budget ran out."""
    asks = [Ask(e, s, r) for e, r in units for s in (best, baseline)]
    measured = measure_units(asks, payer, scorer=scorer, choice=choice)
    return [
        Pair(e, r, mine.chosen, other.chosen, mine.score, other.score, mine.answers, other.answers)
        for (e, r), mine, other in zip(units, measured[::2], measured[1::2], strict=True)
    ]


def held_out(pairs: Sequence[Pair], *, unit: Literal["examples", "repeats"]) -> HeldOut:
    """The paired difference over examples (means over repeats), or over repeats (means over examples)."""
    by: Callable[[Pair], str] = (lambda p: p.example.id) if unit == "examples" else (lambda p: str(p.repeat))
    groups: dict[str, tuple[list[float], list[float]]] = {}
    for pair in pairs:
        best = pair.best_score.value if pair.best_score else None
        baseline = pair.baseline_score.value if pair.baseline_score else None
        if best is not None and baseline is not None:
            sides = groups.setdefault(by(pair), ([], []))
            sides[0].append(best)
            sides[1].append(baseline)
    best_means = [_mean(b) for b, _ in groups.values()]
    baseline_means = [_mean(b) for _, b in groups.values()]
    n = len(groups)
    if n == 0:
        return HeldOut(unit, 0, Level(None, None), Level(None, None), Difference(None, None, None), None)
    difference = stats.paired_difference(best_means, baseline_means)
    low, high, stderr = difference.low, difference.high, difference.stderr
    if stderr == 0 and n < _LEAST_IDENTICAL:
        low = high = None
    return HeldOut(
        unit=unit,
        n=n,
        best=_level(best_means),
        baseline=_level(baseline_means),
        difference=Difference(difference.mean, low, high),
        detectable=None if not stderr else stats.detectable_difference(stderr, n),
    )


def _level(values: Sequence[float]) -> Level:
    interval = stats.mean_interval(values)
    return Level(interval.mean, interval.stderr)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
