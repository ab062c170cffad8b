from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feinschliff.text.normal import joined_words, nfc, words
from feinschliff.text.stopwords import stop_words
from feinschliff.text.tfidf import Tfidf

CORPUS = [
    "Das Hotel liegt direkt am See und bietet Frühstück",
    "Der Zug nach Köln fährt heute nicht",
    "Das Frühstück im Zug ist kein Frühstück",
    "Die Maße der Tür",
]
MODEL = Tfidf.fit(CORPUS)
KNOWN = sorted({word for text in CORPUS for word in words(text)})
KNOWN_TEXTS = st.lists(st.sampled_from(KNOWN), max_size=12).map(" ".join)


ANY_TEXTS = st.lists(st.sampled_from([*KNOWN, "nicht", "Wellness", "Golf", "Golf", "der"]), max_size=12).map(" ".join)


def cosine(a: str, b: str) -> float | None:
    return MODEL.cosines([a], [b])[0]


@given(KNOWN_TEXTS, KNOWN_TEXTS)
@settings(max_examples=50, deadline=None)
def test_within_the_corpus_it_is_scikit_learns_cosine(a: str, b: str) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    left_out = stop_words(MODEL.language)
    peer = TfidfVectorizer(analyzer=lambda text: [w for w in words(text) if w not in left_out]).fit(CORPUS)
    x, y = peer.transform([a, b])
    expected = float((x @ y.T).toarray()[0, 0]) if y.nnz else None
    assert cosine(a, b) == (None if expected is None else pytest.approx(expected))


@given(st.lists(st.tuples(ANY_TEXTS, ANY_TEXTS), max_size=8))
@settings(max_examples=100, deadline=None)
def test_a_pairs_number_is_the_same_in_every_batch_to_the_last_bit(pairs: list[tuple[str, str]]) -> None:
    whole = MODEL.cosines([a for a, _ in pairs], [b for _, b in pairs])
    assert whole == [cosine(a, b) for a, b in pairs]
    assert whole[::-1] == MODEL.cosines([a for a, _ in pairs[::-1]], [b for _, b in pairs[::-1]])


@given(ANY_TEXTS, ANY_TEXTS)
@settings(max_examples=100, deadline=None)
def test_it_is_the_textbooks_formula(a: str, b: str) -> None:
    def vector(text: str) -> dict[str, float]:
        kept = [w for w in words(text) if w not in stop_words(MODEL.language)]
        return {w: kept.count(w) * MODEL.idf(w) for w in kept}

    x, y = vector(a), vector(b)
    norms = math.hypot(*x.values()) * math.hypot(*y.values())
    expected = sum(x[w] * y.get(w, 0.0) for w in x) / norms if norms else 0.0
    assert cosine(a, b) == (pytest.approx(expected) if y else None)


@given(st.lists(st.text(max_size=20) | st.text(alphabet="aäÄ'’\nΣΑ\u0308가나中 _-1İK", max_size=12), max_size=6))
@settings(max_examples=300, deadline=None)
def test_words_of_many_texts_are_those_of_each(texts: list[str]) -> None:
    expected = [word for text in texts for word in [*words(text), "\n"]][:-1]
    assert joined_words([nfc(text) for text in texts]) == joined_words(texts) == expected


def test_unseen_words_weigh_most() -> None:
    assert MODEL.idf("wellness") == pytest.approx(1 + math.log(5))
    assert MODEL.idf("wellness") > MODEL.idf("hotel") > MODEL.idf("zug") > 1
    plain, stuffed = MODEL.cosines(["Hotel am See", "Hotel am See Wellness Golf"], [CORPUS[0]] * 2)
    assert plain is not None
    assert stuffed is not None
    assert stuffed < 0.7 * plain


def test_unseen_words_that_both_have_match() -> None:
    assert cosine("Wellness", "Wellness!") == pytest.approx(1)


def test_without_content_words_it_is_zero() -> None:
    assert cosine("das ist der", CORPUS[0]) == 0
    assert cosine("", CORPUS[0]) == 0
    assert cosine("Hotel", "das ist der") is None
    assert MODEL.cosines([], []) == []
    with pytest.raises(ValueError, match="one each"):
        MODEL.cosines(["a"], [])


def test_an_empty_corpus_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Tfidf.fit([])


def test_the_fingerprint_follows_the_numbers() -> None:
    assert Tfidf.fit(CORPUS[::-1]).fingerprint() == MODEL.fingerprint()
    assert Tfidf.fit([*CORPUS, CORPUS[0]]).fingerprint() != MODEL.fingerprint()
