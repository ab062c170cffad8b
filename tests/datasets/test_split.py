from __future__ import annotations

import hashlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from feinschliff.datasets.split import split
from feinschliff.datasets.task import Task
from feinschliff.records import Example


def make_examples(count: int, first: int = 0) -> list[Example]:
    return [Example(id=f"row {i}") for i in range(first, first + count)]


@pytest.mark.parametrize(("count", "held_out"), [(10, 4), (11, 4), (12, 5), (100, 40), (150, 60), (400, 60)])
def test_forty_percent_at_most_sixty(count: int, held_out: int) -> None:
    parts = split(make_examples(count))
    assert not parts.shared
    assert len(parts.held_out) == held_out
    assert len(parts.search) == count - held_out


@given(st.integers(10, 200))
@settings(deadline=None)
def test_each_example_is_in_one_part_in_the_datas_order(count: int) -> None:
    examples = make_examples(count)
    parts = split(examples)
    assert sorted([*parts.search, *parts.held_out], key=examples.index) == examples
    for part in (parts.search, parts.held_out):
        assert list(part) == [e for e in examples if e in part]


@pytest.mark.parametrize("count", [1, 9])
def test_few_examples_serve_both(count: int) -> None:
    examples = tuple(make_examples(count))
    parts = split(examples)
    assert parts.shared
    assert parts.search == parts.held_out == examples


def test_the_held_out_are_those_of_the_smallest_hash() -> None:
    parts = split(make_examples(50))
    by_hash = sorted(make_examples(50), key=lambda e: hashlib.sha256(e.id.encode()).hexdigest())
    assert {e.id for e in parts.held_out} == {e.id for e in by_hash[:20]}


def test_the_order_of_the_file_changes_no_part() -> None:
    examples = make_examples(80)
    shuffled = random.Random(1).sample(examples, k=80)
    assert {e.id for e in split(shuffled).held_out} == {e.id for e in split(examples).held_out}


def test_more_rows_move_few() -> None:
    before = {e.id for e in split(make_examples(100)).held_out}
    after = {e.id for e in split(make_examples(110)).held_out}
    old = {e.id for e in make_examples(100)}
    assert len(before ^ (after & old)) <= 4


def test_rows_of_the_same_id_or_content_are_on_the_same_side() -> None:
    rows: list[dict[str, JsonValue]] = [{"id": f"post {i // 3}", "n": i} for i in range(60)]
    rows += [{"text": f"text {i // 2}"} for i in range(40)]
    examples = Task.from_rows(rows).examples
    assert len({e.id for e in examples}) == 100
    parts = split(examples)
    assert not parts.shared
    for name in ("id", "text"):
        sides = [{e.row[name] for e in part if name in e.row} for part in (parts.search, parts.held_out)]
        assert not sides[0] & sides[1]
        assert sides[0]
        assert sides[1]
    assert 38 <= len(parts.held_out) <= 40


def test_one_id_for_all_rows_leaves_nothing_to_hold_out() -> None:
    examples = Task.from_rows([{"id": "x", "n": i} for i in range(30)]).examples
    assert [e.id for e in examples[:3]] == ["x", "x#2", "x#3"]
    assert split(examples).shared


def test_a_number_that_is_taken_is_passed_over() -> None:
    examples = Task.from_rows([{"id": i} for i in ("a", "a#2", "a", "a")]).examples
    assert [e.id for e in examples] == ["a", "a#2", "a#3", "a#4"]
