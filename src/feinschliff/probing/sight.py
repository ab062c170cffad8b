"""Log-probabilities, where answers do not repeat: they show what was cut and heated without any text being the same.

`processed` ones are the distribution that was drawn from; that of the first token has the same context in every answer.
`raw` ones are the model's own: how far the drawn tokens lie below the likeliest shows, over a whole answer, what was
left to draw from.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import EXTRA
from feinschliff.probing.controls import STILLING, Controls
from feinschliff.probing.finding import Finding, Heard, Step, Test, Wish, shown
from feinschliff.probing.lab import Lab
from feinschliff.probing.penalties import COOLED, STIRS, stir
from feinschliff.probing.truncation import CUTS, Cut, truncation

WISH: Mapping[str, JsonValue] = {"logprobs": True, "top_logprobs": 5}
COOL = 0.3
_COOLER = 0.6
"""At which cuts by the distance to the likeliest leave something out."""

_NEAR: Mapping[str, JsonValue] = {"top_k": 40, "top_p": 0.92, "min_p": 0.04}
"""Cut so much that it shows in few candidates."""

_SAME = 0.03
"""Nats between two distributions that are one, and below the likeliest of a token that is the likeliest."""
_BANNED = -1e4
_FEW = 12
"""Tokens that two answers must have to be compared."""
_CLEAR = 3.5
_ALIKE = 1.5
"""Standard errors between two means that differ, and that do not."""
_BEYOND = 8
_FEW_BEYOND = 2
"""Tokens of an answer beyond all of another, likewise."""
_ROUNDS = 3


@dataclass(frozen=True)
class Sight:
    """What the log-probabilities of this server are worth."""

    processed: bool
    plain: Heard

    def one_left(self, heard: Sequence[Heard]) -> bool:
        """Nothing but the likeliest token was left to draw."""
        return all(_one_left(h) if self.processed else max(_depths(h), default=1.0) <= _SAME for h in heard)

    def differ(self, wide: Sequence[Heard], narrow: Sequence[Heard]) -> bool | None:
        """Whether `narrow` was drawn from less than `wide`; None: not clear yet."""
        if self.processed:
            return not _alike(_first(wide[0]), _first(narrow[0]))
        a, b = ([d for h in part for d in _depths(h)] for part in (wide, narrow))
        if min(len(a), len(b)) < _FEW:
            return None
        spread = math.sqrt(statistics.variance(a) / len(a) + statistics.variance(b) / len(b))
        far = (statistics.fmean(a) - statistics.fmean(b)) / max(spread, 1e-9)
        beyond = sum(d > max(b) + _SAME for d in a)
        if far >= _CLEAR or beyond >= _BEYOND:
            return True
        return False if far <= _ALIKE and beyond <= _FEW_BEYOND else None


def find_sight(lab: Lab, c: Controls) -> Sight | None:
    """None where the server gives no log-probabilities, or has no temperature that tells what they are."""
    if c.hot_temperature is None:
        return None
    heard = lab.ask([c.hot_wish(1, WISH), c.hot_wish(1, {**WISH, "temperature": COOL})])
    if heard is None or any(h.refused or not h.answer.logprobs or len(_first(h)) < 2 for h in heard):
        return None
    moved = not _alike(_first(heard[0]), _first(heard[1]))
    for knob in () if moved else STILLING:  # the temperature may be without effect
        cut = lab.ask([c.hot_wish(1, {**WISH, **knob})])
        moved = moved or (cut is not None and bool(_first(cut[0])) and not _alike(_first(heard[0]), _first(cut[0])))
    return Sight(moved, heard[0])


def seen_cut(name: str, c: Controls, sight: Sight) -> Test:
    """Does a knob of `CUTS` act?"""
    cut = _cut(name)
    label = f"{name}={shown(cut.least)}"
    if not cut.greedy or sight.one_left([sight.plain]):
        return (yield from truncation(name, c, bounds=False))
    least = yield from _asked(c, {name: cut.least})
    if least[0].refused or not _first(least[0]):
        return (yield from truncation(name, c, bounds=False))
    if sight.one_left(least):
        return Finding("honoured", tr("With {label} only the likeliest token is left to draw.", label=label))
    acts = yield from _compared(c, sight, {}, {name: cut.least})
    if acts is None:
        return Finding("unknown", tr("With {label} the log-probabilities do not tell.", label=label))
    if not acts:
        return Finding("inert", tr("With {label} as much is left to draw from as without.", label=label))
    return Finding("clamped", tr("{label} acts, but leaves more than one token.", label=label))


def seen_end(name: str, c: Controls, sight: Sight, acting: Mapping[str, Finding]) -> Test:
    """The end of a knob of `CUTS` at which nothing is cut; `acting`: all that cut, the others are switched off."""
    cut, found = _cut(name), acting[name]
    near = _NEAR.get(name, cut.nearly_off)
    off: dict[str, JsonValue] = {other: _cut(other).off for other in acting}
    if cut.relative:
        off["temperature"] = _COOLER
    if not cut.greedy or (yield from _compared(c, sight, off, {**off, name: near}, found)) is not False:
        return found
    a, b = f"{name}={shown(near)}", f"{name}={shown(cut.off)}"
    note = tr("But {a} and {b} leave as much to draw from: values are moved.", a=a, b=b)
    return Finding("clamped", f"{found.evidence} {note}")


def seen_stir(name: str, c: Controls, sight: Sight) -> Test:
    """A knob of `STIRS`: more or less is drawn from, at a low temperature."""
    push = STIRS[name.removeprefix(EXTRA)]
    cool: dict[str, JsonValue] = {"temperature": COOL}
    stirred = {**cool, name: push.values[0]}
    first = yield from _asked(c, stirred)
    if first[0].refused:
        return (yield from stir(name, c, push))
    label = f"{name}={shown(push.values[0])}"
    wider = yield from _compared(c, sight, stirred, cool)
    narrows = not sight.processed and name not in COOLED
    if wider or (narrows and (yield from _compared(c, sight, cool, stirred))):
        return Finding("honoured", tr("With {label} something else is left to draw from.", label=label))
    if wider is None or (sight.processed and name == "xtc_probability"):
        return Finding("unknown", tr("With {label} the log-probabilities do not tell.", label=label))
    return Finding("inert", tr("With {label} as much is left to draw from as without.", label=label))


def seen_heat(c: Controls, sight: Sight, found: Finding) -> Test:
    """The ends of the temperature; `found`: what texts say of it."""
    ends = (({"temperature": COOL}, {"temperature": 0.02}), ({"temperature": 50.0}, {"temperature": 5.0}))
    lowest = yield from _asked(c, ends[0][1], found)
    if not lowest[0].refused and not sight.one_left(lowest):
        if (yield from _compared(c, sight, {}, ends[0][1], found)) is not True:
            return found
        found = Finding("honoured", tr("The log-probabilities change with it."))
        if (yield from _compared(c, sight, *ends[0], found)) is False:
            return _moved(found, COOL, 0.02)
    highest = yield from _asked(c, ends[1][1], found)
    if not highest[0].refused and (yield from _compared(c, sight, *ends[1], found)) is False:
        return _moved(found, 5.0, 50.0)
    return found


def _moved(found: Finding, a: float, b: float) -> Finding:
    note = tr("But {a} and {b} leave the same to draw from: values are moved.", a=shown(a), b=shown(b))
    return Finding("clamped", f"{found.evidence} {note}")


def _asked(
    c: Controls, values: Mapping[str, JsonValue], otherwise: Finding | None = None, *, rounds: int = 1
) -> Generator[Step, list[Heard], list[Heard]]:
    wishes: list[Wish] = [c.hot_wish(1, {**WISH, **values}, repeat=i) for i in range(rounds)]
    return (yield Step(wishes) if otherwise is None else Step(wishes, otherwise))


def _compared(
    c: Controls,
    sight: Sight,
    wide: Mapping[str, JsonValue],
    narrow: Mapping[str, JsonValue],
    otherwise: Finding | None = None,
) -> Generator[Step, list[Heard], bool | None]:
    """As `Sight.differ`, of as many answers as it takes; None: still not clear."""
    for rounds in range(1, _ROUNDS + 1):
        a = yield from _asked(c, wide, otherwise, rounds=rounds)
        b = yield from _asked(c, narrow, otherwise, rounds=rounds)
        if any(h.refused for h in (*a, *b)):
            return None
        differ = sight.differ(a, b)
        if differ is not None and (differ or sight.processed or rounds > 1):
            return differ
    return None


def seen_again(name: str, c: Controls, sight: Sight, found: Finding) -> Test:
    """`found` by `seen_stir`, where the second answers say by themselves what all of them say: chance does not.

    Of `processed` ones one is as good as many.
    """
    if sight.processed:
        return found
    cool: dict[str, JsonValue] = {"temperature": COOL}
    wishes = [
        c.hot_wish(1, {**WISH, **values}, repeat=1)
        for values in (cool, {**cool, name: STIRS[name.removeprefix(EXTRA)].values[0]})
    ]
    doubtful = Finding("unknown", tr("The log-probabilities do not tell."))
    a, b = yield Step(wishes, doubtful)
    if a.refused or b.refused:
        return doubtful
    return found if sight.differ([b], [a]) or (name not in COOLED and sight.differ([a], [b])) else doubtful


def _cut(name: str) -> Cut:
    return CUTS[name.removeprefix(EXTRA)]


def _first(heard: Heard) -> dict[str, float]:
    """Candidates of the first token that may be drawn, with their log-probabilities."""
    positions = heard.answer.logprobs
    top = positions[0].top if positions else ()
    return {t.token: t.logprob for t in top if t.logprob is not None and t.logprob > _BANNED}


def _one_left(heard: Heard) -> bool:
    return max(_first(heard).values(), default=-1.0) >= -_SAME


def _alike(a: Mapping[str, float], b: Mapping[str, float]) -> bool:
    return a.keys() == b.keys() and all(abs(a[t] - b[t]) <= _SAME for t in a)


def _depths(heard: Heard) -> list[float]:
    """How far below the likeliest one each drawn token lies, in nats."""
    positions = heard.answer.logprobs or ()
    return [
        max(t.logprob for t in p.top if t.logprob is not None) - p.logprob
        for p in positions
        if p.logprob is not None and any(t.logprob is not None for t in p.top)
    ]
