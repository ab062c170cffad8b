"""Scores of several answers to one request together."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from feinschliff.errors import ScorerError
from feinschliff.records import Answer, Example, Score
from feinschliff.scorers import is_group, make_scorer, score_groups

EXAMPLE = Example(id="e", row={"q": "why"}, target="abcd")


def drawn(*texts: str) -> list[Answer]:
    return [Answer(key=f"k{i}", example="e", repeat=i, text=text) for i, text in enumerate(texts)]


def scored(spec: object, *texts: str) -> Score:
    return score_groups(make_scorer(spec), [EXAMPLE], [drawn(*texts)])[0]


def test_diversity_is_one_less_the_mean_similarity_of_all_pairs() -> None:
    assert scored("diversity", "same", "same", "same").value == 0
    assert scored("diversity", "abc", "xyz").value == 1
    # Pairs: abcd/abcx 0.75, abcd/zzzz 0, abcx/zzzz 0.
    assert scored("diversity", "abcd", "abcx", "zzzz").value == pytest.approx(1 - 0.75 / 3)


def test_distinct_is_the_share_of_different_texts() -> None:
    assert scored("distinct", "A  b", "a b", "c", "d").value == 0.75


def test_of_a_scorer_of_single_answers_the_mean_counts() -> None:
    assert scored("similarity", "abcd", "abxx").value == pytest.approx((1 + 0.5) / 2)
    assert scored("length:1-1", "one", "two", "one two").value == pytest.approx(2 / 3)


def test_a_sum_of_both_has_its_parts_and_scores_groups_only() -> None:
    both = make_scorer("similarity=0.6,diversity=0.4")
    assert is_group(both)
    assert both.name == "sum(diversity*0.4,similarity*0.6)"
    score = scored("similarity=0.6,diversity=0.4", "abcd", "abxx")
    assert score.value == pytest.approx(0.6 * 0.75 + 0.4 * 0.5)
    assert score.parts == {"similarity": pytest.approx(0.75), "diversity": pytest.approx(0.5)}
    assert not is_group(make_scorer("similarity=0.6,chrf=0.4"))
    for spec in ("diversity", "distinct", "similarity=0.6,diversity=0.4"):
        with pytest.raises(ScorerError, match="several answers to one request together"):
            make_scorer(spec).score([EXAMPLE], drawn("a"))


def spread(answers: list[str], target: str | None, row: dict[str, object]) -> float | None:
    """The user's own score of several answers."""
    assert row == {"q": "why"}
    return None if target is None else len({answer[0] for answer in answers}) / len(answers)


spread.group = True  # type: ignore[attr-defined]


class Own:
    """The user's own object."""

    name = "own"

    def score_groups(self, examples: Sequence[Example], groups: Sequence[Sequence[Answer]]) -> list[Score]:
        return [Score(value=1 / len(answers)) for answers in groups]


def test_the_users_own_function_and_object() -> None:
    assert scored(f"{__name__}:spread", "ab", "ac", "b").value == pytest.approx(2 / 3)
    assert scored(f"{__name__}:Own", "a", "b").value == 0.5
    assert is_group(make_scorer(Own()))
    assert "raised IndexError" in str(scored(spread, "", "a").reason)


def test_with_fewer_than_two_scores_there_is_no_mean() -> None:
    def only_a(answer: str, target: str | None, row: dict[str, object]) -> float | None:
        return 1.0 if answer == "a" else None

    assert scored(only_a, "a", "a", "b").value == 1
    one = scored(only_a, "a", "b")
    assert one.value is None
    assert one.reason == "the scorer gave None"
