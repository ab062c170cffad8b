"""Intervals are promises about frequencies, so they are tested by simulation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats as reference

from feinschliff.stats import (
    Interval,
    detectable_difference,
    mean_interval,
    paired_difference,
    t_quantile,
    wilson_interval,
)

Draw = Callable[[np.random.Generator, int], NDArray[np.float64]]

RUNS = 4000


def normal(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    return rng.normal(0.6, 0.27, n)


def skewed(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    """Scores from 0 to 1, mean 0.7, skewness -0.6."""
    return rng.beta(3.5, 1.5, n)


def differences(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    """Differences of two skewed scores, one better by 0.1."""
    return rng.beta(8, 2, n) - rng.beta(7, 3, n)


def covers(interval: Interval, truth: float) -> bool:
    assert interval.low is not None
    assert interval.high is not None
    return interval.low <= truth <= interval.high


@pytest.mark.parametrize("n", [10, 40, 60])
@pytest.mark.parametrize(("draw", "truth"), [(normal, 0.6), (skewed, 0.7), (differences, 0.1)])
def test_the_t_interval_covers_the_truth(draw: Draw, truth: float, n: int) -> None:
    rng = np.random.default_rng(n)
    share = np.mean([covers(mean_interval(draw(rng, n).tolist()), truth) for _ in range(RUNS)])
    assert 0.93 <= share <= 0.97


@pytest.mark.parametrize("n", [10, 60])
def test_equal_settings_differ_in_five_percent(n: int) -> None:
    rng = np.random.default_rng(n)
    found = []
    for _ in range(RUNS):
        example = skewed(rng, n)
        a, b = (np.clip(example + rng.normal(0, 0.2, n), 0, 1).tolist() for _ in range(2))
        found.append(not covers(paired_difference(a, b), 0.0))
    assert 0.035 <= np.mean(found) <= 0.065


@pytest.mark.parametrize("n", [5, 10, 60])
@pytest.mark.parametrize("power", [0.5, 0.8])
def test_the_detectable_difference_is_found_with_its_power(n: int, power: float) -> None:
    rng = np.random.default_rng(n)
    truth = detectable_difference(0.2 / np.sqrt(n), n, power=power)
    assert truth is not None
    found = [(mean_interval((truth + rng.normal(0, 0.2, n)).tolist()).low or 0) > 0 for _ in range(RUNS)]
    assert power - 0.025 <= np.mean(found) <= power + 0.025


def test_the_interval_is_scipys() -> None:
    a, b = [0.3, 0.9, 0.5, 0.7], [0.2, 0.8, 0.7, 0.1]
    expected = reference.ttest_rel(a, b)
    limits = expected.confidence_interval(0.9)
    interval = paired_difference(a, b, level=0.9)
    assert interval.n == 4
    assert [interval.low, interval.high] == pytest.approx([limits.low, limits.high])
    assert interval.mean == pytest.approx(expected.statistic * (interval.stderr or 0))


def test_few_values() -> None:
    assert mean_interval([]) == Interval(None, None, None, None, 0)
    assert mean_interval([0.5]) == Interval(0.5, None, None, None, 1)
    assert detectable_difference(0.1, 1) is None


def test_equal_values_have_an_interval_without_width() -> None:
    assert mean_interval([0.1] * 3) == Interval(0.1, 0.0, 0.1, 0.1, 3)
    # Differences of 0.1 that are not equal in their last bits.
    interval = paired_difference([0.3, 0.7, 0.9], [0.2, 0.6, 0.8])
    assert interval.stderr == 0
    assert interval.low == interval.high == interval.mean == pytest.approx(0.1)
    assert detectable_difference(0.0, 5) == 0


@pytest.mark.parametrize(("successes", "n"), [(0, 10), (10, 10), (3, 10), (650, 1000)])
def test_wilson_is_scipys(successes: int, n: int) -> None:
    expected = reference.binomtest(successes, n).proportion_ci(0.95, method="wilson")
    interval = wilson_interval(successes, n)
    assert [interval.low, interval.high] == pytest.approx([expected.low, expected.high], abs=1e-12)
    assert covers(interval, successes / n)


def test_t_quantile_by_the_table() -> None:
    assert t_quantile(0.975, 9) == pytest.approx(2.262, abs=5e-4)


@pytest.mark.parametrize(
    "call",
    [
        lambda: mean_interval([0.1, float("nan")]),
        lambda: mean_interval([0.1, 0.2], level=1),
        lambda: paired_difference([0.1], [0.1, 0.2]),
        lambda: detectable_difference(-1, 5),
        lambda: detectable_difference(0.1, 5, power=1),
        lambda: wilson_interval(11, 10),
    ],
)
def test_what_makes_no_sense_is_refused(call: Callable[[], object]) -> None:
    with pytest.raises(ValueError):
        call()
