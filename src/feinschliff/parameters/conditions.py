"""Conditions: a parameter that is searched or sent only where others have certain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from feinschliff.errors import ParameterError
from feinschliff.i18n import tr
from feinschliff.parameters.knobs import Choices, Knob, Range, holds, meet

When = Mapping[str, Knob]
"""By another parameter the values of it under which a parameter is in force; all of them must hold."""


def check_conditions(
    when: Mapping[str, When], knobs: Mapping[str, Knob], fixed: Mapping[str, JsonValue]
) -> dict[str, dict[str, Knob]]:
    """The conditions of each parameter, with those of the parameters that it depends on.

    Raises: ParameterError for a condition on a parameter that is not given or a value that it never has, for
    conditions in a circle, and for some that exclude each other.
    """
    for name, conditions in when.items():
        for other, wanted in conditions.items():
            _check_one(name, other, wanted, knobs, fixed)
    return {name: _closed(name, when, (name,)) for name in when}


def told(conditions: When) -> str:
    """Conditions as the command line writes them: `[model=b][top_k=1:50]`."""
    return "".join(f"[{name}={_told(knob)}]" for name, knob in conditions.items())


def _told(knob: Knob) -> str:
    if isinstance(knob, Range):
        return f"{knob.low:g}:{knob.high:g}"
    return ",".join(f"{value:g}" if isinstance(value, float) else str(value) for value in knob.values)


def _check_one(name: str, other: str, wanted: Knob, knobs: Mapping[str, Knob], fixed: Mapping[str, JsonValue]) -> None:
    asked = f"{name}{told({other: wanted})}"
    if other in knobs:
        possible = knobs[other]
    elif other in fixed:
        possible = Choices((fixed[other],))
    else:
        raise ParameterError(
            tr("'{name}' depends on '{other}', which is neither searched nor fixed", name=name, other=other),
            asked=asked,
            found=tr("given are ") + ", ".join([*knobs, *fixed]),
            mend=tr("give {other} as well, as in -p {other}=..., or leave out the condition", other=other),
        )
    outside = wanted.values if isinstance(wanted, Choices) else ()
    if meet(possible, wanted) is None or not all(holds(possible, value) for value in outside):
        raise ParameterError(
            tr("'{name}' depends on a value that '{other}' never has", name=name, other=other),
            asked=asked,
            found=f"{other}={_told(possible)}",
            mend=tr("name a value that {other} can have, or leave out {name}", other=other, name=name),
        )


def _closed(name: str, when: Mapping[str, When], path: Sequence[str]) -> dict[str, Knob]:
    """The conditions of a parameter and of all that it depends on; `path`: how we came to it."""
    found: dict[str, Knob] = {}
    for other, wanted in when.get(name, {}).items():
        if other in path:
            raise ParameterError(
                tr("the conditions go round in a circle"),
                asked=" -> ".join([*path, other]),
                mend=tr("leave out one of them"),
            )
        for one, knob in {other: wanted, **_closed(other, when, (*path, other))}.items():
            common = meet(found[one], knob) if one in found else knob
            if common is None:
                raise ParameterError(
                    tr("'{name}' can never be in force: its conditions exclude each other", name=path[0]),
                    asked=f"{told({one: found[one]})} {told({one: knob})}",
                    mend=tr("leave out one of them"),
                )
            found[one] = common
    return found
