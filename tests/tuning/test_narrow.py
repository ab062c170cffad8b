"""What the probe finds narrows the search, and each part that is lost is named."""

from __future__ import annotations

import pytest

from feinschliff.parameters.space import Choices, Range, make_space
from feinschliff.probing import Finding
from feinschliff.tuning.narrow import narrowed, narrowed_names


@pytest.mark.parametrize(
    ("asked", "low", "high", "left"),
    [
        ((0.0, 1.5), None, 1.0, Range(0.0, 1.0)),
        ((0.0, 1.5), 0.1, None, Range(0.1, 1.5)),
        ((0.0, 1.5), None, 2.0, Range(0.0, 1.5)),
        ([0.2, 0.7, 1.4], None, 1.0, Choices((0.2, 0.7))),
    ],
)
def test_what_is_outside_is_left_out(asked: object, low: float | None, high: float | None, left: object) -> None:
    space = make_space({"temperature": asked, "top_p": (0.1, 1.0), "prompt": "p"})
    found = {"temperature": Finding("honoured", "", low, high), "top_p": Finding("honoured", "")}
    made, notes = narrowed(space, found, dialect="lmstudio")
    assert made.knobs == {"temperature": left, "top_p": Range(0.1, 1.0)}
    assert made.fixed == {"prompt": "p"}
    lost = made.knobs["temperature"] != space.knobs["temperature"]
    assert len(notes) == lost == len(narrowed_names(space, found))


def test_the_note_says_what_was_asked_and_what_is_taken() -> None:
    space = make_space({"temperature": (0.0, 1.5)})
    for status, word in (("honoured", "refuses"), ("clamped", "moves")):
        _, (note,) = narrowed(space, {"temperature": Finding(status, "", high=1.0)}, dialect="lmstudio")  # type: ignore[arg-type]
        assert all(part in note for part in ("'temperature'", "0:1.5", "outside of 0:1", "lmstudio", word))


@pytest.mark.parametrize(
    ("name", "asked", "finding", "value"),
    [
        ("temperature", (1.2, 1.5), Finding("clamped", "", high=1.0), 1.0),
        ("temperature", [1.2, 1.5], Finding("honoured", "", high=1.0), 1.0),
        ("top_k", (1, 40), Finding("honoured", "", low=0.2, high=1.5), 1),
    ],
)
def test_one_value_that_is_left_is_fixed(name: str, asked: object, finding: Finding, value: float) -> None:
    made, notes = narrowed(make_space({name: asked}), {name: finding}, dialect="unknown")
    assert (made.knobs, made.fixed) == ({}, {name: value})
    assert len(notes) == 1
