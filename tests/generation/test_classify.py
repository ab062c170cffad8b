"""Reasoning is kept apart, and odd answers are flagged."""

from __future__ import annotations

import pytest

from feinschliff.endpoints.protocol import Reply, Request
from feinschliff.generation.classify import split_reasoning, to_answer
from feinschliff.records import Answer, Message


def answer(text: str = "Gut.", *, estimate: int = 10, **more: object) -> Answer:
    request = Request("k", "m", (Message(role="user", content="?"),), {}, estimate, 16)
    return to_answer(Reply(request, text=text, **more), key="k", example="e", repeat=0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", ("plain", None)),
        ("<think>hm</think>\n\nanswer", ("answer", "hm")),
        ("hm, so</think>answer", ("answer", "hm, so")),
        ("<think>never ends", ("", "never ends")),
        ("  <thinking>\nlang\n</thinking> 답", ("답", "lang")),
        ("<think></think>x", ("x", None)),
    ],
)
def test_reasoning_is_kept_apart(text: str, expected: tuple[str, str | None]) -> None:
    assert split_reasoning(text) == expected


def test_reasoning_of_the_server_and_of_the_text_are_both_kept() -> None:
    made = answer("<think>b</think>c", reasoning="a")
    assert (made.text, made.reasoning) == ("c", "a\nb")


@pytest.mark.parametrize(
    ("made", "flags"),
    [
        (answer("Fertig."), ()),
        (answer("Fert", finish_reason="length"), ("truncated",)),
        (answer(" \n"), ("empty",)),
        (answer("I'm sorry, but I can't help with that."), ("refused",)),
        (answer("Es tut mir leid, dabei kann ich nicht helfen."), ("refused",)),
        (answer("x", refusal="no"), ("refused",)),
        (answer("x", finish_reason="content_filter"), ("refused",)),
        (answer("und noch ein Hund " * 20), ("looping",)),
        (answer("x", estimate=8000, prompt_tokens=2048), ("prompt_cut",)),
        (answer("x", estimate=100, prompt_tokens=20), ()),
        (answer("Sorry seems to be the hardest word. " + " ".join(f"word{i}" for i in range(80))), ()),
    ],
)
def test_flags(made: Answer, flags: tuple[str, ...]) -> None:
    assert made.flags == flags


def test_usage_that_the_server_does_not_tell_is_estimated_and_marked() -> None:
    made = answer("four words are here")
    assert made.tokens_estimated
    assert made.completion_tokens > 0
    assert made.prompt_tokens == 10
    told = answer("x", prompt_tokens=3, completion_tokens=1)
    assert (told.prompt_tokens, told.completion_tokens, told.tokens_estimated) == (3, 1, False)
