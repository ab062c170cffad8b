"""The arena counts what the engine has done, and a run's smaller budgets are its beginnings."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.tuning.arena import EXAMPLES, Arena, Contest, told_space
from benchmarks.tuning.ground import Ground
from benchmarks.tuning.kept import Lines
from benchmarks.tuning.recommended import recommended
from benchmarks.tuning.run import PEERS
from benchmarks.tuning.tasks import TASKS

NEUTRAL = {"temperature": 0.0, "top_p": 1.0, "min_p": 0.0, "frequency_penalty": 0.0}


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with Ground("house-1") as served:
        yield served


def test_a_peer_searches_until_the_budget_is_used_up(ground: Ground) -> None:
    task, kept = TASKS["subjects"], []
    run = {"seed": 3, "space": told_space(task), "baseline": {}, "most_trials": 2, "examples": EXAMPLES}
    with Arena([run], lambda run: Contest(ground, task, "random", run["seed"], budget=50), kept.append) as arena:
        subprocess.run([sys.executable, str(PEERS / "random_points.py"), arena.url], check=True, timeout=100)
    [contest] = kept
    assert [trial["requests"] for trial in contest.trials] == [20, 40]  # a third trial would not fit into 50
    assert contest.counts.requests == 40
    assert contest.counts.prompt_tokens > 40 * 50
    assert all(0 < trial["score"] <= 1 for trial in contest.trials)
    assert set(contest.trials[0]["settings"]) == set(task.space)


def test_several_answers_are_several_requests(ground: Ground) -> None:
    contest = Contest(ground, TASKS["four"], "hand", 0, budget=100)
    assert contest.trial(NEUTRAL)["score"] == 0.0  # four greedy lines are one line
    assert contest.counts.requests == 4 * EXAMPLES
    assert contest.trial(NEUTRAL) == {"score": 0.0, "spent": True}
    assert contest.counts.requests == 4 * EXAMPLES


def test_a_trial_can_be_asked_for_example_by_example(ground: Ground) -> None:
    whole, single = (Contest(ground, TASKS["subjects"], "hand", 1) for _ in range(2))
    mean = whole.trial(NEUTRAL)["score"]
    units = [single.unit(NEUTRAL, index)["score"] for index in range(EXAMPLES)]
    assert sum(units) / EXAMPLES == pytest.approx(mean, abs=0.02)  # greedy, but for low bits
    assert [trial["requests"] for trial in single.trials] == [EXAMPLES]
    with pytest.raises(ValueError, match="no knobs of subjects: top_a"):
        whole.trial({"top_a": 1})


def test_smaller_budgets_are_the_beginning_of_a_run() -> None:
    counts = {"prompt_tokens": 10, "completion_tokens": 1}
    trials = [
        {"settings": {"temperature": float(i)}, "score": score, "requests": 60 * (i + 1), **counts}
        for i, score in enumerate([0.2, 0.1, 0.5, 0.4])
    ]
    row = {"task": "subjects", "method": "x", "seed": 0, "trials": trials}
    told = {one.budget: one for one in recommended(row)}
    assert {budget: one.reported for budget, one in told.items()} == {100: 0.2, 200: 0.5, 400: 0.5, 800: 0.5}
    assert [one.requests for one in told.values()] == [60, 180, 240, 240]
    none = list(recommended({**row, "trials": []}))
    assert none[0].settings["temperature"] == TASKS["subjects"].baseline["temperature"]
    assert none[0].reported is None


def test_a_torn_line_costs_one_row(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"key": "a", "x": 1}\n{"key": "b", "x"', encoding="utf-8")
    lines = Lines(path)
    assert lines.get("b") is None
    lines.add({"key": "c", "x": 3})
    assert [row["key"] for row in Lines(path).rows()] == ["a", "c"]
