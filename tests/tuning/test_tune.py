"""The whole search in worlds whose truth is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from feinschliff.build import make_baseline
from feinschliff.endpoints.protocol import Reply, Request
from feinschliff.errors import BudgetError, EndpointGone, ParameterError
from feinschliff.generation import Caps
from feinschliff.tuning import Plot, Result, check
from tests.fakes.scripted import ScriptedEndpoint
from tests.tuning.worlds import TOLD as TOLD_DEFAULTS
from tests.tuning.worlds import ReadNumber, flat, hill, make_space, make_task, run_tune


def outcome(result: Result) -> dict[str, object]:
    """All of a result that must not depend on how often it was interrupted."""
    document = result.to_dict()
    return {name: document[name] for name in document if name not in {"spent", "report"}} | {
        "trials": result.details["trials"],
        "history": result.details["history"],
    }


@pytest.mark.parametrize("sampler", ["fein", "random", "grid"])
def test_a_hill_is_climbed_and_the_verdict_is_better(tmp_path: Path, sampler: str) -> None:
    result = run_tune(tmp_path, hill, sampler=sampler)
    assert result.verdict == "better"
    assert abs(result.settings["temperature"] - 0.3) < 0.3  # type: ignore[operator]
    assert result.recommended == result.settings
    assert result.baseline_settings["temperature"] == 0.8
    difference = result.held_out.difference
    # Truth: 0.6 * 0.5^2 + 0.1 * 0.05 = 0.155 at the very best.
    assert difference.low is not None
    assert difference.high is not None
    assert difference.low < 0.155
    assert difference.high > 0.05


def test_the_winner_is_what_held_out_measured_and_the_budget_is_kept(tmp_path: Path) -> None:
    endpoint = ScriptedEndpoint(hill)
    result = run_tune(tmp_path, hill, caps=Caps(requests=200), endpoint=endpoint)
    assert len(endpoint.requests) == result.spent["requests"]
    assert result.spent["requests"] <= 200  # type: ignore[operator]
    last = endpoint.requests[-2 * result.held_out.n :]
    sent = {(r.fields["temperature"], r.fields["top_p"]) for r in last}
    told = [(s["temperature"], s["top_p"]) for s in (result.settings, result.baseline_settings)]
    assert sent == set(told)


def test_an_interrupted_run_ends_like_an_uninterrupted_one(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "cut").mkdir()
    whole = run_tune(tmp_path / "whole", hill)
    total, attempts = whole.spent["requests"], 0
    answered = 0

    def dying(request: Request) -> str:
        nonlocal answered
        answered += 1
        if answered % 37 == 0:
            raise EndpointGone("gone")
        return hill(request)

    runs: set[str | None] = set()
    cut = None
    while cut is None:
        attempts += 1
        try:
            cut = run_tune(tmp_path / "cut", dying)
        except EndpointGone as error:
            runs.add(error.run)
    assert runs == {whole.run}
    assert attempts > 5
    assert outcome(cut) == outcome(whole)
    # Each attempt that died was admitted, and so is charged; no answer was asked for twice.
    assert cut.spent["requests"] == total + attempts - 1  # type: ignore[operator]


def test_a_larger_budget_goes_on_and_pays_only_the_rest(tmp_path: Path) -> None:
    small = run_tune(tmp_path, hill, caps=Caps(requests=100))
    endpoint = ScriptedEndpoint(hill)
    large = run_tune(tmp_path, hill, caps=Caps(requests=400), endpoint=endpoint)
    assert large.run == small.run
    assert len(endpoint.requests) == large.spent["requests"] - small.spent["requests"]  # type: ignore[operator]


def test_few_examples_are_confirmed_over_fresh_repeats(tmp_path: Path) -> None:
    result = run_tune(tmp_path, hill, examples=1)
    assert result.held_out.unit == "repeats"
    assert result.held_out.n >= 30
    assert any("these prompts only" in w for w in result.warnings)


def test_where_nothing_helps_it_says_so(tmp_path: Path) -> None:
    verdicts = []
    for seed in range(12):
        folder = tmp_path / str(seed)
        folder.mkdir()
        result = run_tune(folder, flat, seed=seed, caps=Caps(requests=150))
        verdicts.append(result.verdict)
        if result.verdict != "better":
            assert result.recommended == result.baseline_settings
    # At a true rate of 2.5 % three or more of 12 have a probability of 0.003; benchmarks/null counts 800 runs.
    assert verdicts.count("better") <= 2


def test_answers_that_cannot_be_scored_never_win(tmp_path: Path) -> None:
    def hot_fails(request: Request) -> str | Reply:
        if float(request.fields.get("temperature", 1.0)) > 0.5:  # type: ignore[arg-type]
            return Reply(request, failure="400: too hot")
        return hill(request)

    result = run_tune(tmp_path, hot_fails)  # type: ignore[arg-type]
    assert result.settings["temperature"] <= 0.5  # type: ignore[operator]
    assert result.verdict is None
    assert result.held_out.n == 0
    assert any("failed for good" in w for w in result.warnings)


def test_a_budget_below_the_first_design_and_an_unknown_sampler_are_refused() -> None:
    task = make_task(60)
    space = make_space(task)
    baseline = make_baseline(space, None, told=dict(TOLD_DEFAULTS), backend="unknown")
    with pytest.raises(BudgetError, match="too few"):
        check(Plot(task, space, baseline, ReadNumber()), Caps(requests=10))
    with pytest.raises(BudgetError, match="tokens"):
        check(Plot(task, space, baseline, ReadNumber()), Caps(tokens=100))
    with pytest.raises(ParameterError, match="unknown sampler"):
        check(Plot(task, space, baseline, ReadNumber(), "tarot"), Caps(requests=400))
