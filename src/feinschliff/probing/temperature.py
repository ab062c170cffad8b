"""Does the temperature act, down to 0 and far up? And the seed?"""

from __future__ import annotations

from dataclasses import replace

from feinschliff.i18n import tr
from feinschliff.probing.controls import Controls
from feinschliff.probing.finding import Finding, Step, Test, likeness, shown

_FAR = (5.0, 50.0)
"""Far above what anybody uses: a server that clamps makes the same of both."""

_NEAR_ZERO = 0.02

_BEGINNING = 2


def temperature(c: Controls, *, bounds: bool) -> Test:
    """`bounds`: also look for a range that values are moved into."""
    found = _acts(c)
    if found.status == "clamped" and c.repeats:
        found = yield from _without_noise(c, found)
    if found.status != "honoured" or not bounds:
        return found
    far = yield Step([c.hot_wish(1, {"temperature": t}) for t in _FAR], found)
    if far[0].refused and far[1].refused:
        return Finding("honoured", found.evidence + " " + tr("{value} is refused.", value=shown(_FAR[0])))
    same = far[0].text == far[1].text or (far[1].refused and far[0].text == c.hot[0].text)
    if c.repeats and not far[0].refused and same and far[0].text != c.greedy[0].text:
        return Finding(
            "clamped",
            found.evidence
            + " "
            + tr("But {a} and {b} give the same text: high values are moved.", a=shown(_FAR[0]), b=shown(_FAR[1])),
        )
    note = (
        tr("{a} is taken as well, {b} is refused.", a=shown(_FAR[0]), b=shown(_FAR[1]))
        if far[1].refused
        else tr("{value} is taken as well: no upper limit was seen.", value=shown(_FAR[1]))
    )
    return replace(found, evidence=f"{found.evidence} {note}")


def _without_noise(c: Controls, found: Finding) -> Test:
    """`found` where it stands when temperature 0 is asked once more."""
    zero = {"temperature": c.cold_temperature}
    low, *again = yield Step(
        [c.hot_wish(1, {"temperature": _NEAR_ZERO}), *(c.hot_wish(seed, zero, repeat=1) for seed in (1, 2))], found
    )
    texts = [{c.greedy[i].text, again[i].text} for i in range(2)]
    if texts[0] & texts[1]:
        return Finding(
            "honoured", tr("At {cold} two seeds give, noise apart, one text.", cold=shown(c.cold_temperature))
        )
    if texts[0] & c.texts(1) and texts[1] & c.texts(2):
        return Finding(
            "inert", tr("With two seeds, 0 gave, noise apart, what {hot} gave.", hot=shown(c.hot_temperature))
        )
    if low.text in texts[0]:
        return found
    return Finding("honoured", tr("Temperature 0 and {hot} give different texts.", hot=shown(c.hot_temperature)))


def _acts(c: Controls) -> Finding:
    hot = shown(c.hot_temperature)
    if c.hot_temperature is None:
        return Finding("rejected", tr("Refused: {why}", why=c.temperature_refused))
    if not c.greedy:
        return Finding("rejected", tr("Only {value} is taken; 0 and 0.01 are refused.", value=hot))
    cold = shown(c.cold_temperature)
    if all(not h.text for h in (*c.hot, *c.greedy)):
        return Finding("unknown", tr("The model says nothing at all."))
    hot_texts, greedy_texts = {h.text for h in c.hot}, {h.text for h in c.greedy}
    if c.constant and not hot_texts & greedy_texts:
        return Finding(
            "honoured",
            tr("At {cold} two seeds give one text, at {hot} other ones.", cold=cold, hot=hot)
            if c.varies
            else tr("At {cold} and at {hot} it says different things.", cold=cold, hot=hot),
        )
    if c.constant and c.varies:
        return Finding("honoured", tr("At {cold} two seeds give one text, at {hot} several.", cold=cold, hot=hot))
    if c.constant:
        return Finding(
            "unknown",
            tr(
                "At {cold} and at {hot} it says the same: either it is not used, or the model is too certain to tell.",
                cold=cold,
                hot=hot,
            ),
        )
    if c.repeats and c.greedy[0].text in c.texts(1) and c.greedy[1].text in c.texts(2):
        return Finding("inert", tr("With two seeds, {cold} gave word for word what {hot} gave.", cold=cold, hot=hot))
    if c.wavers:
        return Finding("honoured", tr("At {cold} texts begin alike, at {hot} they do not.", cold=cold, hot=hot))
    if c.repeats:
        return Finding(
            "clamped",
            tr(
                "At {cold} two seeds give two texts, as if it were higher, and others than at {hot}.",
                cold=cold,
                hot=hot,
            ),
        )
    if _begins_still(c):
        return Finding("clamped", tr("At {cold} texts differ, but begin like the likeliest one.", cold=cold))
    if likeness(c.greedy[0].words, c.greedy[1].words) <= c.chance + 0.05:
        return Finding(
            "inert", tr("At {cold} two texts differ from the first word on, as at {hot}.", cold=cold, hot=hot)
        )
    return Finding("unknown", tr("Texts differ at {cold} too, though less.", cold=cold))


def _begins_still(c: Controls) -> bool:
    """A text of temperature 0 begins with two words of the text of the likeliest tokens, and no hot one with one."""
    first = c.still_words[:_BEGINNING]
    return (
        len(first) == _BEGINNING
        and any(h.words[:_BEGINNING] == first for h in c.greedy)
        and not any(h.words[:1] == first[:1] for h in c.hot)
    )


def seed(c: Controls) -> Test:
    """Does the same seed repeat a text, and another one change it?"""
    if c.seed_refused is not None:
        return Finding("rejected", tr("Refused: {why}", why=c.seed_refused))
    if c.repeats and c.varies:
        return Finding("honoured", tr("The same seed gives the same text, another one another."))
    if c.repeats:
        if c.greedy_text is not None:
            return Finding("inert", tr("Two seeds give one text, although the temperature acts."))
        return Finding("unknown", tr("All seeds give one text: the model is too certain to tell."))
    if not any(heard.text for heard in c.hot):
        return Finding("unknown", tr("The model says nothing."))
    # Answers can differ by noise: two more of the same seed decide.
    again = yield Step([c.hot_wish(1, {}, repeat=2), c.hot_wish(1, {}, repeat=3)])
    texts = [c.hot[0].text, c.hot[2].text, *(h.text for h in again)]
    if len(set(texts)) < len(texts):
        return Finding("honoured", tr("The same seed gives mostly, but not always, the same text."))
    words = [c.hot[0].words, c.hot[2].words, *(h.words for h in again)]
    same = max(likeness(a, b) for i, a in enumerate(words) for b in words[:i])
    if same > 0.5 and likeness(c.hot[0].words, c.hot[1].words) < 0.2:
        return Finding("honoured", tr("The same seed gives texts that begin alike, another one does not."))
    return Finding("inert", tr("The same seed gave {n} different texts.", n=len(texts)))
