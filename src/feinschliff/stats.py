"""Means with their uncertainty: intervals, paired differences, the smallest difference that can be seen.

Values are scores per example (or per repeat). `None` never comes in here: the caller leaves unscored pairs out and
says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

_SAME = 1e-12
"""Values that differ by less are equal: differences of rounded scores differ in their last bits only."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean (or a share), its standard error, and an interval that holds the true value at the asked level."""

    mean: float | None
    """None without any value."""
    stderr: float | None
    """Standard error of the mean; None with fewer than two values."""
    low: float | None
    high: float | None
    n: int
    """Number of independent units (values, pairs, clusters) behind the mean."""


def mean_interval(values: Sequence[float], level: float = 0.95) -> Interval:
    """Mean of `values` with Student's t interval (Student 1908): mean +- t(1 - (1 - level)/2, n - 1) * s / sqrt(n).

    Fewer than two values: `stderr`, `low` and `high` are None. All values equal: `low == high == mean`.

    On bounded scores the true level at n = 10 is a little below the nominal one when they are skewed (about 0.93 at a
    skewness of 1); differences of pairs are nearly symmetric, and hold it.

    Raises: ValueError for a value that is not finite, or a level outside (0, 1).
    """
    _check(values, level)
    n = len(values)
    if n == 0:
        return Interval(None, None, None, None, 0)
    if _all_same(values):
        only = values[0]
        return Interval(only, None, None, None, 1) if n == 1 else Interval(only, 0.0, only, only, n)
    mean = math.fsum(values) / n
    stderr = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (n - 1) / n)
    half = t_quantile(0.5 + level / 2, n - 1) * stderr
    return Interval(mean, stderr, mean - half, mean + half, n)


def score_interval(values: Sequence[float]) -> Interval:
    """As `mean_interval` at 95 %, for scores of 0 to 1: an end beyond the scale, where no mean can lie, is its end."""
    found = mean_interval(values)
    return replace(found, low=_within_scale(found.low), high=_within_scale(found.high))


def _within_scale(end: float | None) -> float | None:
    return None if end is None else min(1.0, max(0.0, end))


def paired_difference(a: Sequence[float], b: Sequence[float], level: float = 0.95) -> Interval:
    """Mean of a - b over pairs (same example, same place in both lists), with the t interval of the differences.

    Raises: ValueError for lists of different length, or as `mean_interval` does.
    """
    if len(a) != len(b):
        raise ValueError(f"pairs need lists of the same length, not {len(a)} and {len(b)}")
    return mean_interval([x - y for x, y in zip(a, b, strict=True)], level)


def detectable_difference(stderr: float, n: int, power: float = 0.8, level: float = 0.95) -> float | None:
    """Smallest true difference that the t interval of n pairs would have excluded 0 for, in `power` of the cases.

    `stderr` is the standard error of the mean difference. Under a true difference d, the t statistic follows the
    noncentral t distribution with n - 1 degrees of freedom and noncentrality d / stderr (Cohen 1988, section 2;
    Johnson, Kotz and Balakrishnan 1995, chapter 31); solved for d. At n = 60 this is 2.85 standard errors, at n = 10
    3.15. The chance of an interval wholly on the wrong side (below 1e-6 here) is left out.

    None with n < 2. Raises: ValueError for a negative or non-finite `stderr`, or a power or level outside (0, 1).
    """
    _check([stderr], level)
    if stderr < 0 or not 0 < power < 1:
        raise ValueError(f"no standard error and power: {stderr}, {power}")
    if n < 2:
        return None
    from scipy.special import nctdtrinc

    critical = t_quantile(0.5 + level / 2, n - 1)
    return float(nctdtrinc(n - 1, 1 - power, critical)) * stderr


def wilson_interval(successes: float, n: int, level: float = 0.95) -> Interval:
    """Share of successes among n independent cases with Wilson's score interval (Wilson 1927; Brown, Cai, DasGupta
    2001).

    A tie may count as half a success. `stderr` is sqrt(p (1 - p) / n), None with n < 2.

    Raises: ValueError unless 0 <= successes <= n.
    """
    _check([successes], level)
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes in {n} cases")
    if n == 0:
        return Interval(None, None, None, None, 0)
    share, z = successes / n, _normal_quantile(0.5 + level / 2)
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    stderr = math.sqrt(share * (1 - share) / n) if n > 1 else None
    # Rounding must not push a bound past the share itself at 0 and 1.
    return Interval(share, stderr, min(share, max(0.0, centre - half)), max(share, min(1.0, centre + half)), n)


def t_quantile(share: float, df: float) -> float:
    """Quantile of Student's t distribution with `df` degrees of freedom, for 0 < share < 1."""
    from scipy.special import stdtrit  # not scipy.stats, which takes most of a second to import

    return float(stdtrit(df, share))


def t_tail(value: float, df: float) -> float:
    """P(T >= value) of Student's t distribution with `df` degrees of freedom."""
    from scipy.special import stdtr

    return float(stdtr(df, -value))


def _normal_quantile(share: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(share))


def _all_same(values: Sequence[float]) -> bool:
    return max(values) - min(values) <= _SAME * max(1.0, abs(values[0]))


def _check(values: Sequence[float], level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"a level lies between 0 and 1, not at {level}")
    for value in values:
        if not math.isfinite(value):
            raise ValueError(f"not a finite number: {value}")
