"""Units behind the verdict, costs, and how it was measured."""

from __future__ import annotations

from typing import Any

import pytest

from feinschliff.report.costs import cost_rows, model_costs, speed_table
from feinschliff.report.method import method_sentences, replay_sentences, rerun_rows
from feinschliff.report.units import units
from feinschliff.report.view import parted_samples, wins_sentence
from feinschliff.tuning.replaying import NONE_CAME, OTHERWISE, PROCESSED, REFUSED

from . import samples


def test_an_example_is_one_unit_whatever_its_repeats():
    scores = [["a", 1, 0.9, 0.5], ["a", 2, 0.7, 0.5], ["b", 1, 0.2, 0.6], ["c", 1, None, 0.6]]
    found = units({"unit": "examples", "n": 2}, {"scores": scores})
    assert [(u.name, round(u.difference, 9)) for u in found] == [("a", 0.3), ("b", -0.4)]


def test_a_repeat_is_one_unit_where_all_examples_serve_both():
    scores = [
        ["a", 1_000_000, 0.9, 0.5],
        ["b", 1_000_000, 0.7, 0.5],
        ["a", 1_000_001, 0.5, 0.5],
        ["b", 1_000_001, 0, 0],
    ]
    found = units({"unit": "repeats", "n": 2}, {"scores": scores})
    assert [(u.name, round(u.difference, 9)) for u in found] == [("1", 0.3), ("2", 0.0)]


def test_units_of_an_older_run_are_shown_only_where_all_were_kept():
    kept = {"samples": [{"example": "a", "repeat": 1, "best": {"score": 1.0}, "baseline": {"score": 0.5}}]}
    assert len(units({"unit": "examples", "n": 1}, kept)) == 1
    assert units({"unit": "examples", "n": 60}, kept) == []
    assert units({}, {}) == []


def test_samples_are_parted_into_gains_losses_and_the_rest():
    parts = parted_samples(samples.details(), 3)
    assert [round(s["difference"], 9) for s in parts.gains] == [0.4, 0.3, 0.2]
    assert [round(s["difference"], 9) for s in parts.losses] == [-0.2, -0.2, -0.1]
    assert len(parts.all) == 14
    assert [s["difference"] for s in parts.rest[-2:]] == [None, None]
    assert "higher on 6, the same on 2 and lower on 4 of 14 pairs; 2 without a score." in wins_sentence(parts.all, "A")


def test_costs_by_model_where_there_were_several():
    models: list[dict[str, Any]] = [
        {"model": "small", "requests": 600, "prompt_tokens": 50_000, "completion_tokens": 7000, "usd": 0.01},
        {"model": None, "requests": 200, "prompt_tokens": 20_123, "completion_tokens": 2876, "usd": None},
    ]
    table = model_costs({"models": models})
    assert table is not None
    assert table.rows == [
        ["small", "600", "50,000", "7,000", "$0.0100"],
        ["unknown", "200", "20,123", "2,876", "no price"],
    ]
    assert model_costs({"models": models[:1]}) is None
    assert model_costs({}) is None


def test_costs_of_an_unfinished_run_are_its_time():
    assert cost_rows(samples.run(None, None)) == [("time", "38 s")]


def test_speed_is_a_median_over_answers_that_arrived():
    table = speed_table(samples.details(), "Best", "Baseline")
    assert table is not None
    assert table.rows == [["Baseline", "7", "0.2 s", "28"], ["Best", "7", "0.2 s", "28"]]
    streamed = samples.details()
    streamed["samples"][0]["best"].update(first_token_s=0.05, tokens_per_s=35.0)
    table = speed_table(streamed, "Best", "Baseline")
    assert table is not None
    assert table.rows[1][4] == "50 ms"
    assert speed_table({"samples": []}, "A", "B") is None


def test_the_method_is_told_for_each_kind_of_run():
    searched = " ".join(method_sentences(samples.run(samples.result(), samples.details())))
    assert "The search worked on 90 examples" in searched
    assert "the same 60 held-out examples with the same seeds" in searched
    held_out = {**samples.result()["held_out"], "unit": "repeats"}
    repeated = " ".join(method_sentences(samples.run(samples.result(held_out=held_out), samples.details())))
    assert "in 60 repeats that the search never saw" in repeated
    compared = " ".join(method_sentences(samples.run(samples.result(), samples.comparison_details())))
    assert compared.startswith("A and B answered the same 60 examples")
    assert method_sentences(samples.run(None, None)) == []


def test_whether_replay_was_used_is_told_and_why_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert replay_sentences(samples.details()) == []
    (used,) = replay_sentences({"replay": {"used": True, "reason": None, "answers": 240}})
    assert "the 240 answers of the search counted for other settings as well" in used
    unused = {"replay": {"used": False, "reason": NONE_CAME, "answers": 28}}
    run = samples.run(samples.result(), samples.details() | unused)
    assert any(s.endswith("without replay: the server returns no log-probabilities.") for s in method_sentences(run))
    monkeypatch.setenv("FEIN_LANG", "de")
    for reason in (NONE_CAME, REFUSED, PROCESSED, OTHERWISE, "replay cannot follow 'mirostat'"):
        (told,) = replay_sentences({"replay": {"used": False, "reason": reason, "answers": 1}})
        assert reason not in told


def test_all_that_a_second_measurement_needs_is_told():
    spec = {"kind": "tune", "endpoint": "embedded:" + "ab" * 32, "model": "house-1", "data": "cd" * 32, "digest": None}
    told = dict(rerun_rows(samples.run(None, None, spec=spec)))
    assert told["data, SHA-256"] == "cd" * 32
    assert told["model, SHA-256"] == "ab" * 32
    assert told["endpoint"] == "embedded engine, in this process"
    told = dict(rerun_rows(samples.run(samples.result(), samples.details())))
    assert told["versions"] == "feinschliff 0.1.0, Python 3.12.1"
    assert told["seed"] == "0"
    assert told["budget"] == "800 requests"
