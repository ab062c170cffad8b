"""The probe of a small run: searched knobs by as few answers as can tell, alone where there are enough, else in groups.

A request that says word for word what it says without a group of knobs, all at their far ends, settles all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import EXTRA
from feinschliff.probing.controls import Controls, find_taken
from feinschliff.probing.finding import Finding, Heard, shown
from feinschliff.probing.lab import Lab
from feinschliff.probing.penalties import PUSHES, STIRS
from feinschliff.probing.refusals import is_named, is_unknown_field
from feinschliff.probing.truncation import CUTS

_ENOUGH = 12
"""Words that are drawn at a high temperature: no cut to the likeliest leaves all of them."""
_REPEATED = 4
"""Words that come back in the control: so many that a penalty finds something to push away."""

_TWO = 2


def quick_findings(lab: Lab, names: Sequence[str]) -> dict[str, Finding]:
    """Findings of those that so few requests decide; nothing where the server's answers do not repeat."""
    values = {name: value for name in names if (value := _far(name)) is not None}
    c = find_taken(lab) if values else None
    if c is None:
        return {}
    heard = lab.ask([c.hot_wish(1, {}, repeat=repeat) for repeat in (0, 1)])
    if heard is None or heard[0].refused or not heard[0].text or heard[0].text != heard[1].text:
        return {}
    if c.hot_temperature is None:
        values.pop("temperature", None)
    return _Quick(lab, c, heard[0], values).found()


class _Quick:
    """The groups under way, and what they have shown."""

    def __init__(self, lab: Lab, c: Controls, plain: Heard, values: Mapping[str, JsonValue]) -> None:
        self._lab, self._c, self._plain, self._values = lab, c, plain, values
        self._same: list[str] = []
        self._findings: dict[str, Finding] = {}
        self._changed = False
        self._other: dict[str, str] = {}
        """Of two knobs that act together: if the one does not, the other does."""

    def found(self) -> dict[str, Finding]:
        groups = _groups(list(self._values), max(1, self._lab.left - 1))
        while groups and self._lab.left:
            self._ask(groups.pop(0), groups)
        if self._same and (self._changed or self._varies()):
            for name in self._same:
                self._findings[name] = self._inert(name)
        return self._findings

    def _ask(self, group: list[str], groups: list[list[str]]) -> None:
        answered = self._lab.ask([self._c.hot_wish(1, {name: self._values[name] for name in group})])
        if answered is None:
            return
        heard = answered[0]
        if heard.refused:
            words = heard.answer.failure or ""
            named = [n for n in group if is_named(n.removeprefix(EXTRA), words)] if len(group) > 1 else group
            if is_unknown_field(words):
                why = tr("Refused: {why}", why=heard.why)
                self._findings |= {name: Finding("rejected", why) for name in named}
            left = [name for name in group if name not in named]
            groups += [left] if named and left else _halves(left)
        elif heard.text == self._plain.text:
            self._same += group
            other = self._other.get(group[0]) if len(group) == 1 else None
            if other is not None and [other] in groups:
                groups.remove([other])
                self._acts([other, *group])
        else:
            self._changed = True
            if len(group) == 1:
                self._acts(group)
            elif len(group) == _TWO:
                self._other |= {group[0]: group[1], group[1]: group[0]}
            groups += _halves(group) if len(group) > 1 else []

    def _acts(self, sent: list[str]) -> None:
        """The first of what was sent together."""
        label = ", ".join(f"{name}={shown(self._values[name])}" for name in sent)
        what = tr("With {label} it says something else; no answer showed any noise.", label=label)
        self._findings[sent[0]] = Finding("honoured", what)

    def _varies(self) -> bool:
        """Another seed says something else: what changes nothing does nothing, and no certain model hides it."""
        heard = self._lab.ask([self._c.hot_wish(2, {})])
        return heard is not None and not heard[0].refused and heard[0].text != self._plain.text

    def _inert(self, name: str) -> Finding:
        label = f"{name}={shown(self._values[name])}"
        words = self._plain.words
        if len(words) < _ENOUGH or (name.removeprefix(EXTRA) in PUSHES and len(words) - len(set(words)) < _REPEATED):
            return Finding("unknown", tr("It changes nothing, but answers are too short to tell."))
        return Finding("inert", tr("With {label} it says word for word what it says without.", label=label))


def _far(name: str) -> JsonValue:
    """The value that shows most; None: no effect can be foreseen."""
    plain = name.removeprefix(EXTRA)
    if plain in CUTS:
        return CUTS[plain].least
    if plain in PUSHES or plain in STIRS:
        return {**PUSHES, **STIRS}[plain].values[0]
    return 0.0 if name == "temperature" else None


def _groups(names: list[str], most: int) -> list[list[str]]:
    """At most so many groups, the first ones the smallest."""
    most = min(most, len(names))
    sizes = [len(names) // most + (i >= most - len(names) % most) for i in range(most)]
    starts = [sum(sizes[:i]) for i in range(most)]
    return [names[start : start + size] for start, size in zip(starts, sizes, strict=True)]


def _halves(group: list[str]) -> list[list[str]]:
    half = len(group) // 2
    return [part for part in (group[:half], group[half:]) if part]
