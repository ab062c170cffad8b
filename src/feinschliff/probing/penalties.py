"""Knobs that push repeated words away, and any other whose effect shows as a changed text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from pydantic import JsonValue

from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import EXTRA
from feinschliff.probing.controls import Controls
from feinschliff.probing.finding import Finding, Heard, Step, Test, shown

_REPEATED = 2
"""Words that come back in a text under a penalty: then a larger one would have changed it further."""


@dataclass(frozen=True)
class Push:
    """Values that must change a text."""

    values: Sequence[JsonValue]
    """Tried in this order, the first on the greedy control, all others on the hot one."""
    beyond: JsonValue = None
    """Above the range: a server that clamps makes the same of it and of the first value."""
    mild: JsonValue = None
    """Taken wherever the knob is."""
    beside: Mapping[str, JsonValue] = field(default_factory=dict)
    """What it needs to act."""


PUSHES: Mapping[str, Push] = MappingProxyType(
    {
        "frequency_penalty": Push((2.0, -2.0), 5.0, 0.5),
        "presence_penalty": Push((2.0, -2.0), 5.0, 0.5),
        "repeat_penalty": Push((2.0, 1.5), 6.0, 1.2),
        "repetition_penalty": Push((2.0, 1.5), 6.0, 1.2),
        "logit_bias": Push(({"50": 100, "100": 100}, {"20": 100, "30": 100, "150": 100}), None, {"50": 1}),
        "dry_multiplier": Push((8.0, 20.0), None, 0.8),
    }
)
"""Seen best on the greedy control: its loops leave them much to do."""

STIRS: Mapping[str, Push] = MappingProxyType(
    {
        "xtc_probability": Push((1.0,), None, 0.5, {"xtc_threshold": 0.001}),
        "dynatemp_range": Push((2.0,), None, 0.5),
        "mirostat": Push((2,), None, 1, {"mirostat_tau": 0.1}),
        "adaptive_target": Push((0.9,), None, 0.5),
        "smoothing_factor": Push((2.0,), None, 0.5),
    }
)
"""Seen on the hot control only."""


def penalty(name: str, c: Controls, *, bounds: bool) -> Test:
    """A knob of `PUSHES`."""
    push = PUSHES[name.removeprefix(EXTRA)]
    plain = c.greedy[0].text if c.constant else None
    values = list(push.values)
    if plain is not None:
        heard = yield Step([c.greedy_wish({name: values[0], **push.beside})])
        if heard[0].refused:
            return (yield from _refused(name, c, push, heard[0]))
        if heard[0].text != plain:
            again = yield Step([c.greedy_wish({name: values[0], **push.beside}, repeat=1)])
            found = _changed(f"{name}={shown(values[0])}", heard[0], again[0], plain)
            return (yield from _beyond(name, c, push, heard[0], found)) if bounds else found
    return (yield from stir(name, c, push, values=values[1:] if plain is not None else values, tried=plain is not None))


def stir(name: str, c: Controls, push: Push, *, values: Sequence[JsonValue] | None = None, tried: bool = False) -> Test:
    """A knob whose effect shows as another text of the same seed; `tried`: it has changed nothing so far."""
    if not c.repeats:
        if tried and c.constant and _loops(c.greedy[0]):
            return Finding("inert", tr("It changes nothing at temperature 0, though words come back there."))
        return Finding("unknown", tr("The same seed gives different texts: what a knob does cannot be told from that."))
    for value in push.values if values is None else values:
        label = f"{name}={shown(value)}"
        heard = yield Step([c.hot_wish(2, {name: value, **push.beside})])
        if heard[0].refused:
            if tried:
                continue
            return (yield from _refused(name, c, push, heard[0]))
        if heard[0].text != c.hot[1].text:
            again = yield Step([c.hot_wish(2, {name: value, **push.beside}, repeat=1)])
            return _changed(label, heard[0], again[0], c.hot[1].text)
        tried = True
    if not c.varies and c.greedy_text is None:
        return Finding("unknown", tr("It changes nothing; the model is too certain to tell."))
    return Finding("inert", tr("With {values} it says word for word what it says without.", values=_all(name, push)))


def _all(name: str, push: Push) -> str:
    return ", ".join(f"{name}={shown(value)}" for value in push.values)


def _changed(label: str, first: Heard, again: Heard, plain: str | None) -> Finding:
    if first.text == again.text:
        return Finding("honoured", tr("With {label} the same request gives another text, twice the same.", label=label))
    if again.text == plain:
        return Finding("inert", tr("With {label} it says, noise apart, what it says without.", label=label))
    return Finding("unknown", tr("With {label} texts change, but do not repeat either.", label=label))


def _refused(name: str, c: Controls, push: Push, first: Heard) -> Test:
    """The value is refused, or the field."""
    wish = {name: push.mild, **push.beside}
    mild = yield Step([c.hot_wish(2, wish)], Finding("rejected", tr("Refused: {why}", why=first.why)))
    if mild[0].refused:
        return Finding("rejected", tr("Refused: {why}", why=first.why))
    if c.repeats and mild[0].text != c.hot[1].text:
        again = yield Step([c.hot_wish(2, wish, repeat=1)])
        return _changed(f"{name}={shown(push.mild)}", mild[0], again[0], c.hot[1].text)
    return Finding("unknown", tr("{value} changes nothing visible, larger values are refused.", value=shown(push.mild)))


def _beyond(name: str, c: Controls, push: Push, first: Heard, found: Finding) -> Test:
    if push.beyond is None or found.status != "honoured" or not _loops(first):
        return found
    far = yield Step([c.greedy_wish({name: push.beyond, **push.beside})], found)
    if far[0].refused or far[0].text != first.text:
        return found
    return Finding(
        "clamped",
        found.evidence
        + " "
        + tr("But {far} gives that very text too: high values are moved.", far=f"{name}={shown(push.beyond)}"),
    )


def _loops(heard: Heard) -> bool:
    words = heard.words
    return len(words) - len(set(words)) >= _REPEATED
