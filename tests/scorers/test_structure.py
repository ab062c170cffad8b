from __future__ import annotations

import pytest

from feinschliff.records import Example, Message
from feinschliff.scorers.protocol import PairScorer, needs_target
from feinschliff.scorers.structure import Json, Length, Verbatim
from tests.contracts.scorer_contract import make_answer


def score_of(scorer: PairScorer, answer: str, target: str | None = None, **row: str) -> float | None:
    return scorer.score([Example(id="1", row=dict(row), target=target)], [make_answer(answer)])[0].value


@pytest.mark.parametrize("text", ["{}", " [1, 2]\n", "3", '"Käse"', "null"])
def test_json_without_a_target_is_one(text: str) -> None:
    assert score_of(Json(), text) == 1


@pytest.mark.parametrize("text", ["", "{'a': 1}", "Here: {}", "```json\n{}\n```", "NaN", "[1,]", "[" * 100_000])
def test_what_is_no_json_is_zero(text: str) -> None:
    assert score_of(Json(), text) == 0


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ('{"b": 2.0, "a": 1}', 1.0),
        ('{"a": 1}', 0.5),
        ('{"a": 1, "b": 2, "c": 3}', 2 / 3),
        ('{"a": true, "b": 2}', 1 / 3),
        ('{"a": "1", "b": 2}', 1 / 3),
        ("[]", 0.0),
        ("no", 0.0),
    ],
)
def test_json_counts_equal_leaves(answer: str, expected: float) -> None:
    assert score_of(Json(), answer, '{"a": 1, "b": 2}') == pytest.approx(expected)


def test_json_compares_lists_by_place_and_empty_ones_as_leaves() -> None:
    assert score_of(Json(), "[1, 2, 3]", "[1, 3, 2]") == pytest.approx(1 / 5)
    assert score_of(Json(), '{"a": []}', '{"a": []}') == 1
    assert score_of(Json(), '{"a": []}', '{"a": {}}') == 0


def test_json_with_a_target_of_prose_is_none() -> None:
    assert score_of(Json(), "{}", "Frühstück am See") is None


@pytest.mark.parametrize(("count", "expected"), [(0, 0), (2, 0.5), (4, 1), (6, 1), (9, 0.5), (12, 0), (50, 0)])
def test_length_with_a_range(count: int, expected: float) -> None:
    assert score_of(Length(4, 6), "Wort " * count) == pytest.approx(expected)


def test_length_from_the_target() -> None:
    target = "eins zwei drei vier fünf sechs sieben acht"
    assert score_of(Length(), "Wort " * 6, target) == 1
    assert score_of(Length(), "Wort " * 10, target) == 1
    assert score_of(Length(), "Wort " * 3, target) == pytest.approx(0.5)
    assert score_of(Length(), "Wort", "Ja") == 1
    assert score_of(Length(), "Wort", "...") is None
    assert needs_target(Length())
    assert not needs_target(Length(1, 2))


@pytest.mark.parametrize("ends", [(3, 2), (-1, 2), (0, 0), (1, None), (None, 1)])
def test_length_refuses_what_is_no_range(ends: tuple[int | None, int | None]) -> None:
    with pytest.raises(ValueError, match="range"):
        Length(*ends)


POST = "Das Hotel liegt direkt am See. Es bietet Frühstück ab sieben Uhr."


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Hotel am See, Frühstück ab sieben", 1),
        ("Frühstück im Hotel", 1 / 3),
        ("See am", 1 / 2),
        ("Hotel Hotel", 1 / 2),
        ("Berg", 0),
        ("", 0),
    ],
)
def test_verbatim_counts_words_in_order(answer: str, expected: float) -> None:
    assert score_of(Verbatim(), answer, post=POST) == pytest.approx(expected)


def test_verbatim_looks_at_the_longest_text_that_is_not_the_target() -> None:
    target = "Ein sehr langes Ziel, " * 10
    assert score_of(Verbatim(), "Ziel", target, post=POST, wanted=target, short="Ziel") == 0
    assert score_of(Verbatim("short"), "Ziel", target, post=POST, wanted=target, short="Ziel") == 1
    assert score_of(Verbatim("absent"), "Ziel", target, post=POST) is None


def test_verbatim_falls_back_on_the_conversation() -> None:
    talk = (Message(role="system", content="Ziel"), Message(role="user", content=POST))
    (score,) = Verbatim().score([Example(id="1", messages=talk)], [make_answer("Ziel am See")])
    assert score.value == pytest.approx(2 / 3)
