"""How far back penalties look, seen by whichever of them acts."""

from __future__ import annotations

from pydantic import JsonValue

from feinschliff.i18n import tr
from feinschliff.probing.controls import Controls
from feinschliff.probing.finding import Finding, Step, Test, shown

_PENALTIES = ("repeat_penalty", "frequency_penalty", "presence_penalty")
_STRONG = 2.0


def window(name: str, c: Controls) -> Test:
    """`repeat_last_n`: 0 takes the penalty's effect away, and 1 most of it."""
    if c.steady is None:
        return (yield from _only_refusals(name, c))
    plain = c.steady.text
    for penalty in _PENALTIES:
        push: dict[str, JsonValue] = {penalty: _STRONG}
        wide = (yield Step([c.steady_wish(push)]))[0]
        if wide.refused or wide.text == plain:
            continue
        label = f"{penalty}={shown(_STRONG)}"
        none = (yield Step([c.steady_wish({**push, name: 0})]))[0]
        if none.text == plain:
            return Finding("honoured", tr("With {name}=0 {label} changes nothing, without it it does.", name=name,
                                          label=label))  # fmt: skip
        one = (yield Step([c.steady_wish({**push, name: 1})]))[0]
        if one.refused:  # and the penalty alone is not
            return Finding("rejected", tr("Refused: {why}", why=one.why))
        if one.text == wide.text:
            return Finding("inert", tr("{label} reaches as far with {name}=1 as without.", label=label, name=name))
        if one.text == none.text != plain:
            return Finding(
                "clamped",
                tr("With {name}=1 {label} gives another text, but the same with 0: it is moved.", name=name,
                   label=label),
            )  # fmt: skip
        again = (yield Step([c.steady_wish({**push, name: 1}, repeat=1)]))[0]
        if again.text == one.text:
            return Finding("honoured", tr("With {name}=1 {label} gives another text.", name=name, label=label))
        return Finding("unknown", tr("With {label} and {name}=1 the same request gives two texts.", label=label,
                                     name=name))  # fmt: skip
    return (yield from _only_refusals(name, c))


def _only_refusals(name: str, c: Controls) -> Test:
    heard = (yield Step([c.hot_wish(1, {name: 1})]))[0]
    if heard.refused:
        return Finding("rejected", tr("Refused: {why}", why=heard.why))
    if c.steady is None:
        return Finding("unknown", tr("It is taken; answers do not repeat, so what it does cannot be told."))
    return Finding("unknown", tr("It is taken; without a penalty that acts, nothing can be seen of it."))
