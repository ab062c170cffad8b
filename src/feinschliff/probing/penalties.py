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

_STRONG = 100.0

_FORCED = 3
"""Words of a text that is forced: no noise makes one of so few."""


@dataclass(frozen=True)
class Reach:
    """The values that show a range which values are moved into."""

    neutral: float
    far: float
    """Far below the neutral one: what was said once is so likely then that nothing else is said."""
    edge: float
    """The smallest that servers document: a server that clamps makes the same of both."""
    beyond: float | None = None
    """Above the first value of the push, likewise."""
    of_all: bool = False
    """True: it acts on the words of the prompt as well, so that not one word comes back but some of them do."""


@dataclass(frozen=True)
class Push:
    """Values that must change a text."""

    values: Sequence[JsonValue]
    """Tried in this order, the first on the still control, all others on the hot one."""
    mild: JsonValue = None
    """Taken wherever the knob is; None: all values are."""
    reach: Reach | None = None
    """What shows its range; None: none is looked for."""


_ADDED = Reach(0.0, -50.0, -2.0, 5.0)
_MULTIPLIED = Reach(1.0, 1e-5, 0.5, 100.0, of_all=True)

PUSHES: Mapping[str, Push] = MappingProxyType(
    {
        "frequency_penalty": Push((2.0, -2.0), 0.5, _ADDED),
        "presence_penalty": Push((2.0, -2.0), 0.5, _ADDED),
        "repeat_penalty": Push((2.0, 1.5), 1.2, _MULTIPLIED),
        "repetition_penalty": Push((2.0, 1.5), 1.2, _MULTIPLIED),
        "logit_bias": Push(
            ({"5": 100, "20": 100, "50": 100, "100": 100}, {"8": 100, "25": 100, "70": 100, "150": 100})
        ),
        "dry_multiplier": Push((8.0, 20.0), 0.8),
    }
)
"""Seen best on the still control: its loops leave them much to do."""

STIRS: Mapping[str, Push] = MappingProxyType(
    {
        "xtc_probability": Push((1.0,)),
        "dynatemp_range": Push((2.0,), 0.5),
        "mirostat": Push((2,), 1),
        "adaptive_target": Push((0.9,), 0.5),
        "smoothing_factor": Push((2.0,), 0.5),
    }
)
"""Seen best on the hot control."""

COOLED = frozenset({"xtc_probability", "dynatemp_range"})
"""Those that act however low the temperature is, and always let more be drawn."""

_Refusal = Heard
_Outcome = Finding | _Refusal | None
_Compared = Generator[Step, list[Heard], _Outcome]


def penalty(name: str, c: Controls, *, rewards: bool = True) -> Test:
    """A knob of `PUSHES`: does it act? `rewards`: try negative values as well."""
    push = PUSHES[name.removeprefix(EXTRA)]
    values = [v for v in push.values if rewards or not isinstance(v, float) or v > 0]
    if c.still is not None:
        value = values.pop(0)
        outcome = yield from _compared(lambda repeat: c.still_wish({name: value}, repeat=repeat), c.still, name, value)
        if isinstance(outcome, Heard):
            return (yield from _refused(name, c, push, outcome))
        if outcome is not None:
            return outcome
    if c.repeats:
        return (yield from stir(name, c, push, values=values, tried=c.still is not None))
    if c.still is None:
        return (yield from _only_refusals(name, c, push))
    if loops(c.still):
        if push.reach is not None and push.reach.of_all:  # a likely word may stay the likeliest at half its score
            outcome = yield from _compared(
                lambda repeat: c.still_wish({name: _STRONG}, repeat=repeat), c.still, name, _STRONG
            )
            if isinstance(outcome, Finding):
                return outcome
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
    if name in _SLOW and not loops(c.plain) and c.plain.answer.completion_tokens < _SHORT:
        return Finding("unknown", tr("It changes nothing, but answers are too short to tell."))
    labels = ", ".join(f"{name}={shown(value)}" for value in push.values)
    return Finding("inert", tr("With {values} it says word for word what it says without.", values=labels))


def _without_seed(name: str, c: Controls, push: Push) -> Test:
    """Only the still control is left, on which not every knob can act."""
    if c.still is None:
        return (yield from _only_refusals(name, c, push))
    value = push.values[0]
    wish = c.cool_wish if c.cools and name in COOLED else c.still_wish
    outcome = yield from _compared(lambda repeat: wish({name: value}, repeat=repeat), c.still, name, value)
    if isinstance(outcome, Finding):
        return outcome
    if isinstance(outcome, Heard):
        return (yield from _refused(name, c, push, outcome))
    if c.cools and name in COOLED:
        label = f"{name}={shown(value)}"
        return Finding("inert", tr("With {label} next to temperature 0 nothing changes.", label=label))
    return Finding("unknown", tr("It changes nothing at temperature 0; at others the same seed gives different texts."))


def cooled_again(name: str, c: Controls, found: Finding) -> Test:
    """`found` next to temperature 0, where the server says the same there as at 0 without the knob."""
    assert c.still is not None
    doubtful = Finding(
        "unknown", tr("Next to temperature 0 the server draws by itself: what the knob does is not seen.")
    )
    # XTC leaves one token there, so that texts that repeat speak for themselves; what heats makes them all different.
    wishes = [c.cool_wish({})]
    heard = (yield Step(wishes, found) if name == "xtc_probability" else Step(wishes))[0]
    return found if heard.text == c.still.text else doubtful


def _only_refusals(name: str, c: Controls, push: Push) -> Test:
    mild = yield Step([c.hot_wish(c.seed, {name: push.values[0] if push.mild is None else push.mild})])
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
    if third.text not in (first.text, again.text):
        fourth = (yield Step([wish(3)]))[0]
        if fourth.text == plain.text:
            return Finding("inert", tr("With {label} it says, noise apart, what it says without.", label=label))
    return Finding("honoured", tr("With {label} other texts came, three times.", label=label))


def _refused(name: str, c: Controls, push: Push, first: Heard) -> Test:
    """The value is refused, or the field."""
    if push.mild is None or is_unknown_field(first.answer.failure or ""):
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


def loops(heard: Heard) -> bool:
    """Words come back in it."""
    words = heard.words
    return len(words) - len(set(words)) >= _REPEATED
