"""Several answers to a request: a choice among them pays where answers are noisy, and everything counts them."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from feinschliff.build import complete_space, make_baseline
from feinschliff.choosing import make_choice
from feinschliff.datasets.task import Task
from feinschliff.endpoints.protocol import Request
from feinschliff.errors import BudgetError, ParameterError
from feinschliff.generation import Budget, Caps, Payer
from feinschliff.measure import answers_each
from feinschliff.records import Settings
from feinschliff.scorers import make_scorer
from feinschliff.store import open_store, start_run
from feinschliff.tuning import (
    Match,
    Plot,
    Result,
    check,
    check_match,
    compare,
    forecast_compare,
    forecast_tune,
    read_kept,
    tune,
)
from tests.fakes.scripted import ScriptedEndpoint

MEDOID = make_choice("medoid")
LETTERS = "abcdefghijklmnop"


def make_task(examples: int = 60) -> Task:
    rows = [{"id": f"e{i}", "q": f"question {i}", "gold": LETTERS} for i in range(examples)]
    return Task.from_rows(rows, prompt="{{ q }}", target="gold")


def noisy(request: Request) -> str:
    """The right letters, each of them wrong with the temperature as its chance; a different wrong one every time."""
    fields = request.fields
    rng = random.Random(f"{fields['seed']}/{fields['temperature']}")
    return "".join(rng.choice("0123456789") if rng.random() < float(str(fields["temperature"])) else c for c in LETTERS)


def make_plot(space: dict[str, Any], *, pick: bool = True, score: str = "similarity") -> Plot:
    task = make_task()
    whole = complete_space(task, {"max_tokens": 16, **space})
    baseline = make_baseline(whole, None, told={"temperature": 0.4}, backend="unknown")
    return Plot(task, whole, baseline, make_scorer(score), choice=MEDOID if pick else None)


def run_plot(plot: Plot, folder: Path, caps: Caps, endpoint: ScriptedEndpoint | None = None) -> Result:
    with open_store(str(folder / "s.db")) as store:
        run = start_run(store, {"what": "several"}, kind="tune")
        budget = Budget(caps, spent=store.spent(run.id))
        return tune(plot, run, Payer(endpoint or ScriptedEndpoint(noisy), "toy", store, budget, run.id))


def half_right(request: Request) -> str:
    """Right in 60 % of the cases, otherwise something else each time."""
    rng = random.Random(str(request.fields["seed"]))
    return LETTERS if rng.random() < 0.6 else "".join(rng.choice("0123456789") for _ in LETTERS)


def test_the_search_finds_that_a_choice_among_several_pays(tmp_path: Path) -> None:
    endpoint = ScriptedEndpoint(half_right)
    plot = make_plot({"n": (1, 8), "temperature": 1.0})
    result = run_plot(plot, tmp_path, Caps(requests=1500), endpoint)
    assert result.verdict == "better"
    assert int(str(result.settings["n"])) >= 4
    assert result.baseline_settings["n"] == 1
    assert result.spent["requests"] == len(endpoint.requests) <= 1500
    several = result.details["several"]
    levels = {level["n"]: level for level in several["levels"]}
    assert several["pick"] == "medoid:similarity"
    assert max(levels) == result.settings["n"]
    assert levels[max(levels)]["mean"] == pytest.approx(result.held_out.best.mean)
    assert levels[1]["mean"] < levels[max(levels)]["mean"] - 0.1
    assert abs(levels[1]["mean"] - 0.6) < 0.1


def test_every_answer_counts_against_the_budget_and_the_plan_knows_it(tmp_path: Path) -> None:
    plot = make_plot({"temperature": (0.0, 1.0), "n": 4})
    endpoint = ScriptedEndpoint(noisy)
    result = run_plot(plot, tmp_path, Caps(requests=400), endpoint)
    assert len(endpoint.requests) == result.spent["requests"] <= 400
    assert result.held_out.n >= 5
    # The plan keeps a reserve for retries, and ends by itself: no limit cuts it short.
    assert not any("ended the run" in warning for warning in result.warnings)
    with pytest.raises(BudgetError) as four:
        check(plot, Caps(requests=60))
    with pytest.raises(BudgetError) as one:
        check(make_plot({"temperature": (0.0, 1.0)}, pick=False), Caps(requests=20))
    least = [int(str(error.value.mend).split()[1]) for error in (one, four)]
    assert least[1] > 2 * least[0]


def test_a_resumed_run_ends_like_an_uninterrupted_one(tmp_path: Path) -> None:
    plot = make_plot({"temperature": (0.0, 1.0), "n": (1, 4)})
    whole = run_plot(plot, tmp_path, Caps(requests=300))
    again = ScriptedEndpoint(noisy)
    resumed = run_plot(plot, tmp_path, Caps(requests=300), again)
    assert again.requests == []
    assert resumed.to_dict() | {"spent": None} == whole.to_dict() | {"spent": None}


def test_the_forecast_counts_single_answers(tmp_path: Path) -> None:
    plot = make_plot({"temperature": (0.0, 1.0), "n": 3})
    with open_store(str(tmp_path / "s.db")) as store:
        payer = Payer(ScriptedEndpoint(noisy), "toy", store, Budget(Caps(requests=400)), "r")
        forecast = forecast_tune(plot, Caps(requests=400), payer)
        assert forecast.answers <= 400
        assert len(forecast.known) <= forecast.answers
        assert all("n" not in ask.settings.values for ask in forecast.known)
        match = make_match(3, 1)
        assert forecast_compare(match, Caps(requests=400), payer).answers == 4 * 60


def make_match(a: int, b: int, *, score: str = "similarity", pick: bool = True) -> Match:
    task = make_task()
    sides = [
        Settings(values={"prompt": "{{ q }}", "temperature": 0.3, "max_tokens": 16, **({"n": n} if n > 1 else {})})
        for n in (a, b)
    ]
    return Match(task, *sides, make_scorer(score), choice=MEDOID if pick else None)


def test_a_comparison_of_three_answers_with_one(tmp_path: Path) -> None:
    match = make_match(5, 1)
    check_match(match, Caps(requests=1000))
    endpoint = ScriptedEndpoint(noisy)
    with open_store(str(tmp_path / "s.db")) as store:
        run = start_run(store, {"what": "compare"}, kind="compare")
        result = compare(match, run, Payer(endpoint, "toy", store, Budget(Caps(requests=1000)), run.id))
        kept = read_kept(replace(run, result=result.to_dict(), details=result.details))
    # The side with one answer shares it with the side with five: nothing is paid for twice.
    assert len(endpoint.requests) == 5 * 60
    assert result.settings["n"] == 5
    assert result.baseline_settings["n"] == 1
    assert [level["n"] for level in result.details["several"]["levels"]] == [1, 2, 4, 5]
    assert kept.scores is not None
    assert len(kept.scores) == len(kept.units) == 60


@pytest.mark.parametrize(
    ("space", "pick", "score", "word"),
    [
        ({"n": (1, 4)}, False, "similarity", "n changes nothing"),
        ({"temperature": (0.0, 1.0)}, True, "similarity", "nothing to choose among"),
        ({"temperature": (0.0, 1.0)}, False, "diversity", "and n is 1"),
        ({"n": (1, 4)}, False, "similarity=0.5,diversity=0.5", "and n is 1"),
        ({"temperature": (0.0, 1.0), "n": 4}, True, "diversity", "leaves one answer"),
    ],
)
def test_what_cannot_work_is_said_before_the_first_request(
    space: dict[str, Any], *, pick: bool, score: str, word: str
) -> None:
    with pytest.raises(ParameterError, match=word):
        check(make_plot(space, pick=pick, score=score), Caps(requests=800))


def test_diversity_and_quality_are_searched_together(tmp_path: Path) -> None:
    plot = make_plot({"temperature": (0.0, 1.0), "n": 4}, pick=False, score="similarity=0.4,diversity=0.6")
    result = run_plot(plot, tmp_path, Caps(requests=800))
    assert answers_each(Settings(values=result.settings)) == 4
    # Without noise the answers are all equal, and with nothing but noise none is any good.
    assert result.held_out.best.mean is not None
    assert result.held_out.best.mean > 0.5
    assert [level["n"] for level in result.details["several"]["levels"]] == [2, 4]
