"""The rule-based subject line takes any text and stays within ten words."""

from __future__ import annotations

import pytest

from feinschliff.datasets.grammar import carries_key_fact, make_posts
from feinschliff.datasets.rules import MAX_WORDS, subject_line

TEXTS = [
    "Hallo",
    "?!",
    "and the of",
    "Wer hat meinen roten Schirm gesehen?",
    "안녕하세요 이웃 여러분",
    "https://example.org/a?b=c",
    "One very long sentence without a mark that goes on and on about a missing umbrella stand near the harbour wall",
    "Line one\nline two\n\n- a list\n- another entry",
]


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_gets_a_short_line(text: str) -> None:
    line = subject_line(text)
    assert line
    assert len(line.split()) <= MAX_WORDS
    assert "\n" not in line


@pytest.mark.parametrize("text", ["", "  \n "])
def test_no_text_gets_no_line(text: str) -> None:
    assert subject_line(text) == ""


def test_words_are_copied_from_the_post() -> None:
    for post in make_posts(200, seed=5):
        line = subject_line(post.text)
        assert 1 <= len(line.split()) <= MAX_WORDS
        assert line.casefold() in " ".join(post.text.split()).casefold()


def test_greetings_lose_against_what_the_post_is_about() -> None:
    text = "Hallo liebe Nachbarn! Gestern habe ich am Marktplatz eine silberne Armbanduhr gefunden. Viele Grüße, Lena"
    assert "Armbanduhr" in subject_line(text)


def test_the_baseline_is_an_honest_one() -> None:
    """It finds the key fact much more often than one phrase in four would."""
    for language in ("de", "en"):
        posts = make_posts(300, language=language, seed=6)
        assert sum(carries_key_fact(subject_line(post.text), post) for post in posts) / len(posts) > 0.35
