"""Has anything changed? The same examples, settings and seeds asked again, against what they scored then.

The scores of a run's confirmation are no clean measure of then: "better" is said where they came out well, so those of
the recommended settings are too high on average and those of the baseline too low. Asked again, both fall back though
nothing has changed, most of all after a narrow verdict (benchmarks/check). Two comparisons are free of that:

- the level: what changed of both settings together, with what is due to their difference taken out (a control
  variate). The verdict was chosen by the difference, and what is independent of it was not chosen;
- the lead: the difference then and now, in the distribution that it has among runs whose verdict is "better" (a t
  distribution cut off where the verdict begins; the sum of both is kept fixed, and the true lead drops out. Lehmann
  and Romano 2005, section 4.4; Fithian, Sun and Taylor 2014).

Each of the two gives a false alarm in at most 1.5 % of the cases. Two plainer ones do in at most 1 %: the recommended
settings now lie below the baseline, and more answers than then cannot be scored. All four together: at most 5 %.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from feinschliff import stats

ALARM = 0.015
"""Chance of a false alarm of the tests on level and lead, one-sided."""

_RARE = 0.01
"""That of the other two."""

LEAST_CHANGED = 7
"""With fewer units that changed at all, not even all in one direction are rare enough (2^-7 is 0.8 %)."""

Reason = Literal["level", "lead", "below_baseline", "unscored"]


@dataclass(frozen=True)
class Sides:
    """Scores of both settings for one (example, repeat); None where an answer could not be scored."""

    example: str
    repeat: int
    best: float | None
    baseline: float | None


@dataclass(frozen=True)
class Change:
    """Now less then, with a 95 % interval."""

    mean: float
    low: float
    high: float
    p: float
    """Chance of a fall as large as this where nothing has changed."""
    detectable: float | None
    """Smallest true fall that would have been found with 80 % power; None where nothing varies."""


@dataclass(frozen=True)
class Drift:
    """What came of asking again."""

    n: int
    """Units (examples or repeats) with scores of both settings, then and now."""
    level: Change | None
    """Both settings together; None with fewer than three units."""
    lead: Change | None
    """Of the recommended settings over the baseline; None where the baseline is recommended."""
    unscored_then: int
    unscored_now: int
    reasons: tuple[Reason, ...]
    """Why it is drift; empty where it is none."""


def find_drift(
    then: Sequence[Sides], now: Sequence[Sides], *, unit: Literal["examples", "repeats"], better: bool
) -> Drift:
    """Compare what was asked at both times. `better`: the verdict then; the lead is tested only after it.

    Raises: ValueError where the two do not hold the same (example, repeat) pairs in the same order.
    """
    if [(s.example, s.repeat) for s in then] != [(s.example, s.repeat) for s in now]:
        raise ValueError("what is compared must have been asked at both times")
    rows = _units(then, now, unit)
    level = _level([[r.best_now - r.best_then, r.baseline_now - r.baseline_then] for r in rows])
    lead = _lead([r.best_then - r.baseline_then for r in rows], [r.best_now - r.baseline_now for r in rows])
    lost_then, lost_now = _unscored(then), _unscored(now)
    alarms: dict[Reason, bool] = {
        "level": level is not None and level.p < ALARM,
        "lead": better and lead is not None and lead.p < ALARM,
        "below_baseline": better and _is_below([r.best_now - r.baseline_now for r in rows]),
        "unscored": _more_lost(lost_then, lost_now, 2 * len(then)) < _RARE,
    }
    reasons = tuple(reason for reason, rung in alarms.items() if rung)
    return Drift(len(rows), level, lead if better else None, lost_then, lost_now, reasons)


@dataclass(frozen=True)
class _Row:
    """Means of one unit over what was scored on both sides at both times."""

    best_then: float
    baseline_then: float
    best_now: float
    baseline_now: float


def _units(then: Sequence[Sides], now: Sequence[Sides], unit: Literal["examples", "repeats"]) -> list[_Row]:
    by: Callable[[Sides], str] = (lambda s: s.example) if unit == "examples" else (lambda s: str(s.repeat))
    groups: dict[str, list[tuple[float, float, float, float]]] = {}
    for old, new in zip(then, now, strict=True):
        values = (old.best, old.baseline, new.best, new.baseline)
        if None not in values:
            groups.setdefault(by(old), []).append(values)  # type: ignore[arg-type]
    return [_Row(*(math.fsum(column) / len(rows) for column in zip(*rows, strict=True))) for rows in groups.values()]


def _level(changes: Sequence[Sequence[float]]) -> Change | None:
    """Mean change of both settings at no change of their difference: the intercept of the regression of the half sum
    on the difference, with its exact t interval (n - 2 degrees of freedom)."""
    n = len(changes)
    if n < 3:
        return None
    half = [(best + baseline) / 2 for best, baseline in changes]
    apart = [best - baseline for best, baseline in changes]
    half_mean, apart_mean = math.fsum(half) / n, math.fsum(apart) / n
    spread = math.fsum((a - apart_mean) ** 2 for a in apart)
    if spread <= 1e-18:
        mean, df = half_mean, n - 1
        stderr = math.sqrt(math.fsum((h - half_mean) ** 2 for h in half) / df / n)
    else:
        slope = math.fsum((a - apart_mean) * (h - half_mean) for a, h in zip(apart, half, strict=True)) / spread
        mean, df = half_mean - slope * apart_mean, n - 2
        left = [h - mean - slope * a for a, h in zip(apart, half, strict=True)]
        stderr = math.sqrt(math.fsum(e * e for e in left) / df * (1 / n + apart_mean**2 / spread))
    fell = _tail(-mean, stderr, df) if _enough_changed([*zip(half, apart, strict=True)]) else 1.0
    return _change(mean, stderr, df, n, fell)


def _lead(then: Sequence[float], now: Sequence[float]) -> Change | None:
    """Change of the difference. Its p value is that among runs whose difference then was large enough to be called
    better: P(fall >= seen | fall >= 2 (threshold - mean of both)), t with n - 1 degrees of freedom."""
    n = len(then)
    if n < 3:
        return None
    change = stats.paired_difference(now, then)
    before = stats.mean_interval(then)
    if change.mean is None or change.stderr is None or before.mean is None or before.low is None:
        return None
    threshold = before.mean - before.low
    middle = before.mean + change.mean / 2
    chosen = _tail(2 * (threshold - middle), change.stderr, n - 1)
    enough = _enough_changed([(b - a,) for a, b in zip(then, now, strict=True)])
    fell = min(1.0, _tail(-change.mean, change.stderr, n - 1) / chosen) if enough and chosen > 0 else 1.0
    return _change(change.mean, change.stderr, n - 1, n, fell)


def _change(mean: float, stderr: float, df: int, n: int, p: float) -> Change:
    half = stats.t_quantile(0.975, df) * stderr
    detectable = stats.detectable_difference(stderr, n, level=1 - 2 * ALARM) if stderr > 0 else None
    return Change(mean, mean - half, mean + half, p, detectable)


def _tail(value: float, stderr: float, df: int) -> float:
    """P(T >= value / stderr)."""
    if stderr <= 0:
        return 1.0 if value <= 0 else 0.0
    return stats.t_tail(value / stderr, df)


def _enough_changed(changes: Sequence[tuple[float, ...]]) -> bool:
    return sum(any(abs(part) > 1e-12 for part in change) for change in changes) >= LEAST_CHANGED


def _is_below(differences: Sequence[float]) -> bool:
    """Whether these differences lie below 0 beyond chance."""
    if len(differences) < LEAST_CHANGED:  # equal ones have no spread to tell it by
        return False
    high = stats.mean_interval(differences, 1 - 2 * _RARE).high
    return high is not None and high < 0


def _unscored(sides: Sequence[Sides]) -> int:
    return sum((s.best is None) + (s.baseline is None) for s in sides)


def _more_lost(then: int, now: int, answers: int) -> float:
    """Fisher's exact test: chance of at least `now` of the lost answers being among the second half."""
    lost = then + now
    ways = sum(math.comb(answers, k) * math.comb(answers, lost - k) for k in range(now, min(lost, answers) + 1))
    return ways / math.comb(2 * answers, lost)
