"""Knobs of the request that show in the answer itself: its end, how many there are, what comes with it."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial

from pydantic import JsonValue

from feinschliff.i18n import tr
from feinschliff.probing.controls import Controls
from feinschliff.probing.finding import Finding, Step, Test
from feinschliff.probing.refusals import is_unknown_field

_FIVE = 5
_MOST = 20
"""Candidates that servers give, most of them at most."""


def stop(c: Controls) -> Test:
    """A text at which the answer ends: a word of what it says anyway."""
    bases = [h for h in (c.still, c.plain if c.repeats else None) if h is not None]
    if not bases:
        heard = yield Step([c.hot_wish(1, {"stop": ["\n\n###"]})])
        if heard[0].refused:
            return Finding("rejected", tr("Refused: {why}", why=heard[0].why))
        return Finding("unknown", tr("The same request gives different texts, so no word of it can be foreseen."))
    found = [(h, piece) for h in bases if (piece := _piece(h.answer.text)) is not None]
    if not found:
        heard = yield Step([c.hot_wish(1, {"stop": ["\n\n###"]})])
        if heard[0].refused:
            return Finding("rejected", tr("Refused: {why}", why=heard[0].why))
        return Finding("unknown", tr("Answers are too short to tell."))
    base, word = found[0]
    text = base.answer.text
    values: dict[str, JsonValue] = {"stop": [word]}
    for repeat in range(2):  # the second time for servers with noise
        wish = (c.still_wish if base is c.still else partial(c.hot_wish, c.seed))(values, repeat=repeat)
        heard = yield Step([wish])
        if heard[0].refused:
            return Finding("rejected", tr("Refused: {why}", why=heard[0].why))
        got = heard[0].answer.text
        if got == text:
            return Finding("inert", tr("The text goes on after '{word}'.", word=word))
        if got.rstrip() == text[: text.index(word)].rstrip() or (word not in got and text.startswith(got.rstrip())):
            return Finding("honoured", tr("The text ends before '{word}'.", word=word))
    return Finding("unknown", tr("With the stop '{word}' another text came.", word=word))


def _piece(text: str) -> str | None:
    """A word that does not come at once, else a piece of the text (that of a loop, or one without words)."""
    words = text.split()
    for piece in (*words[2:], *(text[i : i + 3] for i in range(3, len(text) - 3))):
        if len(piece.strip()) > 1 and text.index(piece) > 0:
            return piece
    return None


def several(name: str, c: Controls) -> Test:
    """More than one completion."""
    heard = yield Step([c.hot_wish(1, {name: 2})])
    if heard[0].refused:
        return Finding("rejected", tr("Refused: {why}", why=heard[0].why))
    got = heard[0].answer.choices
    if got == 2:
        return Finding("honoured", tr("Two completions were asked for and came."))
    return Finding("inert", tr("Two completions were asked for, one came."))


def logprobs(name: str, c: Controls) -> Test:
    """`logprobs` and `top_logprobs`."""
    wish = {"logprobs": True, "top_logprobs": 5}
    heard = yield Step([c.hot_wish(1, wish)])
    if heard[0].refused and name == "logprobs" and not is_unknown_field(heard[0].answer.failure or ""):
        heard = yield Step([c.hot_wish(1, {"logprobs": True})])
    if heard[0].refused:
        return Finding("rejected", tr("Refused: {why}", why=heard[0].why))
    got = heard[0].answer.logprobs
    if not got:
        return Finding("inert", tr("They were asked for, and none came."))
    if name == "logprobs":
        return Finding("honoured", tr("They came for {n} tokens.", n=len(got)))
    most = max(len(position.top) for position in got)
    if most == 0:
        return Finding("inert", tr("Five candidates were asked for, none came."))
    if most < _FIVE:
        return Finding("clamped", tr("Five candidates were asked for, {n} came.", n=most), high=most)
    five = Finding("honoured", tr("Five candidates were asked for, {n} came.", n=most))
    heard = yield Step([c.hot_wish(1, {"logprobs": True, "top_logprobs": _MOST})], five)
    if heard[0].refused:
        note = tr("{label} is refused: {why}", label=f"top_logprobs={_MOST}", why=heard[0].why)
        return replace(five, evidence=f"{five.evidence} {note}")
    counts = {len(position.top) for position in heard[0].answer.logprobs or ()}
    note = tr("{sent} were asked for, {n} came.", sent=_MOST, n=max(counts, default=0))
    # Where the sampler's cuts leave fewer, it is not the same number everywhere.
    moved = len(counts) == 1 and max(counts) < _MOST
    return Finding("clamped", note, high=max(counts)) if moved else Finding("honoured", note)


def response_format(c: Controls) -> Test:
    """A JSON object, where a story was asked for."""
    heard = yield Step([c.steady_wish({"response_format": {"type": "json_object"}})])
    if heard[0].refused:
        return Finding("rejected", tr("Refused: {why}", why=heard[0].why))
    text, plain = heard[0].answer.text, (c.steady or c.hot[0]).answer.text
    if _looks_like_json(text) and not _looks_like_json(plain):
        return Finding("honoured", tr("A JSON object came, and without it a plain text."))
    if text == plain and c.steady is not None:
        return Finding("inert", tr("A JSON object was asked for; the plain text came, word for word."))
    return Finding("unknown", tr("A JSON object was asked for; what came does not tell."))


def _looks_like_json(text: str) -> bool:
    """A JSON object, or the beginning of one: answers are cut."""
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return text.lstrip().startswith('{"') or text.split()[:1] == ["{"]


_TOOL: JsonValue = {
    "type": "function",
    "function": {
        "name": "look_up_the_weather",
        "description": "Look up the weather of a town.",
        "parameters": {"type": "object", "properties": {"town": {"type": "string"}}, "required": ["town"]},
    },
}


def tools(c: Controls) -> Test:
    """A tool makes the prompt longer, where it reaches the model."""
    heard = yield Step([c.hot_wish(1, {"tools": [_TOOL]})])
    if heard[0].refused:
        return Finding("rejected", tr("Refused: {why}", why=heard[0].why))
    before, after = (h.answer.prompt_tokens for h in (c.hot[0], heard[0]))
    if heard[0].answer.tokens_estimated or c.hot[0].answer.tokens_estimated:
        return Finding("unknown", tr("The server does not count tokens."))
    if after > before:
        return Finding(
            "honoured", tr("With a tool the prompt has {after} tokens instead of {before}.", after=after, before=before)
        )
    return Finding("unknown", tr("With a tool the prompt is no longer than without: the model does not see it."))


def tool_choice(c: Controls) -> Test:
    """A call that is required leaves no room for a story."""
    base: dict[str, JsonValue] = {"tools": [_TOOL]}
    heard = yield Step([c.steady_wish(base), c.steady_wish({**base, "tool_choice": "required"})])
    free, forced = heard
    if free.refused:
        return Finding("unknown", tr("Without tools, which are refused, nothing can be seen of it."))
    if forced.refused:
        return Finding("rejected", tr("Refused: {why}", why=forced.why))
    if c.steady is None:
        return Finding("unknown", tr("Texts do not repeat."))
    if free.text != forced.text:
        return Finding("honoured", tr("Where a tool is required, another answer comes."))
    return Finding("unknown", tr("A required tool changes nothing."))


def effort(name: str, values: tuple[JsonValue, JsonValue], c: Controls) -> Test:
    """Two words that a template may use."""
    heard = yield Step([c.steady_wish({name: value}) for value in values])
    if all(h.refused for h in heard):
        return Finding("rejected", tr("Refused: {why}", why=heard[0].why))
    taken = [h for h in heard if not h.refused]
    if len(taken) == 2 and c.steady is not None and taken[0].text != taken[1].text:
        return Finding("honoured", tr("{a} and {b} give different answers.", a=values[0], b=values[1]))
    return Finding("unknown", tr("It is taken; with this model nothing changes."))
