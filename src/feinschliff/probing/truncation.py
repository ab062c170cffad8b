"""Knobs that cut unlikely tokens: at their far end only the likeliest is left, so the text must be that of temperature
0, or at least the same for every seed."""

from __future__ import annotations

from collections.abc import Container, Generator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import JsonValue

from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import EXTRA
from feinschliff.probing.controls import STILLING, Controls
from feinschliff.probing.finding import Finding, Heard, Step, Test, likeness, shown
from feinschliff.probing.refusals import is_unknown_field

_ALIKE = 0.3
_UNLIKE = 0.15
"""Likeness of texts that begin alike, and of those that have nothing in common."""

_MORE = 0.05

_CUT_SHORT = 32
"""Characters that two texts have in common for no other reason than that they are one."""

LONG = 24
"""Words of an answer in which a cut must show."""


@dataclass(frozen=True)
class Cut:
    """The values that show what becomes of one such knob."""

    least: JsonValue
    """Leaves one token."""
    next: JsonValue
    """Next to it: a server that clamps makes the same of both."""
    mild: JsonValue
    """Taken wherever the knob is; None: that is also true of the others."""
    off: JsonValue
    """Cuts nothing."""
    nearly_off: JsonValue
    within: JsonValue = None
    """Cuts so much that it shows, and is not below what servers set by themselves; None: there is none."""
    relative: bool = False
    """Cuts by the distance to the likeliest, which shows best where temperatures are low."""
    greedy: bool = True
    """False: the one token that is left need not be the likeliest."""


CUTS: Mapping[str, Cut] = MappingProxyType(
    {
        "top_k": Cut(1, 2, None, 100_000, 0, within=40),
        "top_p": Cut(0.0001, 0.02, 0.5, 1.0, 0.92, within=0.92),
        "min_p": Cut(1.0, 0.9, 0.2, 0.0, 0.015, relative=True),
        "typical_p": Cut(0.001, 0.02, None, 1.0, 0.92, greedy=False),
        "typical": Cut(0.001, 0.02, None, 1.0, 0.92, greedy=False),
        "top_n_sigma": Cut(0.01, 0.05, 0.5, 100.0, 50.0),
        "tfs_z": Cut(0.001, 0.02, 0.5, 1.0, 0.97),
        "top_a": Cut(1.0, 0.9, 0.2, 0.0, 0.02),
    }
)


def truncation(name: str, c: Controls, *, bounds: bool) -> Test:
    """`bounds`: also look for a range that values are moved into."""
    cut = CUTS[name.removeprefix(EXTRA)]
    label = f"{name}={shown(cut.least)}"
    control = c.plain
    heard = yield Step([c.hot_wish(c.seed, {name: cut.least})])
    if heard[0].refused:
        return (yield from _refused(name, c, cut, heard[0]))
    text = heard[0].text
    if not text and not control.text:
        return Finding("unknown", tr("The model says nothing at all."))
    if c.greedy_text is not None and text == c.greedy_text and text != control.text:
        found = Finding("honoured", tr("With {label} the hot text became that of temperature 0.", label=label))
        return (yield from _upper(name, c, cut, found)) if bounds else found
    if text == control.text and c.repeats:
        return _unchanged(label, c)
    return (yield from _otherwise(name, c, cut, heard[0], bounds=bounds))


def _unchanged(label: str, c: Controls) -> Finding:
    if c.greedy_text is None and not c.varies:
        return Finding("unknown", tr("Nothing changes with {label}; the model is too certain to tell.", label=label))
    if c.greedy_text is not None and c.plain.text == c.greedy_text:
        return Finding("unknown", tr("Nothing changes with {label}; the model is too certain to tell.", label=label))
    return Finding("inert", tr("With {label} it says word for word what it says without.", label=label))


def _refused(name: str, c: Controls, cut: Cut, first: Heard) -> Test:
    """The value is refused, or the field."""
    if cut.mild is None or is_unknown_field(first.answer.failure or ""):
        return Finding("rejected", tr("Refused: {why}", why=first.why))
    mild = yield Step([c.hot_wish(c.seed, {name: cut.mild})], Finding("rejected", tr("Refused: {why}", why=first.why)))
    if mild[0].refused:
        return Finding("rejected", tr("Refused: {why}", why=first.why))
    if c.repeats and mild[0].text == c.plain.text:
        return Finding(
            "unknown", tr("{value} changes nothing, and {least} is refused.", value=cut.mild, least=cut.least)
        )
    if not c.repeats:
        return Finding("unknown", tr("{least} is refused, and texts do not repeat.", least=cut.least))
    return Finding("honoured", tr("{value} changes the text; {least} is refused.", value=cut.mild, least=cut.least))


def _otherwise(name: str, c: Controls, cut: Cut, first: Heard, *, bounds: bool) -> Test:
    """Neither the still text nor the control's: another seed, the same again, and the value next to it."""
    label = f"{name}={shown(cut.least)}"
    control = c.plain
    other = (yield Step([c.hot_wish(3 - c.seed, {name: cut.least})]))[0]
    if c.varies and _is_one(other, first) and first.text != control.text:
        return (yield from _one_text(name, c, cut, label, bounds=bounds))
    if c.varies and c.repeats and cut.greedy:
        near = (yield Step([c.hot_wish(c.seed, {name: cut.next})]))[0]
        if near.text == first.text:  # and not the control's: no noise makes the same twice
            return _kept_apart(label, cut)
    again = (yield Step([c.hot_wish(c.seed, {name: cut.least}, repeat=1)]))[0]
    texts = [first.text, other.text, again.text]
    if c.varies and control.text not in texts and other.text == again.text:
        return (yield from _one_text(name, c, cut, label, bounds=bounds))
    if c.greedy_text is not None and c.greedy_text in texts:
        return Finding(
            "honoured", tr("With {label} the hot text became, noise apart, that of temperature 0.", label=label)
        )
    reference = c.still.words if c.still is not None else c.greedy[0].words if c.wavers else other.words
    alike = max(likeness(h.words, reference) for h in (first, again) if h.words is not reference)
    if alike >= _ALIKE and likeness(control.words, reference) <= _UNLIKE and (c.still is not None or c.wavers):
        return Finding("honoured", tr("With {label} texts begin like those of temperature 0.", label=label))
    if c.repeats and control.text in texts:
        return Finding("inert", tr("With {label} it says, noise apart, what it says without.", label=label))
    if not c.repeats:
        if max(likeness(first.words, h.words) for h in (other, again)) <= max(_UNLIKE, c.chance + _MORE):
            return Finding("inert", tr("With {label} texts differ as much as without.", label=label))
        return Finding("unknown", tr("With {label} texts differ, though less than without.", label=label))
    if cut.greedy and not c.varies and c.greedy_text is None:
        agreed = yield from _agreed(name, c, label, {first.text, again.text})
        if agreed is not None:
            return agreed
    near, third = yield Step([c.hot_wish(c.seed, {name: cut.next}), c.hot_wish(c.seed, {name: cut.least}, repeat=2)])
    if control.text == third.text:
        return Finding("inert", tr("With {label} it says, noise apart, what it says without.", label=label))
    if cut.greedy and near.text in (first.text, again.text, third.text):
        return _kept_apart(label, cut)
    if len({first.text, again.text, third.text}) == 3:
        return Finding("unknown", tr("With {label} the same seed gave three texts.", label=label))
    return Finding("honoured", tr("With {label} the same seed gives another text, twice the same.", label=label))


def _is_one(a: Heard, b: Heard) -> bool:
    """The same text, or one that a chance end has cut short."""
    short, long = sorted((a.text or "", b.text or ""), key=len)
    return short == long or (len(short) >= _CUT_SHORT and long.startswith(short))


def _one_text(name: str, c: Controls, cut: Cut, label: str, *, bounds: bool) -> Test:
    found = Finding("honoured", tr("With {label} two seeds give one text, without it several.", label=label))
    return (yield from _upper(name, c, cut, found)) if bounds else found


def _kept_apart(label: str, cut: Cut) -> Finding:
    return Finding(
        "clamped",
        tr("{label} acts, but leaves more than one token, just as {next} does.", label=label, next=shown(cut.next)),
    )


def _agreed(
    name: str, c: Controls, label: str, texts: Container[str | None]
) -> Generator[Step, list[Heard], Finding | None]:
    """Where nothing else shows the likeliest token: two knobs that leave only one leave the same."""
    others = [other for other in STILLING if name not in other]
    for values, heard in zip(others, (yield Step([c.hot_wish(c.seed, other) for other in others])), strict=True):
        if heard.text and heard.text in texts:
            same = ", ".join(f"{other}={shown(value)}" for other, value in values.items())
            return Finding(
                "honoured",
                tr("{label} and {same} give the same text, and another than without.", label=label, same=same),
            )
    return None


def _upper(name: str, c: Controls, cut: Cut, found: Finding) -> Test:
    """The end at which nothing is cut: the text must be the control's, unless the server cuts by itself."""
    if name == "top_k" and not c.repeats and c.greedy_text is not None:  # 0 is off, and what is moved up to 1 is not
        zero = (yield Step([c.hot_wish(c.seed, {name: cut.nearly_off})], found))[0]
        if zero.text == c.greedy_text:
            note = tr("But 0 does not switch it off: it is moved.")
            return Finding("clamped", f"{found.evidence} {note}", low=1)
        return found
    off = yield Step([c.hot_wish(c.seed, {name: cut.off})], found)
    if off[0].refused or not c.repeats:
        return found
    if off[0].text == c.plain.text:
        return (yield from _cut_already(name, c, cut, found))
    near = yield Step([c.hot_wish(c.seed, {name: cut.nearly_off})], found)
    moved = near[0].text == off[0].text
    if name == "top_k":  # 0 is off as well: the same of both is right, and where it is not, the large one was moved
        moved = not near[0].refused and near[0].text in (c.plain.text, c.greedy_text)
    if not moved:
        return found
    return Finding(
        "clamped",
        found.evidence
        + " "
        + tr("But {off} does not switch it off: it is moved to a smaller range.", off=f"{name}={shown(cut.off)}"),
    )


def _cut_already(name: str, c: Controls, cut: Cut, found: Finding) -> Test:
    """Nothing is cut at the far end, or as much as without the knob: then a value that cuts changes nothing either."""
    if cut.within is None or not c.varies or not c.flat or len(c.plain.words) < LONG:
        return found
    if name == "top_k" and len({word for heard in c.hot for word in heard.words}) <= 40:
        return found  # there may be no more words than that
    for seed in (c.seed, 3 - c.seed):
        near = (yield Step([c.hot_wish(seed, {name: cut.within})], found))[0]
        if near.refused or near.text not in c.texts(seed):
            return found
    label, off = f"{name}={shown(cut.within)}", f"{name}={shown(cut.off)}"
    note = tr("But {label} changes as little as {off}: values are moved to what is cut anyway.", label=label, off=off)
    return Finding("clamped", f"{found.evidence} {note}")
