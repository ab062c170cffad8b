from __future__ import annotations

import pytest

from feinschliff.errors import ScorerError
from feinschliff.generation.classify import split_reasoning
from feinschliff.records import Example
from feinschliff.scorers import make_scorer, needs_target
from tests.contracts.scorer_contract import make_answer

EXAMPLE = Example(id="1")


def score_of(spec: str, answer: str) -> float | None:
    return make_scorer(spec).score([EXAMPLE], [make_answer(answer)])[0].value


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("<think>First, the lake.</think>\n\nBreakfast by the lake", 1),
        ("First, the lake.</think>Breakfast by the lake", 1),
        ("\n<THINK>First,\nthe lake.</Think> Breakfast", 1),
        ("<think> </think>Breakfast", 2 / 3),
        ("</think>Breakfast", 2 / 3),
        ("<think>First, the lake.</think>\n", 2 / 3),
        ("<think>One.</think><think>Two.</think>Breakfast", 2 / 3),
        ("<think></think> ", 1 / 3),
        ("<think>First, the lake", 0),
        ("<think><think>First</think>Breakfast", 0),
        ("Breakfast by the lake", 0),
        ("", 0),
    ],
)
def test_reasoning_then_an_answer(answer: str, expected: float) -> None:
    assert score_of("format", answer) == pytest.approx(expected)


def test_another_tag_is_named() -> None:
    assert score_of("format:reasoning", "<reasoning>Hm</reasoning>Ja") == 1
    assert score_of("format:reasoning", "<think>Hm</think>Ja") == 0


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("<think>Hm</think>\n<answer>Ja</answer>\n", 1),
        ("Hm</think><answer>Ja</answer>", 1),
        ("<think>Hm</think><answer>Ja</answer> bye", 4 / 5),
        ("<think>Hm</think><answer></answer>", 3 / 5),
        ("<think>Hm</think>Ja", 2 / 5),
        ("<answer>Ja</answer>", 2 / 5),
        ("Ja", 0),
    ],
)
def test_several_tags_in_their_order(answer: str, expected: float) -> None:
    assert score_of("format:think+answer", answer) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("<think>First, the lake.</think>Breakfast", 1),
        ("First, the lake.</think>Breakfast", 1),
        ("<think>First, the lake, and then", 0),
        ("Breakfast", 0),
    ],
)
def test_reasoning_that_was_taken_out_counts_as_written(written: str, expected: float) -> None:
    text, reasoning = split_reasoning(written)
    answer = make_answer(text).model_copy(update={"reasoning": reasoning})
    assert make_scorer("format").score([EXAMPLE], [answer])[0].value == expected == score_of("format", written)


@pytest.mark.parametrize(
    ("answer", "expected"), [("Preis: 3,50", 1), (" Preis: 12,00\n", 1), ("Preis: 3", 0), ("Der Preis: 3,50", 0)]
)
def test_a_pattern_matches_the_whole_answer(answer: str, expected: float) -> None:
    assert score_of(r"format:/Preis: \d+,\d\d/", answer) == expected
    assert score_of(r"format:/(?i)preis(=| =|: )\d+,\d{2,2}/", answer) == expected


def test_patterns_in_sums_stand_in_a_mapping() -> None:
    pattern = r"format:/a=\d,b/"
    assert make_scorer(pattern).name == pattern
    scorer = make_scorer({pattern: 1, "length:1-9": 1})
    assert scorer.score([EXAMPLE], [make_answer("a=1,b")])[0].value == 1


@pytest.mark.parametrize("spec", ["format:<think>", "format:a+a", "format:a+", "format:/(/"])
def test_what_is_no_tag_and_no_pattern_is_refused(spec: str) -> None:
    with pytest.raises(ScorerError):
        make_scorer(spec)


def test_names_tell_the_parameters_and_no_target_is_needed() -> None:
    specs = ["format", "format:think", "format:think+answer", "format:/a/"]
    assert [make_scorer(s).name for s in specs] == ["format:think", *specs[1:]]
    assert not any(needs_target(make_scorer(s)) for s in specs)
