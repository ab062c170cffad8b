"""The ends at which nothing is cut, of several knobs together: one request is the control of all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import EXTRA
from feinschliff.probing.controls import Controls
from feinschliff.probing.finding import Finding, Heard, Step, Test, likeness, shown
from feinschliff.probing.lab import Lab
from feinschliff.probing.truncation import CUTS, LONG, Cut

_COOLER = (1.0, 0.6)
_HOTTEST = 50.0
_BEGINS_ALIKE = 0.3
_LARGER = (100, 60, 40, 20)
_MARGIN = 1.3
"""Values of top_k that cut something where so many times as many words were seen; the largest need all to be alike."""
_LARGER_SHARE = 0.96
"""Likewise of top_p."""
_FURTHER = (3, 4, 5, 6)
"""Seeds that are asked as well: so mild a cut may leave what another draws."""


def find_ends(lab: Lab, c: Controls, findings: Mapping[str, Finding]) -> dict[str, Finding]:
    """What becomes of `findings` (of knobs of `CUTS` that act) at that end; those that are left out it does not tell.

    With all of them off, a mild cut by one must change the text, unless that knob was never off. Servers that cut by
    themselves make no difference: all that they could cut with is sent.
    """
    off: dict[str, JsonValue] = {name: _cut(name).off for name in findings}
    if all(_cut(name).within is None for name in off) or not c.repeats or len(c.plain.words) < LONG:
        return {}
    heard = lab.ask([c.hot_wish(c.seed, off)])
    if heard is None or not heard[0].text:
        return {}
    ends = {name: findings[name] for name in off if _cut(name).within is None}
    mild = {name: value for name, value in off.items() if name not in ends}
    if ends and heard[0].text != c.plain.text:
        without = lab.ask([c.hot_wish(c.seed, mild)])
        if without is None or without[0].text != heard[0].text:  # what may have been moved must not hide a mild cut
            ends, off = {}, mild
    alike = _all_alike(lab, c, off, heard[0])
    for name in mild:
        near = _mild(lab, name, alike=bool(alike))
        if near is None:
            continue
        seeds = (c.seed, 3 - c.seed, *(_FURTHER if near == _LARGER_SHARE else ()))
        same = _changes_nothing(lab, c, {**off, **alike}, name, near, seeds)
        if same is False and name == "top_p" and not alike:
            near = _LARGER_SHARE
            same = _changes_nothing(lab, c, off, name, near, (c.seed, 3 - c.seed, *_FURTHER))
        if same is False or (same and (alike or c.flat or heard[0].text != c.plain.text)):
            ends[name] = _moved(findings[name], name, near) if same else findings[name]
    return ends


def _all_alike(lab: Lab, c: Controls, off: Mapping[str, JsonValue], hot: Heard) -> dict[str, JsonValue]:
    """A temperature at which all words are alike, so that the mildest cut shows; none where it is moved."""
    hottest: dict[str, JsonValue] = {"temperature": _HOTTEST}
    alone = c.hot_wish(1, hottest)  # what has been seen of the temperature itself
    known = [] if lab.cost([alone]) else lab.ask([alone])
    if not c.flat or (known and known[0].refused):
        return {}
    heard = lab.ask([c.hot_wish(c.seed, {**off, **hottest})])
    if heard is None or heard[0].refused or len(heard[0].words) < LONG or heard[0].text == hot.text:
        return {}
    return hottest


def cooler(name: str, c: Controls, found: Finding) -> Test:
    """The same end of one knob that acts, at lower temperatures than that of the hot control."""
    cut = _cut(name)
    for temperature in _COOLER if cut.relative and c.repeats and c.flat else ():
        heat: dict[str, JsonValue] = {"temperature": temperature}
        off, plain = yield Step([c.hot_wish(c.seed, {**heat, name: cut.off}), c.hot_wish(c.seed, heat)], found)
        if off.refused or plain.refused:
            break
        if off.text != plain.text:
            # The server cuts by itself and no longer does, or the value was moved: then a small one is moved as well.
            wishes = [c.hot_wish(c.seed, {**heat, name: cut.nearly_off}), c.hot_wish(c.seed, heat, repeat=1)]
            near, again = yield Step(wishes, found)
            return _moved(found, name, cut.nearly_off) if near.text == off.text != again.text else found
    return found


def hotter(name: str, c: Controls, found: Finding) -> Test:
    """A moved value that leaves one token at the hot control's temperature leaves more at one that makes all alike."""
    cut = _cut(name)
    if not cut.greedy or c.hot_temperature is None or not c.cools or c.greedy_text is None:
        return found
    if c.repeats and (yield Step([c.hot_wish(1, {"temperature": _HOTTEST})], found))[0].refused:
        return found
    values: dict[str, JsonValue] = {"temperature": _HOTTEST, name: cut.least}
    for repeat in range(2):  # the second time for servers with noise
        heard = (yield Step([c.hot_wish(c.seed, values, repeat=repeat)], found))[0]
        if heard.refused or heard.text == c.greedy_text or likeness(heard.words, c.still_words) > _BEGINS_ALIKE:
            return found
    note = tr("But at temperature {t} it leaves more than one token: it is moved.", t=shown(_HOTTEST))
    return Finding("clamped", f"{found.evidence} {note}")


def _changes_nothing(
    lab: Lab, c: Controls, off: Mapping[str, JsonValue], name: str, near: JsonValue, seeds: Sequence[int]
) -> bool | None:
    """Whether a mild cut gives the text of no cut, for these seeds; None where nothing tells.

    One seed where another text came decides, and with noise one where the same came: noise makes no two texts the same.
    """
    found: bool | None = None
    for seed in seeds:
        heard = lab.ask([c.hot_wish(seed, off), c.hot_wish(seed, {**off, name: near})])
        if heard is None or any(h.refused for h in heard):
            return None if found and near == _LARGER_SHARE else found
        found = heard[0].text == heard[1].text
        if found == lab.noisy:
            break
    return found


def _moved(found: Finding, name: str, near: JsonValue) -> Finding:
    a, b = f"{name}={shown(near)}", f"{name}={shown(_cut(name).off)}"
    note = tr("But {a} and {b} give the same text: values are moved.", a=a, b=b)
    return Finding("clamped", f"{found.evidence} {note}")


def _mild(lab: Lab, name: str, *, alike: bool) -> JsonValue:
    """What still cuts something; None: nobody knows."""
    if name == "top_k":
        words = {word for answer in lab.answers for word in Heard(answer).words}
        return next((k for k in _LARGER if _MARGIN * k < len(words) and (alike or k <= _usual(name))), None)
    return _LARGER_SHARE if name == "top_p" and alike else _cut(name).within


def _usual(name: str) -> float:
    within = _cut(name).within
    assert isinstance(within, int | float)
    return within


def _cut(name: str) -> Cut:
    return CUTS[name.removeprefix(EXTRA)]
