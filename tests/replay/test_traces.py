"""Traces: what is kept of an answer, and which answers have none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from feinschliff.records import Answer, TokenLogprob, TopLogprob
from feinschliff.replay import Trace, Vocabulary, trace_of
from feinschliff.replay.traces import Batch


def position(
    token: str, logprob: float | None = -0.5, *, id: int | None = None, own: str | None = None
) -> TokenLogprob:
    """One with two candidates; `own`: the token's text in the list, where it is told with another."""
    top = (TopLogprob(token=own or token, logprob=logprob, id=id), TopLogprob(token="§", logprob=-3.0, id=None))
    return TokenLogprob(token=token, logprob=logprob, id=id, top=top)


def answer(positions: tuple[TokenLogprob, ...] | None, **fields: Any) -> Answer:
    texts = "".join(p.token for p in positions or ())
    values = {"text": texts, "finish_reason": "stop", "completion_tokens": len(positions or ())}
    return Answer(key="k", example="e", repeat=0, logprobs=positions, **{**values, **fields})


def trace(one: Answer, **fields: Any) -> Trace | None:
    return trace_of(one, Vocabulary(), width=4, **fields)


def test_a_plain_answer() -> None:
    found = trace(answer((position("a", id=3), position("b", -1.5))), prompt=(8, 9))
    assert found is not None
    assert found.tokens[0] == 3
    assert found.tokens[1] >= 1 << 30  # no id is told: a number of ours
    assert found.logprobs.tolist() == [-0.5, -1.5]
    assert found.top.shape == (2, 4)
    assert found.top[0].tolist()[2:] == [-1, -1]
    assert np.isneginf(found.top_logprobs[:, 2:]).all()
    assert found.prompt.tolist() == [8, 9]
    assert (found.ended, found.texts, found.gaps) == (True, ("a", "b"), ())


@pytest.mark.parametrize(
    "one",
    [
        answer(None),
        answer(()),
        answer((position("a", None),)),
        answer((TokenLogprob(token="a", logprob=-1.0, top=(TopLogprob(token="a", logprob=-1.0),)),)),
        answer((position("a"),), completion_tokens=5),
        answer((position("a"),), reasoning="hm"),
        answer((position("a"),), choices=2),
        answer((position("a"),), failure="no"),
    ],
)
def test_answers_without_a_trace(one: Answer) -> None:
    assert trace(one) is None


def test_a_limit_leaves_the_end_open() -> None:
    found = trace(answer((position("a"),), finish_reason="length"))
    assert found is not None
    assert not found.ended


def test_tokens_within_a_character_are_certain() -> None:
    told = (position("L"), position("fü", id=5, own="\N{REPLACEMENT CHARACTER}"), position("r"))
    found = trace(answer(told, completion_tokens=4))
    assert found is not None
    assert found.gaps == (1,)
    assert found.texts == ("L", "f", "ü", "r")
    batch = Batch([found], 100)
    assert batch.top_logprobs[1].max() == 0.0
    # Two more tokens than the joined one explains, or a character of more than four parts: something else is missing.
    assert trace(answer(told, completion_tokens=7)) is None
    # With stop strings it may as well be one of theirs.
    assert trace(answer(told, completion_tokens=4), stops=True) is None


def test_a_character_that_the_limit_cut() -> None:
    found = trace(answer((position("a"), position("b")), completion_tokens=3, finish_reason="length"))
    assert found is not None
    assert found.gaps == (2,)


def test_texts_that_make_up_another_answer_are_not_kept() -> None:
    found = trace(answer((position("a"), position("b")), text="x"))
    assert found is not None
    assert found.texts == ()


def test_counts_look_back_over_the_window_and_the_prompt() -> None:
    made = Trace(
        tokens=np.array([1, 2, 1, 1], np.int32),
        logprobs=np.zeros(4, np.float32),
        top=np.array([[1, 2]] * 4, np.int32),
        top_logprobs=np.log(np.full((4, 2), 0.4, np.float32)),
        prompt=np.array([2, 2, 1], np.int32),
        ended=True,
    )
    batch = Batch([made], 10)
    own, listed = batch.counts(None, prompt=True)
    assert own.tolist() == [1, 2, 2, 3]
    assert listed.tolist() == [[1, 2], [2, 2], [2, 3], [3, 3]]
    own, listed = batch.counts(2, prompt=True)
    assert listed.tolist() == [[1, 1], [2, 0], [1, 1], [1, 1]]
    own, _ = batch.counts(None, prompt=False)
    assert own.tolist() == [0, 0, 1, 2]
