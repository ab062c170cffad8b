from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feinschliff.text.normal import nfc, words
from feinschliff.text.stopwords import ENGLISH, GERMAN, guess_language, stop_words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Die Maße der TÜR!", ["die", "maße", "der", "tür"]),
        ("Don’t, don't; rock'n'roll", ["don't", "don't", "rock'n'roll"]),
        ("E-Mail foo_bar 3,5", ["e", "mail", "foo", "bar", "3", "5"]),
        ("AI가 오늘 날씨를 본다", ["ai", "가", "오늘", "날씨를", "본다"]),
        ("日本へ", ["日", "本", "へ"]),
        ("हिन्दी ไทย", ["हिन्दी", "ไทย"]),
        ("'quoted' -- ...", ["quoted"]),
        ("", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(st.text(alphabet="aäßÄé한글 '’-.\u0308", max_size=30))
def test_words_are_the_same_in_each_normal_form(text: str) -> None:
    assert words(unicodedata.normalize("NFD", text)) == words(nfc(text))


def test_negations_are_content() -> None:
    negations = "nicht nichts kein keine keinen keinem keiner nie niemals niemand ohne nein weder"
    assert not set(negations.split()) & GERMAN
    english = "not no never none nothing nor neither without don't can't cannot isn't won't"
    assert not set(english.split()) & ENGLISH


def test_lists_hold_words_as_the_tokenizer_gives_them() -> None:
    assert all(words(word) == [word] for word in GERMAN | ENGLISH)


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        (["Frühstück am See", "Der Zug fährt heute nicht"], "de"),
        (["Breakfast by the lake", "What was the war about?"], "en"),
        (["오늘 날씨가 좋다"], None),
        ([], None),
    ],
)
def test_the_language_is_guessed_by_its_function_words(texts: list[str], language: str | None) -> None:
    assert guess_language(texts) == language


def test_a_language_brings_its_own_list_only() -> None:
    assert "war" in stop_words("de")
    assert "war" not in stop_words("en")
    assert stop_words(None) == frozenset()
