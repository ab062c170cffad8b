from __future__ import annotations

import pytest

from feinschliff.report import next_steps, verdict_sentence
from feinschliff.report.sentence import unfinished_sentence

from . import samples


def test_better_names_what_changed_with_its_numbers():
    sentence = verdict_sentence(samples.result(), samples.details())
    assert sentence == (
        "Better: temperature 0.21, top-p 0.93, top-k 12, another system text raise the similarity from 0.612 to 0.668 "
        "(+0.056, 95 % interval +0.031 to +0.081) on 60 held-out examples."
    )
    assert next_steps(samples.result())[0].startswith("Send the recommended settings")


def test_one_change_is_in_the_singular():
    found = samples.result(settings={"temperature": 0.2}, baseline_settings={"temperature": 0.8})
    assert "temperature 0.2 raises the score" in verdict_sentence(found, {})


def test_no_gain_says_what_would_have_been_seen_and_keeps():
    sentence = verdict_sentence(samples.result("no measurable gain"), samples.details())
    assert sentence.startswith("No measurable gain: with temperature 0.21")
    assert "smallest difference that would have been seen is 0.030; keep your settings" in sentence
    assert next_steps(samples.result("no measurable gain"))[0] == "Keep the baseline settings."


def test_no_gain_where_the_search_found_the_baseline():
    found = samples.result("no measurable gain", settings=samples.TODAY)
    assert "found nothing better than today's settings" in verdict_sentence(found, {})


def test_worse_recommends_the_baseline():
    assert "lower the similarity from 0.612 to 0.556" in verdict_sentence(samples.result("worse"), samples.details())
    assert next_steps(samples.result("worse"))[0].startswith("Keep the baseline")


def test_nothing_measured_says_why():
    side = {"text": "", "failure": "HTTP 500", "score": None, "reason": "no answer", "flags": []}
    failed = {"samples": [{"example": "1", "best": side, "baseline": side}]}
    assert "every held-out answer failed, the first with: HTTP 500" in verdict_sentence(
        samples.nothing_measured(), failed
    )
    unscored = {"samples": [{"best": {**side, "failure": None}, "baseline": {**side, "failure": None}}]}
    assert "could be scored (no answer)" in verdict_sentence(samples.nothing_measured(), unscored)


@pytest.mark.parametrize("found", [{}, None, {"verdict": None}, {"held_out": None, "warnings": None}])
def test_missing_parts_never_break_the_sentence(found: dict[str, object] | None):
    assert verdict_sentence(found, None).startswith("Nothing could be measured: ")
    assert next_steps(found)


def test_too_few_pairs_for_an_interval():
    held_out = samples.result()["held_out"]
    few = {**held_out, "n": 1, "difference": {"mean": 0.1, "low": None, "high": None}, "detectable": None}
    sentence = verdict_sentence(samples.result("no measurable gain", held_out=few), {})
    assert "+0.100, too few for an interval" in sentence
    assert "1 held-out example;" in sentence


def test_repeats_hold_for_these_prompts_only():
    held_out = {**samples.result()["held_out"], "unit": "repeats"}
    found = samples.result(held_out=held_out)
    assert "on 60 fresh repeats" in verdict_sentence(found, {})
    assert any("these prompts only" in step for step in next_steps(found))


def test_a_comparison_speaks_of_a_and_b():
    sentence = verdict_sentence(samples.result(), samples.comparison_details())
    assert sentence.startswith("Better: A (temperature 0.21")
    assert "on 60 examples." in sentence
    assert next_steps(samples.result("worse"), samples.comparison_details()) == ["Use B."]
    same = samples.result("no measurable gain")
    assert verdict_sentence(same, samples.comparison_details()).startswith("No measurable difference: A")


def test_unfinished_runs_say_how_to_go_on():
    assert "the same command goes on" in unfinished_sentence("interrupted", "tune")
    assert "compares nothing" in unfinished_sentence("done", "generate")


ROBUST = {
    "rule": "robust",
    "reason": "",
    "best": {"temperature": 0.1, "top_p": 1.0},
    "is_best": False,
    "tied": 7,
    "expected_loss": 0.0021,
    "nearby": 0.598,
    "best_nearby": 0.494,
}
CHEAPEST = {
    **{k: v for k, v in ROBUST.items() if "nearby" not in k},
    "rule": "cheapest",
    "cost_unit": "tokens",
    "cost": 87.04,
    "best_cost": 112.3,
}


def test_what_is_recommended_of_the_tied_and_why():
    def told(recommendation: dict[str, object], verdict: str | None = "better") -> str:
        found = samples.result(verdict) if verdict else samples.nothing_measured()
        return verdict_sentence({**found, "recommendation": recommendation}, samples.details())

    robust = told(ROBUST)
    assert robust.startswith(verdict_sentence(samples.result(), samples.details()))
    assert "most robust of 7 settings" in robust
    assert "score 0.598, the one of the highest estimate (temperature 0.1, top-p 1) 0.494" in robust
    assert "lose at most 0.002. That guards against servers that round or clamp values" in robust
    cheapest = told(CHEAPEST, "no measurable gain")
    assert "about 87.0 tokens per answer, 25.3 fewer than the one of the highest estimate" in cheapest
    usd = told({**CHEAPEST, "cost_unit": "USD", "cost": 0.000087, "best_cost": 0.0001123})
    assert "about 8.7e-05 USD per answer, 2.53e-05 less than" in usd
    assert "none of the 7 settings that the search does not tell apart is clearly more robust" in told(
        {**ROBUST, "is_best": True}
    )
    assert "is clearly cheaper" in told({**CHEAPEST, "is_best": True})
    assert "no other setting is known to be as good" in told({**CHEAPEST, "is_best": True, "tied": 1})
    for silent in ({**ROBUST, "rule": "best"}, {**ROBUST, "tied": 0}):
        assert told(silent) == verdict_sentence(samples.result(), samples.details())
    assert "robust" not in told(ROBUST, None)
