"""Beside the knobs: do answers repeat, what are log-probabilities worth, is a long prompt cut?"""

from __future__ import annotations

from typing import Any

from pydantic import JsonValue

from feinschliff.probing.controls import Controls
from feinschliff.probing.finding import Heard, Wish, likeness
from feinschliff.probing.lab import Lab
from feinschliff.probing.sight import COOL, WISH
from feinschliff.records import Message, TokenLogprob

_FILLER = "The cat and the dog sat in the garden and looked at the bird on the wall. "
_FILLER_WORDS = 17
_LONG_WORDS = 5000
"""Above the context of 4096 tokens that Ollama gives small machines."""
_CUT = 0.7
"""Read tokens per word of the filler below which the prompt was cut: no tokenizer makes less than a token of a word."""
_ONE_LOGPROB = 0.02


def determinism(c: Controls) -> dict[str, Any]:
    """How far the same request gives the same answer, of what was asked more than once."""
    pairs = [(c.hot[0], c.hot[2]), (c.hot[1], c.hot[3])] if len(c.hot) == 4 else []
    same = [a.text == b.text for a, b in pairs]
    fingerprints = {h.answer.fingerprint for h in (*c.hot, *c.greedy)} - {None, ""}
    return {
        "same_seed_same_text": all(same) if same and c.seed_refused is None else None,
        "greedy_same_text": c.constant if len(c.greedy) == 2 else None,
        "different_words": round(1 - sum(likeness(a.words, b.words) for a, b in pairs) / len(pairs), 3)
        if pairs
        else None,
        "fingerprints": sorted(str(f) for f in fingerprints),
    }


def logprobs(lab: Lab, c: Controls) -> dict[str, Any]:
    """Whether they come, and whether they are the model's own (`raw`) or those after the sampler (`processed`)."""
    heard = lab.ask([c.hot_wish(1, WISH)])
    if heard is None or heard[0].refused or not heard[0].answer.logprobs:
        return {"there": None if heard is None else False, "kind": None}
    cool = None if c.hot_temperature is None else lab.ask([c.hot_wish(1, {**WISH, "temperature": COOL})])
    if cool is None or cool[0].refused or not cool[0].answer.logprobs:
        return {"there": True, "kind": None}
    gaps = [_gap(h.answer.logprobs[0]) for h in (heard[0], cool[0]) if h.answer.logprobs]
    if len(gaps) < 2 or gaps[0] is None or gaps[1] is None:
        return {"there": True, "kind": None}
    # The first position has the same context in both: only the sampler can make a difference there.
    return {"there": True, "kind": "raw" if abs(gaps[0] - gaps[1]) <= _ONE_LOGPROB * max(1.0, gaps[0]) else "processed"}


def _gap(position: TokenLogprob) -> float | None:
    """Between the two likeliest candidates, in nats."""
    values = sorted((t.logprob for t in position.top if t.logprob is not None), reverse=True)
    return values[0] - values[1] if len(values) > 1 else None


def context(lab: Lab, c: Controls, *, told: int | None) -> dict[str, Any]:
    """Is a prompt that is longer than the context (as far as it is `told`, else than 4096) cut without a word?"""
    message, words = long_prompt(told)
    carried: dict[str, JsonValue] = dict.fromkeys(c.limit, 1)
    heard = lab.ask([Wish(carried)], messages=(message,))
    made: dict[str, Any] = {"told": told, "sent_words": words}
    if heard is None:
        return made | {"cut": None, "read_tokens": None}
    return made | _read(heard[0], words)


def long_prompt(told: int | None) -> tuple[Message, int]:
    """(a prompt that is longer than the context, its words)"""
    words = _LONG_WORDS if told is None else min(_LONG_WORDS, max(200, int(1.25 * told)))
    times = words // _FILLER_WORDS
    return Message(role="user", content=_FILLER * times), times * _FILLER_WORDS


def _read(heard: Heard, words: int) -> dict[str, Any]:
    if heard.refused:
        return {"cut": False, "read_tokens": None, "refused": heard.why}
    if heard.answer.tokens_estimated:
        return {"cut": None, "read_tokens": None}
    return {"cut": heard.answer.prompt_tokens < _CUT * words, "read_tokens": heard.answer.prompt_tokens}
