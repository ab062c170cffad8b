from __future__ import annotations

import pytest

from feinschliff.errors import ScorerError
from feinschliff.records import Example
from feinschliff.scorers.tfidf import TfidfSimilarity
from tests.contracts.scorer_contract import make_answer

REFERENCE = "Das Hotel liegt direkt am See und bietet Frühstück ab sieben Uhr"
TARGETS = [REFERENCE, "Der Zug fährt heute nicht", "Die Schule hat einen neuen Garten"]


def score_of(answer: str, target: str = REFERENCE) -> float | None:
    return TfidfSimilarity(TARGETS).score([Example(id="1", target=target)], [make_answer(answer)])[0].value


def test_order_is_free_and_function_words_are_left_out() -> None:
    assert score_of("Ab sieben Uhr bietet das Hotel Frühstück und liegt direkt am See") == pytest.approx(1)


def test_a_negation_costs() -> None:
    negated = score_of("Das Hotel liegt nicht direkt am See und bietet kein Frühstück ab sieben Uhr")
    assert negated is not None
    assert negated < 0.9


def test_stuffing_with_foreign_words_and_repeating_cost() -> None:
    plain, stuffed = score_of("Hotel am See"), score_of("Hotel am See Wellness Massage Golf")
    repeated = score_of("Hotel am See, Hotel, Hotel, Hotel")
    assert plain is not None
    assert stuffed is not None
    assert repeated is not None
    assert stuffed < 0.8 * plain
    assert repeated < 0.9 * plain


def test_a_target_of_function_words_is_none() -> None:
    assert score_of("Das ist es", target="Das ist es") is None


def test_the_name_tells_the_targets_but_not_their_order() -> None:
    assert TfidfSimilarity(TARGETS).name == TfidfSimilarity(TARGETS[::-1]).name
    assert TfidfSimilarity(TARGETS).name != TfidfSimilarity(TARGETS[:2]).name


def test_without_targets_it_cannot_be_made() -> None:
    with pytest.raises(ScorerError, match="fitted on the targets"):
        TfidfSimilarity([])
