"""Limits on the length of an answer."""

from __future__ import annotations

from feinschliff.i18n import tr
from feinschliff.probing.controls import Controls
from feinschliff.probing.finding import Finding, Heard, Step, Test
from feinschliff.probing.lab import LENGTH

_FEW = 3
_TEXTS = 2


def limit(name: str, c: Controls) -> Test:
    """A limit on the answer's length."""
    control = c.hot[0]
    if name == "max_tokens" and name not in c.limit:
        return Finding("rejected", tr("A request with it is refused, and one without it is not."))
    heard = yield Step([c.hot_wish(1, {name: _FEW})])
    if heard[0].refused and name not in c.limit:
        # Some refuse two limits at once; without one of its own the answer may be long.
        alone = yield Step([c.alone_wish({name: _FEW})], Finding("rejected", tr("Refused: {why}", why=heard[0].why)))
        heard = alone
    if heard[0].refused:
        return Finding("rejected", tr("Refused: {why}", why=heard[0].why))
    got, before = _length(heard[0]), _length(control)
    if before <= _FEW:
        return Finding("unknown", tr("Answers are too short to tell."))
    if got > _FEW:
        if heard[0].answer.finish_reason == "length" and got < before:
            return Finding("clamped", tr("With {sent} allowed {got} came.", sent=_FEW, got=got), low=got)
        return Finding("inert", tr("With {sent} allowed {got} tokens came.", sent=_FEW, got=got))
    if name not in c.limit:
        return (yield from _alone(name, c, got))
    if _is_cut_short(c):
        return _too_few(got, LENGTH, max(_length(h) for h in c.hot))
    return _enough(got, before)


def _alone(name: str, c: Controls, few: int) -> Test:
    """Without the usual limit beside it: do as many come as it allows?"""
    short = Finding("honoured", tr("With {sent} allowed {got} came.", sent=_FEW, got=few))
    heard = (yield Step([c.unlimited_wish({name: LENGTH})], short))[0]
    if heard.refused or not heard.text:
        return short
    got = _length(heard)
    # The usual limit of the controls let more through: of the same seed, or of any where seeds repeat nothing.
    before = _length(c.hot[0]) if c.repeats else min(_length(h) for h in c.hot)
    same = c.repeats and heard.text == c.hot[0].text
    if not same and heard.answer.finish_reason == "length" and got < min(before, LENGTH):
        return _too_few(few, LENGTH, got)
    return _enough(few, got)


def _too_few(few: int, sent: int, most: int) -> Finding:
    return Finding(
        "clamped",
        tr("{sent} asked for gave {got}, but of {more} asked for no more than {most} came.",
           sent=_FEW, got=few, more=sent, most=most),
        high=most,
    )  # fmt: skip


def _enough(few: int, more: int) -> Finding:
    return Finding(
        "honoured", tr("With {sent} allowed {got} came, with more {before}.", sent=_FEW, got=few, before=more)
    )


def _is_cut_short(c: Controls) -> bool:
    """Every control was ended for its length, at the same length, below what was allowed."""
    controls = {h.text: h for h in (*c.hot, *c.greedy)}.values()
    lengths = {_length(h) for h in controls}
    counted = not any(h.answer.tokens_estimated for h in controls)
    return (
        len(lengths) == 1
        and max(lengths) < LENGTH
        and all(h.answer.finish_reason == "length" for h in controls)
        # Where words are all that can be counted, equal counts of two texts may be chance.
        and (counted or len(controls) >= _TEXTS)
    )


def _length(heard: Heard) -> int:
    """Tokens of an answer; words where nobody counts."""
    return len(heard.words) if heard.answer.tokens_estimated else heard.answer.completion_tokens
