from __future__ import annotations

import pytest

from feinschliff.errors import ScorerError
from feinschliff.records import Example
from feinschliff.scorers import Combined, Scorer, make_scorer
from feinschliff.scorers.structure import Json, Length
from feinschliff.scorers.text import Levenshtein, Similarity
from tests.contracts.scorer_contract import make_answer

EXAMPLE = Example(id="1", target="Hallo du")
ANSWER = make_answer("Hallo")


def test_weights_are_normalised_and_parts_kept() -> None:
    (score,) = Combined([(Similarity(), 3), (Levenshtein(), 1)]).score([EXAMPLE], [ANSWER])
    similarity, levenshtein = 10 / 13, 5 / 8
    assert score.parts == pytest.approx({"similarity": similarity, "levenshtein": levenshtein})
    assert score.value == pytest.approx(0.75 * similarity + 0.25 * levenshtein)


def test_a_part_that_is_none_makes_the_whole_none() -> None:
    (score,) = Combined([(Similarity(), 1), (Json(), 1)]).score([EXAMPLE], [ANSWER])
    assert score.value is None
    assert score.reason == "json: the target is no JSON"
    assert score.parts["json"] is None
    assert score.parts["similarity"] is not None


def test_the_order_of_the_parts_changes_neither_name_nor_number() -> None:
    one = Combined([(Similarity(), 0.3), (Levenshtein(), 0.6)])
    other = Combined([(Levenshtein(), 0.6), (Similarity(), 0.3)])
    assert one.name == other.name == "sum(levenshtein*0.666666666667,similarity*0.333333333333)"
    assert one.score([EXAMPLE], [ANSWER]) == other.score([EXAMPLE], [ANSWER])


def test_the_name_tells_weights_and_parts() -> None:
    specs = ["similarity=1,chrf=1", "similarity=1,chrf=2", "similarity=1,length=1", "similarity=1,length:1-2=1"]
    assert len({make_scorer(spec).name for spec in specs}) == 4
    assert make_scorer("similarity=1,chrf=1").name == make_scorer({"chrf": 5, "similarity": 5}).name


@pytest.mark.parametrize("weight", [0, -1, float("nan"), float("inf"), True])
def test_weights_must_be_positive_numbers(weight: float) -> None:
    with pytest.raises(ScorerError, match="positive number"):
        Combined([(Similarity(), weight)])


@pytest.mark.parametrize("parts", [[], [(Similarity(), 1.0), (Similarity(), 2.0)]])
def test_no_part_and_the_same_part_twice_are_refused(parts: list[tuple[Scorer, float]]) -> None:
    with pytest.raises(ScorerError):
        Combined(parts)


def test_a_sum_needs_a_target_where_one_of_its_parts_does() -> None:
    assert Combined([(Length(1, 2), 1), (Similarity(), 1)]).needs_target
    assert not Combined([(Length(1, 2), 1), (Json(), 1)]).needs_target
