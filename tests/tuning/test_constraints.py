"""Searches that have to keep to something, and what can be had for less, in worlds whose truth is known."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from feinschliff.build import make_baseline
from feinschliff.endpoints.protocol import Reply, Request
from feinschliff.errors import BudgetError, EndpointGone
from feinschliff.generation import Budget, Caps, Payer, Price, Prices
from feinschliff.measure import TRUSTED, parse_constraints
from feinschliff.store import open_store, start_run
from feinschliff.tuning import Plot, Result, forecast_tune, tune
from feinschliff.tuning.pareto import front_of
from tests.fakes.scripted import ScriptedEndpoint
from tests.tuning.worlds import TOLD, ReadNumber, make_space, make_task

LIMIT = 24


def costly(request: Request) -> Reply:
    """Hotter is better and longer: 0.3 + 0.3 t in 10 + 20 t tokens. Top-p does nothing."""
    fields = request.fields
    t = float(fields["temperature"])  # type: ignore[arg-type]
    rng = random.Random(f"{fields['seed']}/{t}/{fields.get('top_p')}")
    level = random.Random(request.messages[-1].content).gauss(0, 0.1)
    score = min(1.0, max(0.0, 0.3 + 0.3 * t + level + rng.gauss(0, 0.1)))
    tokens = max(1, round(10 + 20 * t + rng.gauss(0, 3)))
    return Reply(
        request,
        text=str(score),
        finish_reason="stop",
        prompt_tokens=20,
        completion_tokens=tokens,
        latency_s=0.05 + 0.01 * tokens,
    )


def true_tokens(settings: dict[str, Any]) -> float:
    return 10 + 20 * float(settings["temperature"])


def true_score(settings: dict[str, Any]) -> float:
    return 0.3 + 0.3 * float(settings["temperature"])


def plot_of(constraints: Sequence[str], sampler: str = "fein") -> Plot:
    task = make_task(60)
    space = make_space(task)
    today = make_baseline(space, None, told=TOLD, backend="unknown")
    return Plot(task, space, today, ReadNumber(), sampler, constraints=parse_constraints(constraints))


def run_with(
    folder: Path,
    constraints: Sequence[str],
    answer: Callable[[Request], str | Reply] = costly,
    *,
    seed: int = 0,
    sampler: str = "fein",
    requests: int = 400,
    prices: Prices | None = None,
) -> Result:
    folder.mkdir(exist_ok=True)
    with open_store(str(folder / "s.db")) as store:
        run = start_run(store, {"seed": seed}, kind="tune")
        budget = Budget(Caps(requests=requests), spent=store.spent(run.id), prices=prices)
        payer = Payer(ScriptedEndpoint(answer), "toy", store, budget, run.id, seed=seed)
        return tune(plot_of(constraints, sampler), run, payer)


def test_the_best_setting_that_holds_is_found_at_the_border(tmp_path: Path) -> None:
    for seed in range(3):
        result = run_with(tmp_path / str(seed), [f"tokens <= {LIMIT}"], seed=seed)
        (held,) = result.constraints
        assert held["probability"] >= TRUSTED
        # The truth: 0.51 at the border, temperature 0.7; without the constraint 0.75.
        assert true_tokens(result.settings) <= LIMIT + 0.5
        assert true_score(result.settings) >= 0.51 - 0.05
        assert held["best"]["status"] != "broken"
        # Today's 26 tokens are too many: what was found is recommended although it scores no more.
        assert held["baseline"]["status"] == "broken"
        assert result.verdict != "better"
        assert result.recommended == result.settings
        assert not any("No setting was found" in w for w in result.warnings)


@pytest.mark.parametrize("sampler", ["gp", "random", "grid"])
def test_every_sampler_recommends_what_holds(tmp_path: Path, sampler: str) -> None:
    result = run_with(tmp_path, [f"tokens <= {LIMIT}", "latency <= 290 ms"], sampler=sampler)
    assert [held["constraint"] for held in result.constraints] == [f"tokens <= {LIMIT}", "latency <= 290 ms"]
    assert all(held["probability"] >= TRUSTED for held in result.constraints)
    assert true_tokens(result.settings) <= LIMIT + 0.5


def test_where_nothing_holds_it_says_so_and_measures_what_misses_by_the_least(tmp_path: Path) -> None:
    result = run_with(tmp_path, ["tokens <= 5"])
    (held,) = result.constraints
    assert held["probability"] < 0.01
    assert true_tokens(result.settings) < 12
    assert (held["best"]["status"], held["baseline"]["status"]) == ("broken", "broken")
    assert result.recommended == result.baseline_settings
    assert any(w.startswith("No setting was found that holds tokens <= 5") for w in result.warnings)
    assert result.details["region"] is None


def test_a_score_that_has_to_be_reached_rules_out_what_scores_more(tmp_path: Path) -> None:
    def hot_is_invalid(request: Request) -> Reply:
        reply = costly(request)
        t = float(request.fields["temperature"])  # type: ignore[arg-type]
        broken = t > 0.6 and random.Random(f"{request.fields['seed']}/{t}").random() < 0.5
        return Reply(request, text=f"{reply.text} " * (1 + broken), finish_reason="stop", completion_tokens=9)

    class FirstNumber(ReadNumber):
        def score(self, examples: Any, answers: Any) -> Any:
            return super().score(examples, [a.model_copy(update={"text": a.text.split()[0]}) for a in answers])

    plot = plot_of(["json >= 90 %"])
    with open_store(str(tmp_path / "s.db")) as store:
        run = start_run(store, {}, kind="tune")
        payer = Payer(ScriptedEndpoint(hot_is_invalid), "toy", store, Budget(Caps(requests=600)), run.id)
        result = tune(
            Plot(plot.task, plot.space, plot.baseline, FirstNumber(), constraints=plot.constraints), run, payer
        )
    (held,) = result.constraints
    assert result.settings["temperature"] <= 0.62  # type: ignore[operator]
    assert held["best"]["mean"] > 0.95
    assert held["baseline"]["status"] == "broken"


def test_an_interrupted_search_with_constraints_ends_like_an_uninterrupted_one(tmp_path: Path) -> None:
    constraints = [f"tokens <= {LIMIT}", "latency <= 300 ms"]
    whole, answered, cut = run_with(tmp_path / "whole", constraints, requests=200), 0, None

    def dying(request: Request) -> Reply:
        nonlocal answered
        answered += 1
        if answered % 31 == 0:
            raise EndpointGone("gone")
        return costly(request)

    while cut is None:
        try:
            cut = run_with(tmp_path / "cut", constraints, dying, requests=200)
        except EndpointGone:
            continue
    assert answered > 100
    document, other = whole.to_dict(), cut.to_dict()
    assert {n: document[n] for n in document if n != "spent"} == {n: other[n] for n in other if n != "spent"}
    assert len(whole.pareto) > 1


def test_a_limit_on_cost_needs_a_price_and_is_kept_to(tmp_path: Path) -> None:
    plot = plot_of(["cost <= 0.26 USD per 1,000"])
    with open_store(str(tmp_path / "s.db")) as store:
        payer = Payer(ScriptedEndpoint(costly), "toy", store, Budget(Caps(requests=200)), "run")
        with pytest.raises(BudgetError, match="needs a price"):
            forecast_tune(plot, Caps(requests=200), payer)
    prices = Prices(every=Price(1.0, 10.0))  # 24 tokens of the answer and 20 of the prompt: 0.00026 USD
    result = run_with(tmp_path / "run", ["cost <= 0.26 USD per 1,000"], prices=prices)
    assert true_tokens(result.settings) <= LIMIT + 0.5
    assert true_score(result.settings) >= 0.51 - 0.06
    assert {point["cost_unit"] for point in result.pareto} == {"USD"}


def test_the_front_is_what_is_truly_traded(tmp_path: Path) -> None:
    result = run_with(tmp_path, [])
    front = result.pareto
    assert front[0]["winner"] or any(point["winner"] for point in front)
    assert len(front) >= 3
    scores, costs = ([point[aim]["mean"] for point in front] for aim in ("score", "cost"))
    assert scores == sorted(scores, reverse=True)
    assert costs == sorted(costs, reverse=True)
    for point in front:
        # Prompts take 20 tokens.
        assert abs(point["cost"]["mean"] - 20 - true_tokens(point["settings"])) < 4 * point["cost"]["stderr"] + 1
        assert point["latency_s"]["mean"] == pytest.approx(0.05 + 0.01 * (point["cost"]["mean"] - 20), abs=0.03)
    shown = [p for p in result.details["pareto"]["points"] if p["front"]]
    assert len(shown) == len(front)


def test_what_chance_puts_in_front_is_not_claimed(tmp_path: Path) -> None:
    def alike(request: Request) -> Reply:
        rng = random.Random(f"{request.fields}")
        took = {"completion_tokens": rng.randint(5, 50), "prompt_tokens": 20, "latency_s": rng.uniform(0.1, 1.0)}
        return Reply(request, text=str(rng.random()), finish_reason="stop", **took)  # type: ignore[arg-type]

    sizes = [len(run_with(tmp_path / str(seed), [], alike, seed=seed, requests=120).pareto) for seed in range(6)]
    assert sum(size > 1 for size in sizes) <= 1


def test_a_front_keeps_one_of_those_that_nothing_tells_apart() -> None:
    scores = np.array([0.7, 0.69, 0.5, 0.4, 0.3])
    costs = np.array([30.0, 20.0, 10.0, 10.2, 12.0])
    ahead = np.stack([np.subtract.outer(scores, scores) > 0.05, np.subtract.outer(-costs, -costs) > 1])
    # 1 is as good as the winner, and cheaper; 3 is like 2, but scores less; 4 is behind in both.
    assert front_of(scores, ahead, 0) == {0, 1, 2}
    assert front_of(scores, ahead, None) == {1, 2}
    assert front_of(scores, np.zeros_like(ahead), 3) == {3}
