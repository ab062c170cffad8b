"""Knobs that push repeated words away, and any other whose effect shows as a changed text."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import JsonValue

from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import EXTRA
from feinschliff.probing.controls import Controls
from feinschliff.probing.finding import Finding, Heard, Step, Test, Wish, shown
from feinschliff.probing.refusals import is_unknown_field

_REPEATED = 2
"""Words that come back in a text under a penalty: then a larger one would have changed it further."""


_SLOW = ("frequency_penalty", "presence_penalty", "dry_multiplier")
_SHORT = 16
"""Tokens below which a penalty may find nothing to act on."""

_FORCED = 3
"""Words of a text that is forced: no noise makes one of so few."""


@dataclass(frozen=True)
class Push:
    """Values that must change a text."""

    values: Sequence[JsonValue]
    """Tried in this order, the first on the still control, all others on the hot one."""
    mild: JsonValue
    """Taken wherever the knob is."""
    beyond: JsonValue = None
    """Above the first value: a server that clamps makes the same of both."""
    below: tuple[JsonValue, JsonValue] | None = None
    """Two values below the neutral one, likewise."""


PUSHES: Mapping[str, Push] = MappingProxyType(
    {
        "frequency_penalty": Push((2.0, -2.0), 0.5, 5.0, (-2.0, -5.0)),
        "presence_penalty": Push((2.0, -2.0), 0.5, 5.0, (-2.0, -5.0)),
        "repeat_penalty": Push((2.0, 1.5), 1.2, None, (0.5, 0.1)),
        "repetition_penalty": Push((2.0, 1.5), 1.2, None, (0.5, 0.1)),
        "logit_bias": Push(({"50": 100, "100": 100}, {"20": 100, "30": 100, "150": 100}), {"50": 1}),
        "dry_multiplier": Push((8.0, 20.0), 0.8),
    }
)
"""Seen best on the still control: its loops leave them much to do."""

STIRS: Mapping[str, Push] = MappingProxyType(
    {
        "xtc_probability": Push((1.0,), 0.5),
        "dynatemp_range": Push((2.0,), 0.5),
        "mirostat": Push((2,), 1),
        "adaptive_target": Push((0.9,), 0.5),
        "smoothing_factor": Push((2.0,), 0.5),
    }
)
"""Seen best on the hot control."""

_Refusal = Heard
_Outcome = Finding | _Refusal | None
_Compared = Generator[Step, list[Heard], _Outcome]


def penalty(name: str, c: Controls, *, bounds: bool) -> Test:
    """A knob of `PUSHES`."""
    push = PUSHES[name.removeprefix(EXTRA)]
    values = list(push.values)
    if c.still is not None:
        value = values.pop(0)
        outcome = yield from _compared(lambda repeat: c.still_wish({name: value}, repeat=repeat), c.still, name, value)
        if isinstance(outcome, Heard):
            return (yield from _refused(name, c, push, outcome))
        if outcome is not None:
            return (yield from _bounds(name, c, push, outcome)) if bounds else outcome
    if c.repeats:
        found = yield from stir(name, c, push, values=values, tried=c.still is not None)
        return (yield from _bounds(name, c, push, found)) if bounds else found
    if c.still is None:
        return (yield from _only_refusals(name, c, push))
    if _loops(c.still):
        return Finding("inert", tr("It changes nothing where the same words come back again and again."))
    outcome = yield from _compared(
        lambda repeat: c.still_wish({name: values[0]}, repeat=repeat), c.still, name, values[0]
    )
    if isinstance(outcome, Finding):
        return outcome
    return Finding("unknown", tr("It changes nothing, but hardly a word came back either."))


def stir(name: str, c: Controls, push: Push, *, values: Sequence[JsonValue] | None = None, tried: bool = False) -> Test:
    """A knob whose effect shows as another text of the same seed; `tried`: it has changed nothing so far."""
    if not c.repeats:
        return (yield from _without_seed(name, c, push))
    wanted = push.values if values is None else values
    for value in wanted:

        def wish(repeat: int, value: JsonValue = value) -> Wish:
            return c.hot_wish(c.seed, {name: value}, repeat=repeat)

        outcome = yield from _compared(wish, c.plain, name, value)
        if isinstance(outcome, Finding):
            return outcome
        if isinstance(outcome, Heard) and not tried:
            return (yield from _refused(name, c, push, outcome))
        tried = True
    if not c.varies and c.greedy_text is None and name != "logit_bias":  # no model is that certain
        return Finding("unknown", tr("It changes nothing; the model is too certain to tell."))
    if name in _SLOW and not _loops(c.plain) and c.plain.answer.completion_tokens < _SHORT:
        return Finding("unknown", tr("It changes nothing, but answers are too short to tell."))
    labels = ", ".join(f"{name}={shown(value)}" for value in push.values)
    return Finding("inert", tr("With {values} it says word for word what it says without.", values=labels))


def _without_seed(name: str, c: Controls, push: Push) -> Test:
    """Only the still control is left, on which not every knob can act."""
    if c.still is None:
        return (yield from _only_refusals(name, c, push))
    value = push.values[0]
    outcome = yield from _compared(lambda repeat: c.still_wish({name: value}, repeat=repeat), c.still, name, value)
    if isinstance(outcome, Finding):
        return outcome
    if isinstance(outcome, Heard):
        return (yield from _refused(name, c, push, outcome))
    return Finding("unknown", tr("It changes nothing at temperature 0; at others the same seed gives different texts."))


def _only_refusals(name: str, c: Controls, push: Push) -> Test:
    mild = yield Step([c.hot_wish(c.seed, {name: push.mild})])
    if mild[0].refused:
        return Finding("rejected", tr("Refused: {why}", why=mild[0].why))
    return Finding("unknown", tr("The same seed gives different texts: what a knob does cannot be told from that."))


def _compared(wish: Callable[[int], Wish], plain: Heard, name: str, value: JsonValue) -> _Compared:
    """Another text, twice the same? None where nothing changes, the refusal where there is one."""
    label = f"{name}={shown(value)}"
    first = (yield Step([wish(0)]))[0]
    if first.refused:
        return first
    if first.text == plain.text:
        return None
    if len(set(first.words)) <= _FORCED < len(set(plain.words)) // 2:
        return Finding(
            "honoured", tr("With {label} the text is made of {n} words.", label=label, n=len(set(first.words)))
        )
    again = (yield Step([wish(1)]))[0]
    if first.text == again.text:
        return Finding("honoured", tr("With {label} the same request gives another text, twice the same.", label=label))
    # The server's noise, or the knob's own chance: a third time decides.
    third = (yield Step([wish(2)]))[0]
    if plain.text in (again.text, third.text):
        return Finding("inert", tr("With {label} it says, noise apart, what it says without.", label=label))
    return Finding("honoured", tr("With {label} other texts came, three times.", label=label))


def _refused(name: str, c: Controls, push: Push, first: Heard) -> Test:
    """The value is refused, or the field."""
    if is_unknown_field(first.answer.failure or ""):
        return Finding("rejected", tr("Refused: {why}", why=first.why))
    mild = (
        yield Step([c.hot_wish(c.seed, {name: push.mild})], Finding("rejected", tr("Refused: {why}", why=first.why)))
    )[0]
    if mild.refused:
        return Finding("rejected", tr("Refused: {why}", why=first.why))
    if c.repeats:
        outcome = yield from _compared(
            lambda repeat: c.hot_wish(c.seed, {name: push.mild}, repeat=repeat), c.plain, name, push.mild
        )
        if isinstance(outcome, Finding):
            return outcome
    return Finding("unknown", tr("{value} changes nothing visible, larger values are refused.", value=shown(push.mild)))


def _bounds(name: str, c: Controls, push: Push, found: Finding) -> Test:
    """Is a range to be found that values are moved into?"""
    if found.status != "honoured":
        return found
    if push.beyond is not None and c.still is not None:
        near, far = yield Step([c.still_wish({name: push.values[0]}), c.still_wish({name: push.beyond})], found)
        if not far.refused and far.text == near.text and _loops(near):
            return _moved(found, name, push.values[0], push.beyond)
        if not _loops(near) and far.refused:
            return found
    if push.below is not None and c.repeats:
        near, far = yield Step([c.hot_wish(c.seed, {name: value}) for value in push.below], found)
        if not far.refused and not near.refused and far.text == near.text:
            return _moved(found, name, *push.below)
    return found


def _moved(found: Finding, name: str, near: JsonValue, far: JsonValue) -> Finding:
    a, b = f"{name}={shown(near)}", f"{name}={shown(far)}"
    return Finding(
        "clamped", found.evidence + " " + tr("But {a} and {b} give the same text: values are moved.", a=a, b=b)
    )


def _loops(heard: Heard) -> bool:
    words = heard.words
    return len(words) - len(set(words)) >= _REPEATED
