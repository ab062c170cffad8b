from __future__ import annotations

from collections import Counter

import pytest

from feinschliff.datasets.grammar import make_posts
from feinschliff.errors import ScorerError
from feinschliff.records import Example, Score
from feinschliff.scorers import make_scorer, needs_target
from tests.contracts.scorer_contract import make_answer


def score_of(spec: str, answer: str, target: str | None = None) -> Score:
    return make_scorer(spec).score([Example(id="1", target=target)], [make_answer(answer)])[0]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("de", "Das Hotel liegt direkt am See und bietet Frühstück ab sieben Uhr."),
        ("en", "The hotel lies by the lake and offers breakfast from seven o'clock."),
        ("ko", "오늘 날씨가 정말 좋습니다"),
        ("fr", "Le chat est sur la table de la cuisine."),
        ("ja", "今日はいい天気です"),
    ],
)
def test_sentences_are_told(code: str, text: str) -> None:
    assert score_of(f"language:{code}", text).value == 1
    assert score_of("language:pl", text).value == 0
    assert score_of("language", text, target=text).value == 1


def test_the_targets_language_is_wanted_where_none_is_named() -> None:
    german, english = "Wer hat meine Katze gesehen?", "Who has seen my cat today?"
    assert score_of("language", "Ich suche meinen Hund.", target=german).value == 1
    assert score_of("language", english, target=german).value == 0
    assert score_of("language", german, target=english).value == 0


@pytest.mark.parametrize(("answer", "target"), [("42", "Wer hat meine Katze gesehen?"), ("Ja", "42"), ("Ja", "OK")])
def test_what_cannot_be_told_is_none_with_a_reason(answer: str, target: str) -> None:
    score = score_of("language", answer, target=target)
    assert score.value is None
    assert score.reason


def test_an_empty_answer_is_in_no_language() -> None:
    assert score_of("language:de", " \n").value == 0


@pytest.mark.parametrize(("wanted", "right"), [("de", 1.0), ("en", 0.0)])
def test_short_lines_are_hardly_ever_told_wrongly(wanted: str, right: float) -> None:
    lines = [post.subject for post in make_posts(300, language="de", seed=9)]
    scores = make_scorer(f"language:{wanted}").score(
        [Example(id=str(i)) for i in range(300)], [make_answer(line) for line in lines]
    )
    counts = Counter(score.value for score in scores)
    assert counts[right] > 280
    assert counts[1 - right] <= 3


def test_only_a_named_language_needs_no_target() -> None:
    assert needs_target(make_scorer("language"))
    assert not needs_target(make_scorer("language:de"))
    assert make_scorer("language:de").name == "language:de"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ScorerError, match="no language") as caught:
        make_scorer("language:german")
    assert "de" in (caught.value.found or "")
