"""Loops in a text that is still being written."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feinschliff.text.loops import is_looping
from feinschliff.text.stuck import LoopWatch
from tests.text.test_loops import PROSE

NAMES = ("Anna", "Otto", "Hans", "Ute", "Ida", "Max")
ROWS = "".join(f"| {name} | {number} | ja |\n" for number, name in enumerate(NAMES * 40))


def loop_end(text: str) -> int | None:
    """Length at which a text that comes in large pieces was stuck for certain."""
    watch = LoopWatch()
    for start in range(0, len(text), 2048):
        if watch.feed(text[start : start + 2048]):
            break
    return watch.end


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("Das ist gut. " * 40, 128),
        ("x" * 300, 128),
        ("좋" * 300, 128),
        (PROSE + "Ein ruhiges Zimmer mit Blick. " * 40, 352),
        ("".join(PROSE[: 20 + i] for i in range(60)) + "Tee " * 900, 5120),
        ("0 " * 1000, 512),
        ("{}" + "\n" * 2000, 272),
        (PROSE * 40, 512),
    ],
)
def test_a_loop_is_found_soon(text: str, end: int) -> None:
    assert loop_end(text) == end


@pytest.mark.parametrize(
    "text",
    [
        "",
        PROSE * 4,
        "Nein, nein, nein, nein!",
        "=" * 500,
        "0, " * 170,
        "hahaha" * 21,
        "Das ist gut. " * 9 + PROSE,
        PROSE * 3 + "Tee " * 30 + PROSE * 3,
        ROWS,
        "\n".join(f"- item {number} of many" for number in range(400)),
        "Alle meine Entchen schwimmen auf dem See, schwimmen auf dem See. " * 3 + PROSE * 3,
    ],
)
def test_no_false_alarms(text: str) -> None:
    assert loop_end(text) is None


@given(
    st.text(alphabet="ab .\n", max_size=300),
    st.text(alphabet="abcü ", min_size=1, max_size=200).filter(lambda unit: any(c.isalpha() for c in unit)),
    st.integers(min_value=300, max_value=4000),
)
def test_the_flag_agrees_with_every_stop(start: str, unit: str, length: int) -> None:
    text = start + (unit * length)[:length]
    end = loop_end(text)
    assert end is None or is_looping(text[:end])


@given(st.integers(min_value=0, max_value=10_000), st.sampled_from(["Das ist gut. ", "ab", PROSE, "- "]))
def test_pieces_do_not_matter(seed: int, unit: str) -> None:
    draw = random.Random(seed)
    text = PROSE[: draw.randrange(90)] + unit * draw.randrange(10, 300)
    watch = LoopWatch()
    start = 0
    while start < len(text):
        size = draw.choice((1, 3, 7, 100, 5000))
        watch.feed(text[start : start + size])
        start += size
    assert watch.end == loop_end(text)


def test_a_stuck_text_stays_stuck() -> None:
    watch = LoopWatch()
    assert watch.feed("Das ist gut. " * 40)
    assert watch.feed("Und nun etwas anderes.")
    assert watch.end == 128


def test_watching_takes_no_time() -> None:
    draw = random.Random(0)
    text = "".join(draw.choice("abcdef gh") for _ in range(40_000))
    watch = LoopWatch()
    start = time.perf_counter()
    for i in range(0, len(text), 4):
        watch.feed(text[i : i + 4])
    assert time.perf_counter() - start < 1.0  # 20 ms on a free machine
