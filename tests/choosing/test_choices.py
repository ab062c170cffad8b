"""Choices among several answers: what they take, and what they never see."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from feinschliff.choosing import choose_all, make_choice
from feinschliff.choosing.plain import normalised
from feinschliff.errors import RunError, ScorerError
from feinschliff.records import Answer, Example, Message, Settings
from feinschliff.scorers.nearness import nearness
from feinschliff.scorers.text import Similarity

ASKED = Settings(values={"prompt": "Say {{ word }}", "system": "{{ tone }}"})
EXAMPLE = Example(
    id="e",
    row={"word": "w", "tone": "kind", "target": "the answer", "copy": "THE ANSWER", "messages": ["the answer"]},
    target="the answer",
    messages=(Message(role="user", content="hello"),),
)


def drawn(*texts: str) -> list[Answer]:
    return [Answer(key=f"k{i}", example="e", repeat=i, text=text) for i, text in enumerate(texts)]


def chosen(spec: object, *texts: str) -> int | None:
    return choose_all(make_choice(spec), [EXAMPLE], [drawn(*texts)], settings=[ASKED])[0]


class Spy:
    """A choice that looks for the target everywhere."""

    name = "spy"

    def __init__(self) -> None:
        self.seen: list[Example] = []

    def choose(self, example: Example, answers: Sequence[Answer]) -> int:
        self.seen.append(example)
        assert example.target is not None
        return [answer.text for answer in answers].index(example.target)


def test_a_choice_that_reads_the_target_finds_none() -> None:
    spy = Spy()
    with pytest.raises(RunError, match="the choice 'spy' failed: AssertionError"):
        choose_all(spy, [EXAMPLE], [drawn("other", "the answer")], settings=[ASKED])
    (seen,) = spy.seen
    assert seen.target is None
    assert seen.row == {"word": "w", "tone": "kind"}
    assert "answer" not in seen.model_dump_json().lower()


def test_without_settings_the_columns_that_hold_the_target_are_hidden() -> None:
    rows: list[dict[str, object]] = []
    example = Example(id="e", row={"q": "why", "subject": "wanted"}, target="wanted")

    def first(answers: list[str], row: dict[str, object]) -> int:
        rows.append(row)
        return 0

    choose_all(make_choice(first), [example], [drawn("a", "b")])
    assert rows == [{"q": "why"}]


@pytest.mark.parametrize("spec", ["similarity", "chrf", "tfidf", "embedding", "length", "diversity"])
def test_a_scorer_that_compares_with_the_target_cannot_choose(spec: str) -> None:
    with pytest.raises(ScorerError, match="must not see the target"):
        make_choice(spec)


def test_the_medoid_is_the_answer_with_the_highest_mean_similarity() -> None:
    texts = ["abcd", "abce", "abcf", "zzzz"]
    matrix = nearness(Similarity(), [texts])[0]
    assert matrix is not None
    assert matrix[0][1] == pytest.approx(0.75)
    assert [row[i] for i, row in enumerate(matrix)] == [1.0] * 4
    assert chosen("medoid", "zzzz", "abcd", "abce", "abcf") == 1  # of three equals the first
    assert chosen("medoid", "zzzz", "abce", "abcd", "abfd") == 2
    assert chosen("medoid", "one", "two") == 0
    for measure in ("levenshtein", "chrf", "tfidf", "rouge"):
        assert chosen(f"medoid:{measure}", "red sky", "big blue cat", "blue cat", "a blue cat") != 0, measure


def test_the_medoid_compares_as_the_run_scores_where_that_compares_texts() -> None:
    assert make_choice("medoid").name == "medoid:similarity"
    assert make_choice("medoid", score="chrf").name == "medoid:chrf"
    assert make_choice("medoid", score="json").name == "medoid:similarity"
    assert make_choice("medoid", score={"chrf": 1.0}).name == "medoid:similarity"
    with pytest.raises(ScorerError, match="does not compare two texts"):
        make_choice("medoid:json")


def test_the_vote_counts_what_is_said_and_takes_the_first_that_says_it() -> None:
    assert chosen("vote", "7", "-7.", '"-7"', "8", "7!") == 0  # two and two: what came first
    assert chosen("vote", "8", " Paris.", "paris", "8 ") == 0
    assert chosen("vote", "Rome", " Paris.", "paris") == 1
    assert normalised("-7.") == "-7"
    assert normalised("...") == "..."


def test_longest_shortest_and_a_scorer_without_target() -> None:
    assert chosen("longest", "a", "abc", "xyz") == 1
    assert chosen("shortest", "abc", "", "a", "b") == 2
    assert chosen("json", "no", '{"a": 1}', "[") == 1
    assert chosen("length:2-2", "one", "one two", "one two three") == 1


def longest_word(answers: list[str], row: dict[str, object]) -> int:
    """A user's choice, which may spoil its row."""
    row.clear()
    return max(range(len(answers)), key=lambda i: max(map(len, answers[i].split())))


def test_the_users_own_function() -> None:
    assert chosen(longest_word, "a b", "abc d") == 1
    assert chosen(f"{__name__}:longest_word", "a b", "abc d") == 1
    assert make_choice(f"{__name__}:longest_word").name.startswith(f"{__name__}:longest_word@")


@pytest.mark.parametrize("wrong", [2, -1, "first", 0.0, math.nan])
def test_what_is_no_position_ends_the_run(wrong: object) -> None:
    with pytest.raises(RunError, match="for 2 answers"):
        chosen(lambda answers, row: wrong, "a", "b")


def test_mistakes_are_named() -> None:
    with pytest.raises(ScorerError) as caught:
        make_choice("medoit")
    assert "did you mean 'medoid'" in str(caught.value.mend)
    with pytest.raises(ScorerError, match="cannot be called with"):
        make_choice(lambda answer: 0)
    with pytest.raises(ScorerError, match="cannot choose"):
        make_choice(3)
