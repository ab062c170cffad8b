from __future__ import annotations

import pytest

from feinschliff.i18n import using
from feinschliff.i18n.stored import retold, stored


def test_what_is_stored_is_english_whatever_the_user_speaks():
    with using("de"):
        assert stored("{n} of {total} answers were empty.", n=3, total=60) == "3 of 60 answers were empty."
        assert stored("{n} of {total} answers were empty.") == "{n} of {total} answers were empty."


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("3 of 60 answers were empty.", "3 von 60 Antworten waren leer."),
        ("5 pairs are too few for an interval.", "5 Paare sind zu wenige für ein Intervall."),
        # a field that is a sentence of its own, and one that is a word
        (
            "1 of 2 answers failed for good, the first with: 3 of 4 answers were empty.",
            "1 von 2 Antworten sind endgültig gescheitert, die erste mit: 3 von 4 Antworten waren leer.",
        ),
        (
            "The limit of requests ended the run before it had asked all that it planned.",
            "Die Grenze für Anfragen beendete den Lauf, bevor alles Geplante gefragt war.",
        ),
        # what others wrote stays, with its braces and line breaks
        (
            "2 of 9 answers failed for good, the first with: HTTP 400: {x}\n<b>",
            "2 von 9 Antworten sind endgültig gescheitert, die erste mit: HTTP 400: {x}\n<b>",
        ),
        ("a sentence that nobody knows", "a sentence that nobody knows"),
        ("", ""),
        ("{", "{"),
    ],
)
def test_it_is_told_again_in_the_users_language(english: str, german: str):
    assert retold(english) == english
    with using("de"):
        assert retold(english) == german


def test_scores_have_the_languages_decimal_sign():
    text = stored(
        "The same prompts score {change} now, both settings together (95 %: {low} to {high}).",
        change="-0.217",
        low="-0.300",
        high="+0.012",
    )
    assert retold(text) == text
    with using("de"):
        told = retold(text)
    assert [number in told for number in ("-0,217", "-0,300", "+0,012")] == [True] * 3
