"""Ranges that the values of a penalty are moved into.

Far below its neutral value a penalty is a reward: the first word is said again and again, and no server that moves the
value does that. One request shows both, that it acts and that nothing is moved.
"""

from __future__ import annotations

from collections.abc import Generator

from pydantic import JsonValue

from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import EXTRA
from feinschliff.probing.controls import Controls
from feinschliff.probing.finding import Finding, Heard, Step, Test, shown
from feinschliff.probing.lab import LENGTH
from feinschliff.probing.penalties import PUSHES, Reach, loops, penalty
from feinschliff.probing.refusals import is_named, is_unknown_field
from feinschliff.probing.truncation import LONG

_RICH = 6
"""So often a word may come back on average."""

_HOTTEST = 50.0
_MANY = 0.5
"""Share of words that are another than those before, in a text that no reward holds together."""

_BEGINNING = 4
_LONG = 3

_TIMES = 8
"""So often the same must come."""


def reach(name: str, c: Controls) -> Test:
    """A knob of `PUSHES` and, as far as it can be seen, its lower end."""
    ends = PUSHES[name.removeprefix(EXTRA)].reach
    if ends is None:
        return (yield from penalty(name, c))
    label = f"{name}={shown(ends.far)}"
    far = (yield Step([c.hot_wish(c.seed, {name: ends.far})]))[0]
    if far.refused and is_unknown_field(far.answer.failure or ""):
        return Finding("rejected", tr("Refused: {why}", why=far.why))
    if far.refused:  # nobody who refuses a value moves it
        if not is_named(name.removeprefix(EXTRA), far.answer.failure or ""):
            mild = (yield Step([c.hot_wish(c.seed, {name: PUSHES[name.removeprefix(EXTRA)].mild})]))[0]
            if mild.refused:
                return Finding("rejected", tr("Refused: {why}", why=mild.why))
        return (yield from penalty(name, c))
    if is_one_thing(far) and not is_one_thing(c.plain):
        return Finding("honoured", tr("With {label} it says one thing again and again.", label=label))
    nothing = c.repeats and far.text == c.plain.text and _is_rich(c.plain)
    if ends.of_all and not c.varies and not nothing:  # some words of the prompt may come back at the edge as well
        return (yield from penalty(name, c))
    if not nothing:
        outright = yield from _outright(name, c, ends, far)
        if outright is not None:
            return outright
    # Where the largest reward did nothing, a smaller one does not either.
    found = yield from penalty(name, c, rewards=not nothing)
    if found.status != "honoured":
        return found
    if nothing:
        note = tr("But with {label} it says word for word what it says without: values are moved.", label=label)
        return Finding("clamped", f"{found.evidence} {note}", low=ends.neutral)
    if c.still is None:
        return found
    near, far = yield Step([c.still_wish({name: value}) for value in (ends.edge, ends.far)], found)
    same = _same(near, far)
    if near.text == c.still.text or c.repeats:  # a circle is closed however large the reward
        same = same and (_is_rich(near) if ends.of_all else not is_one_thing(near))
    elif same and ends.of_all:
        same = not _closes_at_once(near)
    return _moved(found.evidence, name, ends.edge, ends.far) if same else found


def _outright(name: str, c: Controls, ends: Reach, far: Heard) -> Generator[Step, list[Heard], Finding | None]:
    """What the far value shows by itself; None: nothing."""
    label = f"{name}={shown(ends.far)}"
    seeds = {c.seed: far}
    if ends.of_all and c.varies:
        other = (yield Step([c.hot_wish(3 - c.seed, {name: ends.far})]))[0]
        if _same(far, other) and len(far.words) >= _TIMES:
            return Finding("honoured", tr("With {label} two seeds give one text, without it several.", label=label))
        seeds[3 - c.seed] = other
    for seed, there in seeds.items() if c.repeats else ():
        near = (yield Step([c.hot_wish(seed, {name: ends.edge})]))[0]
        if (
            _same(near, there) and there.text not in c.texts(seed) and not _closes_at_once(near)
        ):  # no noise makes the same twice
            acts = tr("With {label} the same request gives another text, twice the same.", label=label)
            return _moved(acts, name, ends.edge, ends.far)
    return None


def above(name: str, c: Controls, found: Finding) -> Test:
    """Its upper end, for one that acts: seen where words still come back under the largest value that is documented."""
    push = PUSHES[name.removeprefix(EXTRA)]
    if push.reach is None or push.reach.beyond is None:
        return found
    sent = (push.values[0], push.reach.beyond)
    if push.reach.of_all:
        return (yield from _above_hot(name, c, found, sent))
    if c.still is None:
        return found
    near, far = yield Step([c.still_wish({name: value}) for value in sent], found)
    if _same(near, far) and near.text != c.still.text and loops(near):
        return _moved(found.evidence, name, *sent)
    return found


def _above_hot(name: str, c: Controls, found: Finding, sent: tuple[JsonValue, JsonValue]) -> Test:
    """Likewise by hot answers: where the likeliest words have all been said, they stay the likeliest at temperature 0.

    Long ones, since so large a penalty lets few words come back.
    """
    for seed in (c.seed, 3 - c.seed) if c.repeats and c.flat else ():
        long = dict.fromkeys(c.limit, _LONG * LENGTH)
        near, far = yield Step([c.hot_wish(seed, {**long, name: value}) for value in sent], found)
        if not _same(near, far) or not loops(near) or near.words[:LONG] == c.hot[seed - 1].words[:LONG]:
            return found
    return _moved(found.evidence, name, *sent) if c.repeats and c.flat else found


def below(name: str, c: Controls, found: Finding) -> Test:
    """Its lower end, for one that acts, at a temperature at which all words are alike and none but a reward repeats."""
    ends = PUSHES[name.removeprefix(EXTRA)].reach
    if ends is None or found.status != "honoured" or not (c.repeats and c.flat):
        return found
    hottest: dict[str, JsonValue] = {"temperature": _HOTTEST}
    if (yield Step([c.hot_wish(1, hottest)], found))[0].refused:
        return found
    plain, far = yield Step([c.hot_wish(c.seed, {**hottest, **v}) for v in ({}, {name: ends.far})], found)
    if plain.refused or far.refused or not _is_rich(plain) or len(plain.words) < LONG or plain.text == c.plain.text:
        return found
    if far.text == plain.text:
        return _moved(found.evidence, name, ends.neutral, ends.far)
    first = (yield Step([c.hot_wish(c.seed, {name: ends.far})], found))[0]
    head, tail = far.words[: len(far.words) // 2], far.words[len(far.words) // 2 :]
    held = ends.of_all and is_one_thing(first) and first.words[0] in head  # it has been said, and is rewarded
    if held and len(set(tail)) >= _MANY * len(tail) > 0:
        note = tr("But at temperature {t} it says many things: the value is moved.", t=shown(_HOTTEST))
        return Finding("clamped", f"{found.evidence} {note}")
    return found


def _moved(evidence: str, name: str, near: JsonValue, far: JsonValue) -> Finding:
    a, b = f"{name}={shown(near)}", f"{name}={shown(far)}"
    note = tr("But {a} and {b} give the same text: values are moved.", a=a, b=b)
    return Finding("clamped", f"{evidence} {note}")


def is_one_thing(heard: Heard) -> bool:
    """From its first character on, a text is the same piece again and again."""
    text = (heard.text or "").strip()
    return any(text[size:] == text[:-size] for size in range(1, len(text) // _TIMES + 1))


def _closes_at_once(heard: Heard) -> bool:
    """After a few words it says one thing, which a larger reward would not change."""
    return len(set(heard.words[_BEGINNING:])) <= 1


def _is_rich(heard: Heard) -> bool:
    """It does not turn in a circle, where a larger reward would change nothing."""
    return _RICH * len(set(heard.words)) >= len(heard.words)


def _same(a: Heard, b: Heard) -> bool:
    return bool(a.text) and a.text == b.text
