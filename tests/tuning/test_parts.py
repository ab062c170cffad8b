"""The search's parts, each against what it must estimate."""

from __future__ import annotations

import numpy as np
import pytest

from feinschliff.generation import Caps
from feinschliff.measure import Pair, held_out
from feinschliff.parameters.space import Range, Space, make_space
from feinschliff.records import Answer, Example, Score, Settings
from feinschliff.tuning.design import first_design
from feinschliff.tuning.plan import Plan
from feinschliff.tuning.samplers.plain import grid
from feinschliff.tuning.search import recommend
from feinschliff.tuning.state import State, Tried
from feinschliff.tuning.surrogate import expected_improvement, fit

SPACE = Space({"temperature": Range(0.0, 1.0)})


def units(count: int) -> list[tuple[Example, int]]:
    return [(Example(id=f"e{i}"), 0) for i in range(count)]


def test_a_setting_that_saw_easy_examples_only_is_not_taken_for_a_better_one() -> None:
    rng = np.random.default_rng(1)
    easy = np.concatenate([np.full(10, 0.3), np.full(30, -0.1)])
    gaps = []
    for _ in range(200):
        state = State(SPACE, units(40))
        for i, seen in enumerate((40, 40, 40, 10)):
            scores = 0.5 + easy[:seen] + rng.normal(0, 0.05, seen)
            state.tried.append(
                Tried(
                    SPACE.settings({"temperature": i / 4}),
                    "grid",
                    0,
                    [float(s) for s in scores],
                    list(state.units[: len(scores)]),
                )
            )
        means, _ = state.adjusted()
        gaps.append(means[3] - means[:3].mean())
    # Observed means differ by 0.3; what is left is the shrinkage of the unit effects, a quarter of that at most.
    assert abs(float(np.mean(gaps))) < 0.08


def test_the_variance_of_a_mean_covers_its_error() -> None:
    rng = np.random.default_rng(2)
    errors, claimed = [], []
    for _ in range(300):
        state = State(SPACE, units(20))
        truth = rng.normal(0.5, 0.1, 6)
        effects = rng.normal(0, 0.15, 20)
        for i in range(6):
            scores = truth[i] + effects + rng.normal(0, 0.2, 20)
            state.tried.append(
                Tried(
                    SPACE.settings({"temperature": i / 6}),
                    "grid",
                    0,
                    [float(s) for s in scores],
                    list(state.units[: len(scores)]),
                )
            )
        means, variances = state.adjusted()
        errors.extend((means - means.mean()) - (truth - truth.mean()))
        claimed.extend(variances)
    ratio = float(np.var(errors) / np.mean(claimed))
    assert 0.6 < ratio < 1.2


def test_the_surrogate_trusts_a_point_by_its_own_noise() -> None:
    points = np.array([[0.0], [0.5], [1.0]])
    means = np.array([0.5, 0.9, 0.5])
    sure = fit(points, means, np.full(3, 1e-6), seed=0).predict(points)[0]
    unsure = fit(points, means, np.array([1e-6, 1.0, 1e-6]), seed=0).predict(points)[0]
    assert sure[1] == pytest.approx(0.9, abs=0.02)
    assert unsure[1] < 0.7


def test_expected_improvement_agrees_with_simulation() -> None:
    rng = np.random.default_rng(3)
    mean, deviation, best = np.array([0.4, 0.6]), np.array([0.1, 0.05]), 0.5
    draws = rng.normal(mean, deviation, (400_000, 2))
    simulated = np.maximum(draws - best, 0).mean(axis=0)
    assert expected_improvement(mean, deviation, best) == pytest.approx(simulated, abs=5e-4)


def test_recommendation_is_the_posterior_mean_not_the_best_observed() -> None:
    state = State(SPACE, units(30))
    rng = np.random.default_rng(4)
    for i in range(9):
        state.tried.append(
            Tried(
                SPACE.settings({"temperature": i / 8}),
                "grid",
                0,
                [float(s) for s in rng.normal(0.6, 0.1, 30)],
                list(state.units),
            )
        )
    state.tried.append(Tried(SPACE.settings({"temperature": 0.55}), "model", 1, [1.0], list(state.units[:1])))
    found = recommend(state, seed=0)
    assert found is not None
    settings, mean, _ = found
    assert state.seen(settings) == 30 or mean < 0.75
    assert mean < 0.75


def test_the_first_design_starts_with_today_then_greedy() -> None:
    space = make_space({"temperature": (0, 1.5), "top_p": (0.1, 1.0), "top_k": (1, 100), "max_tokens": 8})
    today = Settings(values={"temperature": 0.8, "top_p": 0.95, "top_k": 40, "max_tokens": 8})
    design = first_design(space, today)
    assert [origin for _, origin in design[:2]] == ["baseline", "greedy"]
    assert design[1][0].values["temperature"] == 0.0
    assert len({space.effective(s) for s, _ in design}) == len(design)
    assert all(isinstance(s.values["top_k"], int) for s, _ in design)


def test_a_small_space_is_tried_as_a_whole() -> None:
    space = make_space({"system": ["a", "b", "c"], "temperature": {"choices": [0.0, 1.0]}})
    design = first_design(space, space.settings({"system": "a", "temperature": 0.7}))
    assert len(design) == 7


def test_the_grid_covers_every_combination_once() -> None:
    space = make_space({"temperature": (0, 1.0), "model": ["a", "b"]})
    settings = grid(space)
    assert len(settings) == 10
    assert len({s.canonical() for s in settings}) == 10


def test_the_plan_keeps_a_quarter_and_a_reserve_for_retries() -> None:
    plan = Plan(Caps(requests=800))
    assert plan.answers_planned == 496
    assert plan.search_answers == 372
    plan.use([Answer(key="k", example="e", repeat=0, text="x", prompt_tokens=10, completion_tokens=10)] * 372)
    assert plan.room() == 0
    assert plan.room_to_confirm() == 124


@pytest.mark.parametrize(
    ("requests", "search"),
    [
        (800, 496 - 240),  # two rounds of 2 x 60 answers are at most half
        (700, 434 - 120),  # one round
        (200, 93),  # not even that: a quarter
        (3000, 1395),  # two rounds are less than a quarter
    ],
)
def test_the_plan_keeps_whole_rounds_that_cost_no_more_than_half(requests: int, search: int) -> None:
    plan = Plan(Caps(requests=requests), one_round=2 * 60)
    assert plan.search_answers == plan.room() == search


def test_the_plan_by_tokens_follows_what_answers_have_cost() -> None:
    plan = Plan(Caps(tokens=1000))
    plan.use([Answer(key="k", example="e", repeat=0, text="x", prompt_tokens=15, completion_tokens=5)] * 5)
    assert plan.room() == int((750 - 100) / (20 * 1.15))
    assert plan.room_to_confirm() == int(900 / (20 * 1.15))


def pair(example: str, best: float | None, baseline: float | None, repeat: int = 0) -> Pair:
    return Pair(Example(id=example), repeat, None, None, Score(value=best), Score(value=baseline))


@pytest.mark.parametrize(
    ("gains", "verdict"),
    [
        ([0.1, 0.12, 0.11, 0.09, 0.1], "better"),
        ([-0.1, -0.12, -0.11, -0.09, -0.1], "worse"),
        ([0.3, -0.3, 0.1, -0.1, 0.05], "no measurable gain"),
        ([0.1, 0.1, 0.1], "no measurable gain"),
        ([0.1] * 8, "better"),
        ([0.0] * 20, "no measurable gain"),
        ([], None),
    ],
)
def test_verdicts(gains: list[float], verdict: str | None) -> None:
    measured = held_out([pair(f"e{i}", 0.5 + g, 0.5) for i, g in enumerate(gains)], unit="examples")
    assert measured.verdict == verdict
    assert measured.n == len(gains)


def test_pairs_without_a_score_on_either_side_are_left_out_of_both() -> None:
    measured = held_out(
        [pair("a", 1.0, None), pair("b", None, 0.0), *(pair(f"e{i}", 0.6, 0.5) for i in range(8))], unit="examples"
    )
    assert measured.n == 8
    assert measured.best.mean == pytest.approx(0.6)


def test_repeats_are_pairs_of_means_over_examples() -> None:
    pairs = [pair(e, 0.5 + r / 100, 0.4, r) for r in range(10) for e in ("a", "b")]
    measured = held_out(pairs, unit="repeats")
    assert measured.n == 10
    assert measured.unit == "repeats"
    assert measured.difference.mean == pytest.approx(0.145)
