"""Drift: rare where nothing has changed, found where something has."""

from __future__ import annotations

import pytest
from benchmarks.check.run import plainly_fell
from benchmarks.check.world import World, checks

from feinschliff.measure.drift import Sides, find_drift


def sides(best: list[float | None], baseline: list[float | None]) -> list[Sides]:
    return [Sides(str(i), 0, a, b) for i, (a, b) in enumerate(zip(best, baseline, strict=True))]


THEN = sides([0.7 + i % 5 / 50 for i in range(60)], [0.6 + i % 7 / 50 for i in range(60)])


@pytest.mark.parametrize(
    "world",
    [World(gain=0.05, repeats=1), World(gain=0.1, examples=12, repeats=2), World(noise=(0.3, 0.1), repeats=1)],
    ids=["narrow", "few examples", "unequal noise"],
)
def test_alarms_are_rare_where_nothing_has_changed(world: World) -> None:
    """Runs whose verdict is "better" were chosen by their scores, so the plain comparison with then rings often."""
    wanted = 120
    made = list(checks(world, wanted, seed=7))
    assert sum(bool(drift.reasons) for drift, _, _ in made) <= 0.05 * wanted
    assert sum(plainly_fell(then, now) for _, then, now in made) > 0.05 * wanted


def test_alarms_are_rare_after_another_verdict() -> None:
    made = list(checks(World(gain=0.02, repeats=1), 120, seed=8, better=False))
    assert sum(bool(drift.reasons) for drift, _, _ in made) <= 6
    assert all(drift.lead is None for drift, _, _ in made)


def test_a_fall_of_all_is_found_by_the_level_and_one_of_the_lead_by_the_lead() -> None:
    both = [drift for drift, _, _ in checks(World(fall=0.06, repeats=4), 60, seed=9)]
    assert sum("level" in drift.reasons for drift in both) >= 45
    best = [drift for drift, _, _ in checks(World(gain=0.1, fall_best=0.15, repeats=4), 60, seed=10)]
    assert sum("lead" in drift.reasons for drift in best) >= 45


def test_the_same_answers_are_no_drift() -> None:
    drift = find_drift(THEN, THEN, unit="examples", better=True)
    assert drift.reasons == ()
    assert drift.level is not None
    assert (drift.level.mean, drift.level.p, drift.level.detectable) == (0, 1, None)


def test_a_few_changed_answers_are_no_drift() -> None:
    now = [Sides(s.example, 0, 0.1, 0.1) if i < 6 else s for i, s in enumerate(THEN)]
    assert find_drift(THEN, now, unit="examples", better=True).reasons == ()


def test_the_same_fall_everywhere_is_drift() -> None:
    now = sides([s.best - 0.05 for s in THEN], [s.baseline - 0.05 for s in THEN])  # type: ignore[operator]
    assert find_drift(THEN, now, unit="examples", better=True).reasons == ("level",)
    risen = sides([s.best + 0.05 for s in THEN], [s.baseline + 0.05 for s in THEN])  # type: ignore[operator]
    assert find_drift(THEN, risen, unit="examples", better=True).reasons == ()


def test_worse_than_the_baseline_is_drift() -> None:
    now = sides([s.baseline for s in THEN], [s.best for s in THEN])
    assert "below_baseline" in find_drift(THEN, now, unit="examples", better=True).reasons
    assert find_drift(THEN, now, unit="examples", better=False).reasons == ()


def test_what_cannot_be_scored_is_counted_and_never_taken_for_0() -> None:
    lost = [Sides(s.example, 0, None, s.baseline) if i < 12 else s for i, s in enumerate(THEN)]
    drift = find_drift(THEN, lost, unit="examples", better=True)
    assert (drift.n, drift.unscored_then, drift.unscored_now) == (48, 0, 12)
    assert drift.reasons == ("unscored",)
    assert drift.level is not None
    assert drift.level.mean == 0
    one = [Sides(s.example, 0, None, s.baseline) if i < 2 else s for i, s in enumerate(THEN)]
    assert find_drift(THEN, one, unit="examples", better=True).reasons == ()
    nothing = find_drift(THEN, sides([None] * 60, [None] * 60), unit="examples", better=True)
    assert (nothing.n, nothing.level, nothing.reasons) == (0, None, ("unscored",))


def test_what_was_not_asked_at_both_times_is_refused() -> None:
    with pytest.raises(ValueError, match="both times"):
        find_drift(THEN, THEN[1:], unit="examples", better=True)
