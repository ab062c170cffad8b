from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feinschliff.text.loops import is_looping

PROSE = "Das Hotel liegt direkt am See und bietet Frühstück ab sieben Uhr, heißen Tee und einen Garten. "


@pytest.mark.parametrize(
    "text",
    [
        "Das ist gut. " * 5,
        PROSE + "Ein ruhiges Zimmer mit Blick. " * 4,
        PROSE + "Ein ruhiges Zimmer mit Blick. " * 4 + "Ein ruhi",
        "Tür " * 20,
        "Betreff: " + "neu, neu! Neu. " * 8,
        "정말 좋습니다 " * 8,
        "좋" * 60,
        "a\n" * 100,
        "0" * 300,
        "!" * 300,
        PROSE * 100,
    ],
)
def test_loops(text: str) -> None:
    assert is_looping(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ja",
        "ja ja",
        "ja ja ja ja",
        "Nein, nein, nein, nein!",
        "hahahahahahahahaha",
        "sehr, sehr, sehr, sehr gut",
        "1. Apfel\n2. Birne\n3. Pflaume\n4. Kirsche\n5. Quitte",
        "- [ ] Tee\n- [ ] Brot\n- [ ] Käse\n- [ ] Obst\n",
        "| Name | da |\n|---|---|\n| Hans | ja |\n| Otto | ja |\n| Anna | ja |\n| Ute | ja |",
        "0 0 0 0 0\n" * 5,
        "Kapitel 1 ..........................",
        "Titel\n" + "=" * 40,
        "Das ist gut. " * 3,
        PROSE * 3,
        "Das ist gut. " * 8 + PROSE,
        PROSE * 2 + "Tee " * 10,
        "Alle meine Entchen schwimmen auf dem See, schwimmen auf dem See, Köpfchen in das Wasser",
    ],
)
def test_no_false_alarms(text: str) -> None:
    assert not is_looping(text)


@given(st.text(alphabet="abc ", min_size=12, max_size=30).filter(lambda s: len(s.split()) > 1))
def test_any_phrase_repeated_often_is_a_loop(unit: str) -> None:
    assert is_looping(unit * 10)


@given(st.lists(st.integers(), unique=True, min_size=1, max_size=60))
def test_lists_without_repetition_are_none(numbers: list[int]) -> None:
    assert not is_looping("\n".join(f"- item {number} of many" for number in numbers))


def test_long_texts_take_no_time() -> None:
    start = time.perf_counter()
    is_looping("ab" * 50_000 + "c")
    is_looping("a" * 100_000)
    assert time.perf_counter() - start < 0.5
