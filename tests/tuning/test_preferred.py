"""Which of the tied settings is recommended: by posteriors over worlds whose truth is known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from feinschliff.build import complete_space, make_baseline
from feinschliff.endpoints.protocol import Request
from feinschliff.errors import EndpointGone, ParameterError
from feinschliff.generation import Budget, Caps, Payer
from feinschliff.measure import parse_constraints
from feinschliff.parameters.space import Range, Space, make_space
from feinschliff.records import Example, Settings
from feinschliff.store import open_store, start_run
from feinschliff.tuning import Plot, Result, tune
from feinschliff.tuning.evidence import evidence
from feinschliff.tuning.preferred import RULES, Rule, check_rule, nearby, prefer
from feinschliff.tuning.region import MARGIN
from feinschliff.tuning.state import State, Tried
from tests.fakes.scripted import ScriptedEndpoint
from tests.tuning.worlds import TOLD, ReadNumber, hill, make_task

ONE = Space({"temperature": Range(0.0, 1.0)}, {})
UNITS = [(Example(id=f"e{i}", row={}), 0) for i in range(400)]


def known(
    score: Callable[[float], float],
    *,
    cost: Callable[[float], float] = lambda place: 30.0,
    noise: float = 0.1,
    answers: int = 400,
    constraint: str | None = None,
    usd: bool = False,
) -> State:
    """21 temperatures, each answered on the same examples; an answer takes `cost` tokens, give or take two."""
    rng = np.random.default_rng(1)
    state = State(ONE, UNITS, constraints=parse_constraints([constraint] if constraint else []))
    for place in np.linspace(0.0, 1.0, 21):
        settings = Settings(values={"temperature": round(float(place), 3)})
        scores = [float(v) for v in score(place) + noise * rng.standard_normal(answers)]
        taken = [float(v) for v in cost(place) + rng.integers(-2, 3, answers)]
        told = [{"total tokens": 20 + t, "tokens": t, "cost": t * 1e-6 if usd else None} for t in taken]
        units = list(UNITS[:answers])
        state.tried.append(Tried(settings, "random", 0, list(scores), units, [int(t) for t in taken], list(told)))
    return state


def chosen(state: State, rule: Rule) -> tuple[float, dict[str, Any]]:
    found = prefer(state, rule, seed=0)
    assert found is not None
    return float(found.settings.values["temperature"]), found.facts  # type: ignore[arg-type]


def peak_and_hill(place: float) -> float:
    """A peak that only one of the temperatures hits, and a broad hill that is a hair lower."""
    return max(0.6025 * float(np.exp(-0.5 * ((place - 0.1) / 0.02) ** 2)), 0.6 - 0.5 * (place - 0.7) ** 2)


def test_a_sharp_peak_is_best_and_the_broad_hill_beside_it_robust() -> None:
    state = known(peak_and_hill, noise=0.05)
    place, told = chosen(state, "best")
    assert place == 0.1
    assert (told["is_best"], told["tied"], told["expected_loss"]) == (True, 2, 0.0)
    place, told = chosen(state, "robust")
    assert 0.6 <= place <= 0.8
    assert told["best"] == {"temperature": 0.1}
    assert (told["is_best"], told["tied"]) == (False, 2)
    assert told["nearby"] > told["best_nearby"] + 0.05
    found = evidence(state)
    assert found is not None
    assert 0 < told["expected_loss"] <= MARGIN * found.spread
    assert chosen(state, "robust") == (place, told)


def test_a_robust_setting_that_is_told_apart_from_the_best_is_none() -> None:
    state = known(lambda place: peak_and_hill(place) + 0.05 * (place == 0.1), noise=0.05)
    place, told = chosen(state, "robust")
    assert (place, told["is_best"], told["tied"]) == (0.1, True, 1)
    assert "no other setting is tied" in told["reason"]


def test_what_is_more_robust_by_nothing_worth_speaking_of_is_no_reason_to_leave_the_best() -> None:
    state = known(lambda place: 0.6, noise=0.02)
    place, told = chosen(state, "robust")
    assert place == chosen(state, "best")[0]
    assert told["is_best"]
    assert told["tied"] > 3
    assert "clearly more robust" in told["reason"]


@pytest.mark.parametrize("usd", [False, True])
def test_the_cheapest_of_those_that_lose_nothing_worth_speaking_of(usd: bool) -> None:
    def score(place: float) -> float:
        return 0.6 if place < 0.62 else 0.5

    state = known(score, cost=lambda place: 80 - 60 * place, noise=0.05, usd=usd)
    best, _ = chosen(state, "best")
    place, told = chosen(state, "cheapest")
    assert best < place < 0.62  # what is hotter is cheaper still, and worse
    assert told["tied"] > 2
    assert told["expected_loss"] <= MARGIN * 0.05 * 1.1
    scale, prompt = (1e-6, 0) if usd else (1.0, 20)
    assert told["cost_unit"] == ("USD" if usd else "tokens")
    assert told["cost"] == pytest.approx(scale * (prompt + 80 - 60 * place), rel=0.02)
    assert told["best_cost"] == pytest.approx(scale * (prompt + 80 - 60 * best), rel=0.02)


def test_where_nothing_is_cheaper_the_best_stays_and_says_so() -> None:
    state = known(lambda place: 0.6, noise=0.02)
    place, told = chosen(state, "cheapest")
    assert place == chosen(state, "best")[0]
    assert told["tied"] > 3
    assert told["cost"] == told["best_cost"] == pytest.approx(50, abs=0.5)
    assert "clearly cheaper" in told["reason"]


def test_constraints_are_kept_by_every_rule() -> None:
    hot = known(peak_and_hill, cost=lambda place: 20 + 60 * place, noise=0.05, constraint="tokens <= 40")
    assert chosen(hot, "robust")[0] == 0.1  # the hill takes 62 tokens
    cheap = known(lambda place: 0.6, cost=lambda place: 20 + 60 * place, noise=0.02, constraint="tokens >= 40")
    free = known(lambda place: 0.6, cost=lambda place: 20 + 60 * place, noise=0.02)
    assert 20 + 60 * chosen(cheap, "cheapest")[0] >= 40
    assert 20 + 60 * chosen(free, "cheapest")[0] < 40


@pytest.mark.parametrize("rule", RULES)
def test_where_nothing_holds_the_constraints_no_rule_makes_another_choice(rule: Rule) -> None:
    state = known(lambda place: 0.6, cost=lambda place: 20 + 60 * place, noise=0.02, constraint="tokens >= 300")
    place, told = chosen(state, rule)
    assert place == 1.0
    assert (told["tied"], told["is_best"]) == (0, True)
    assert "no setting is trusted" in told["reason"]


def test_a_state_without_a_score_recommends_nothing() -> None:
    assert prefer(State(ONE, UNITS), "robust", seed=0) is None


def test_small_moves_are_normal_steps_of_numbers_cut_at_the_ends() -> None:
    space = make_space(
        {"temperature": (0.0, 2.0), "top_k": (1, 100), "top_p": (0.1, 1.0), "system": ["a", "b"], "min_p": (0.0, 0.2)}
    )
    settings = Settings(values={"temperature": 1.0, "top_k": 50, "top_p": 1.0, "system": "b", "min_p": None})
    moved = nearby(space, settings, seed=3)
    temperatures = np.array([float(m.values["temperature"]) for m in moved])  # type: ignore[arg-type]
    assert temperatures.mean() == pytest.approx(1.0, abs=0.01)
    assert temperatures.std() == pytest.approx(0.05 * 2.0, rel=0.1)
    assert all(isinstance(m.values["top_k"], int) for m in moved)
    assert max(float(m.values["top_p"]) for m in moved) == 1.0  # type: ignore[arg-type]
    assert 0.4 < np.mean([m.values["top_p"] == 1.0 for m in moved]) < 0.6
    assert {m.values["system"] for m in moved} == {"b"}
    assert {m.values["min_p"] for m in moved} == {None}
    assert nearby(space, settings, seed=3) == moved
    outside = Settings(values={**settings.values, "temperature": 3.0})
    assert {m.values["temperature"] for m in nearby(space, outside, seed=3)} == {3.0}


def test_an_unknown_rule_is_told() -> None:
    with pytest.raises(ParameterError, match="no recommendation by 'cheap'"):
        check_rule("cheap")


def run_with(folder: Path, rule: Rule, answer: Callable[[Request], str]) -> Result:
    folder.mkdir(exist_ok=True)
    task = make_task(60)
    space = complete_space(task, {"temperature": (0, 1.5), "top_p": (0.1, 1.0)})
    today = make_baseline(space, None, told=TOLD, backend="unknown")
    with open_store(str(folder / "s.db")) as store:
        run = start_run(store, {}, kind="tune")
        budget = Budget(Caps(requests=200), spent=store.spent(run.id))
        payer = Payer(ScriptedEndpoint(answer), "toy", store, budget, run.id)
        return tune(Plot(task, space, today, ReadNumber(), prefer=rule), run, payer)


@pytest.mark.parametrize("rule", ["robust", "cheapest"])
def test_an_interrupted_search_recommends_the_same(tmp_path: Path, rule: Rule) -> None:
    answered, cut = 0, None

    def dying(request: Request) -> str:
        nonlocal answered
        answered += 1
        if answered % 53 == 0:
            raise EndpointGone("gone")
        return hill(request)

    while cut is None:
        try:
            cut = run_with(tmp_path / "cut", rule, dying)
        except EndpointGone:
            continue
    assert answered > 106
    whole = run_with(tmp_path / "whole", rule, hill)
    assert whole.recommendation is not None
    assert whole.recommendation["rule"] == rule
    assert (cut.recommendation, cut.settings, cut.held_out) == (whole.recommendation, whole.settings, whole.held_out)
