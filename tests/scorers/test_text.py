from __future__ import annotations

import difflib
import random
import sys
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feinschliff.datasets.grammar import make_posts
from feinschliff.records import Answer, Example
from feinschliff.scorers.text import Chrf, Levenshtein, Similarity
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


def test_similarity_in_batches_is_difflibs_as_well() -> None:
    rng = random.Random(5)
    lines = [post.subject for post in make_posts(300, seed=3)]
    pairs = [(" ".join(rng.sample(rng.choice(lines).split() * 2, k=4)), rng.choice(lines)) for _ in range(1000)]
    scores = Similarity().score(
        [Example(id=str(i), target=target) for i, (_, target) in enumerate(pairs)],
        [make_answer(answer) for answer, _ in pairs],
    )
    expected = [difflib.SequenceMatcher(None, *pair, autojunk=False).ratio() for pair in pairs]
    assert [score.value for score in scores] == expected


def test_similarity_of_long_texts_that_loop_takes_no_time() -> None:
    answer, target = ("Ja klar das machen wir. " * 400)[:8000], ("Ja klar, das machen wir " * 400)[:8000]
    started = time.process_time()
    assert score_of(Similarity(), answer, target) == 0.95825  # by difflib, once
    assert time.process_time() - started < 1


@pytest.mark.parametrize("missing", [True, False])
def test_difflib_stands_in(missing: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if missing:
        monkeypatch.setitem(sys.modules, "difflib_fast", None)
    for answer, target in (("Rad zu verkaufen", "Verkaufe Rad"), ("\ud83d", "\ud83d!")):
        expected = difflib.SequenceMatcher(None, answer, target, autojunk=False).ratio()
        assert score_of(Similarity(), answer, target) == expected


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


def test_similarity_of_many_pairs_is_in_their_order() -> None:
    pairs = [(f"Rad {i % 97} weg", f"Rad {i % 89} da") for i in range(25_000)]
    examples = [Example(id=str(i), target=target) for i, (_, target) in enumerate(pairs)]
    answers = [Answer(key=str(i), example=str(i), repeat=0, text=text) for i, (text, _) in enumerate(pairs)]
    scores = [score.value for score in Similarity().score(examples, answers)]
    assert scores[::500] == [difflib.SequenceMatcher(None, a, b, autojunk=False).ratio() for a, b in pairs[::500]]
    assert len(scores) == len(pairs)
