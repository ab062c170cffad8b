from __future__ import annotations

import difflib
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feinschliff.records import Example
from feinschliff.scorers.text import Chrf, Levenshtein, Similarity, _sequence_matcher
from feinschliff.text.normal import nfc
from tests.contracts.scorer_contract import make_answer

FEW_LETTERS = st.text(alphabet="ab ä한\n", max_size=40)
TEXTS = FEW_LETTERS | st.text(max_size=30)


def score_of(scorer: Similarity | Levenshtein | Chrf, answer: str, target: str) -> float | None:
    return scorer.score([Example(id="1", target=target)], [make_answer(answer)])[0].value


@given(TEXTS, TEXTS)
@settings(max_examples=300, deadline=None)
@example("", "")
@example("\nJa", "Ja")
@example("Frühstück", "Fru\u0308hstu\u0308ck")
@example("ab" * 300, "ba" * 250 + "c")
def test_similarity_is_difflibs_ratio_exactly(answer: str, target: str) -> None:
    expected = difflib.SequenceMatcher(None, nfc(answer), nfc(target), autojunk=False).ratio()
    assert score_of(Similarity(), answer, target) == expected


def test_similarity_is_the_same_without_cydifflib(monkeypatch: pytest.MonkeyPatch) -> None:
    with_it = score_of(Similarity(), "Rad zu verkaufen", "Verkaufe Rad")
    monkeypatch.setitem(sys.modules, "cydifflib", None)
    _sequence_matcher.cache_clear()
    assert _sequence_matcher() is difflib.SequenceMatcher
    assert score_of(Similarity(), "Rad zu verkaufen", "Verkaufe Rad") == with_it
    _sequence_matcher.cache_clear()


def test_similarity_takes_the_answer_first() -> None:
    one, other = "tide", "diet"
    assert score_of(Similarity(), one, other) == 0.25
    assert score_of(Similarity(), other, one) == 0.5


def test_similarity_has_no_junk_heuristic() -> None:
    answer, target = "x" + "ab" * 100, "ab" * 150
    assert difflib.SequenceMatcher(None, answer, target).ratio() == 0
    assert score_of(Similarity(), answer, target) == pytest.approx(400 / 501)


def plain_distance(a: str, b: str) -> int:
    """The textbook's table."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


@given(FEW_LETTERS, FEW_LETTERS)
@settings(max_examples=100, deadline=None)
def test_levenshtein_is_the_textbooks(answer: str, target: str) -> None:
    a, b = nfc(answer), nfc(target)
    expected = 1.0 if not a and not b else 1 - plain_distance(a, b) / max(len(a), len(b))
    assert score_of(Levenshtein(), answer, target) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["Ja", "한", "Frühstück am See ab sieben Uhr"])
def test_chrf_of_equal_texts_is_one(text: str) -> None:
    assert score_of(Chrf(), text, text) == 1
    assert score_of(Chrf(), "", text) == 0


def test_chrf_by_hand() -> None:
    # "ab" and "ac": unigrams 1 of 2, bigrams 0 of 1, no longer ones; precision = recall = (0.5 + 0) / 2.
    assert score_of(Chrf(), "ab", "ac") == pytest.approx(0.25)
