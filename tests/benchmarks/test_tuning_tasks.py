"""The tuning benchmark's tasks are the frozen ones, and their scores mean what they say."""

from __future__ import annotations

import dataclasses
import json

import pytest
from benchmarks.tuning import scores, tasks
from benchmarks.tuning.examples import POOL, UNSEEN
from benchmarks.tuning.tasks import TASKS, check_frozen, hashes


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    return hashes()


def test_the_tasks_are_the_frozen_ones(found: dict[str, str]) -> None:
    assert found == json.loads(tasks.FROZEN.read_text(encoding="utf-8"))
    check_frozen()


@pytest.mark.parametrize(
    "change",
    [
        {"baseline": {"temperature": 0.5}},
        {"max_tokens": 31},
        {"prompt": "Another prompt: {{ post }}"},
        {"score": scores.null},
        {"space": {"temperature": [0.0, 1.0]}},
    ],
)
def test_whatever_makes_a_task_changes_its_hash(change: dict[str, object], found: dict[str, str]) -> None:
    other = dataclasses.replace(TASKS["subjects"], **change)  # type: ignore[arg-type]
    assert tasks.digest(other.document()) != found["subjects"]


def test_a_changed_task_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    other = dataclasses.replace(TASKS["null"], max_tokens=31)
    monkeypatch.setattr(tasks, "TASKS", {**TASKS, "null": other})
    with pytest.raises(RuntimeError, match="not the frozen ones: null"):
        check_frozen()


@pytest.mark.parametrize("name", sorted(TASKS))
def test_no_example_of_truth_is_in_the_pool(name: str) -> None:
    task = TASKS[name]
    assert (len(task.pool), len(task.unseen)) == (POOL, UNSEEN)
    seen = {example.row["post"] for example in task.pool}
    assert not any(example.row["post"] in seen for example in task.unseen)
    assert {e.id for e in task.search} < {e.id for e in task.pool}


def test_scores() -> None:
    row = {"key_fact": "cat", "post": "Our grey cat is missing. Who has seen it?"}
    lines = ["Grey cat missing", "Grey cat missing!", "Who has seen our cat?", "Bicycle missing"]
    assert scores.different_good(lines, "", row, "") == pytest.approx(2 / 6)
    assert scores.different_good(["Grey cat missing", "Who has seen our catt?"], "", row, "") == 0.0
    assert scores.different_good(["Grey cat missing", "Our cat grzbl"], "", row, "") == 0.0
    assert scores.words_and_length(["Grey cat missing"], "Grey cat missing", row, "") == pytest.approx(1.0)
    assert scores.words_and_length(["cat " * 6], "Grey cat missing", row, "") < 0.4
    assert scores.unrepeated(["one two one two"], "one two one two", row, "") == pytest.approx((2 / 3) ** 4)
    assert scores.chrf("abcdef", "abcdef") == pytest.approx(1.0)
    assert scores.chrf("abc", "xyz") == 0.0
    assert scores.medoid(["black", "white cat", "white cats", "white cat!"]) == 1
    assert scores.similarity(["abcd"], "abxd", row, "") == pytest.approx(0.75)


def test_noise_has_no_favourite() -> None:
    drawn = [scores.null([f"answer {i % 7}"], "", {}, f"3/e{i}/0") for i in range(4000)]
    assert sum(drawn) / len(drawn) == pytest.approx(0.5, abs=0.02)
    assert scores.null(["a"], "", {}, "3/e/0") == scores.null(["a"], "x", {}, "3/e/0")
    assert scores.null(["a"], "", {}, "3/e/0") != scores.null(["a"], "", {}, "3/e/1")
