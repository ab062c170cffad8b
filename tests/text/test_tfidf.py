from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feinschliff.text.normal import words
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


@given(KNOWN_TEXTS, KNOWN_TEXTS)
@settings(max_examples=50, deadline=None)
def test_within_the_corpus_it_is_scikit_learns_cosine(a: str, b: str) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    left_out = stop_words(MODEL.language)
    peer = TfidfVectorizer(analyzer=lambda text: [w for w in words(text) if w not in left_out]).fit(CORPUS)
    x, y = peer.transform([a, b])
    assert MODEL.cosine(a, b) == pytest.approx(float((x @ y.T).toarray()[0, 0]))


def test_unseen_words_weigh_most() -> None:
    assert MODEL.idf("wellness") == pytest.approx(1 + math.log(5))
    assert MODEL.idf("wellness") > MODEL.idf("hotel") > MODEL.idf("zug") > 1
    plain, stuffed = MODEL.cosine("Hotel am See", CORPUS[0]), MODEL.cosine("Hotel am See Wellness Golf", CORPUS[0])
    assert stuffed < 0.7 * plain


def test_unseen_words_that_both_have_match() -> None:
    assert MODEL.cosine("Wellness", "Wellness!") == pytest.approx(1)


def test_without_content_words_it_is_zero() -> None:
    assert MODEL.cosine("das ist der", CORPUS[0]) == 0
    assert MODEL.cosine("", "") == 0


def test_an_empty_corpus_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Tfidf.fit([])


def test_the_fingerprint_follows_the_numbers() -> None:
    assert Tfidf.fit(CORPUS[::-1]).fingerprint() == MODEL.fingerprint()
    assert Tfidf.fit([*CORPUS, CORPUS[0]]).fingerprint() != MODEL.fingerprint()
