"""Fields whose effect nobody can foresee: only whether they are read, by what the server says to a wrong type."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import EXTRA, row_of
from feinschliff.probing.controls import Controls
from feinschliff.probing.finding import Finding, Step, Test, shown
from feinschliff.probing.lab import Lab
from feinschliff.probing.refusals import is_named, is_unknown_field

_WRONG: JsonValue = {"no": ["such", "type"]}
_NO_OBJECT: JsonValue = 7


def field(name: str, c: Controls, *, values: Sequence[JsonValue] = (), echoed: bool = False) -> Test:
    """`values`: two that are searched; where they change a text that otherwise repeats, the field acts.

    `echoed`: the server tells what it applied, and this field is not in it.

    A wrong type is sent too: whoever refuses it as such reads the field, which says nothing yet of what it does.
    """
    for value in values:
        heard = yield Step([c.hot_wish(c.seed, {name: value})])
        if heard[0].refused:
            return Finding("rejected", tr("Refused: {why}", why=heard[0].why))
        if c.repeats and heard[0].text != c.plain.text:
            again = yield Step([c.hot_wish(c.seed, {name: value}, repeat=1)])
            if again[0].text == heard[0].text:
                label = f"{name}={shown(value)}"
                return Finding(
                    "honoured", tr("With {label} the same request gives another text, twice the same.", label=label)
                )
    heard = yield Step([c.hot_wish(c.seed, {name: _wrong(name)})])
    return _refused(heard[0].answer.failure or "", heard[0].why) if heard[0].refused else _unnoticed(echoed=echoed)


def together(lab: Lab, c: Controls, names: Sequence[str], *, echoed: bool) -> dict[str, Finding]:
    """Findings of such fields by wrong types of all of them at once, those that a refusal names and halves apart."""
    findings: dict[str, Finding] = {}
    left = list(names)
    while left:
        heard = lab.ask([c.hot_wish(c.seed, {name: _wrong(name) for name in left})])
        if heard is None:
            break
        if not heard[0].refused:
            return findings | dict.fromkeys(left, _unnoticed(echoed=echoed))
        words = heard[0].answer.failure or ""
        named = [name for name in left if is_named(name.removeprefix(EXTRA), words)] if len(left) > 1 else left
        findings |= {name: _refused(words, heard[0].why) for name in named}
        left = [name for name in left if name not in named]
        if not named:
            half = len(left) // 2
            for part in (left[:half], left[half:]):
                findings |= together(lab, c, part, echoed=echoed)
            break
    return findings


def _refused(words: str, why: str) -> Finding:
    """Of a wrong type."""
    if is_unknown_field(words):
        return Finding("rejected", tr("Refused: {why}", why=why))
    return Finding("unknown", tr("A wrong type is refused; what it does is not seen: {why}", why=why))


def _wrong(name: str) -> JsonValue:
    row = row_of(name)
    return _NO_OBJECT if row is not None and row.kind == "json" else _WRONG


def _unnoticed(*, echoed: bool) -> Finding:
    if echoed:
        return Finding(
            "inert", tr("It is not in the server's list of what it applied, and a wrong type goes unnoticed.")
        )
    return Finding("unknown", tr("A wrong type is taken without a word: it is ignored, or not looked at."))
