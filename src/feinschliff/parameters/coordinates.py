"""Where values lie in the space, by what they do: one place for all that mean the same."""

from __future__ import annotations

from pydantic import JsonValue

from feinschliff.parameters.catalogue import parameter
from feinschliff.parameters.knobs import Choices, Knob, Range
from feinschliff.parameters.values import is_number
from feinschliff.records import Settings


def is_greedy(settings: Settings) -> bool:
    """True where the likeliest token is always taken."""
    values = settings.values
    if _is_on(values.get("mirostat")):
        return values.get("temperature") == 0  # mirostat takes the place of top-k
    if values.get("top_k") == 1:
        return True
    # a moving temperature leaves 0, and XTC takes likely tokens away, at random
    moved = _is_on(values.get("dynatemp_range")) or _is_on(values.get("xtc_probability"))
    return values.get("temperature") == 0 and not moved


def _is_on(value: JsonValue) -> bool:
    return isinstance(value, int | float) and value > 0


def coordinate(name: str, knob: Range, value: JsonValue, *, hidden: bool) -> float:
    """Where a value of this parameter lies on its range, 0 to 1; `hidden`: greedy sampling may hide it."""
    row = parameter(name)
    if hidden and row.greedy_hides:
        # Not where the value is, but at one agreed place: the neutral end, where nothing is cut off.
        at_top = row.neutral is None or row.neutral >= knob.high or row.off_beyond
        return 1.0 if at_top else 0.0
    if not is_number(value):
        if row.neutral is None:
            return 0.5
        return 1.0 if row.off_beyond else knob.unit(row.neutral)
    if row.off_beyond and row.neutral is not None and value <= row.neutral:
        return 1.0
    return knob.unit(float(value))


def neutral_value(name: str, knob: Knob) -> JsonValue:
    """The value of the knob that changes the model's distribution least; the first of choices."""
    if isinstance(knob, Choices):
        return knob.values[0]
    row = parameter(name)
    if row.neutral is None:
        return knob.at(1.0 if name == "max_tokens" else 0.5)
    if row.kind == "int" and row.neutral == 0:
        return knob.at(1.0)  # top_k: 0 is off, and the widest that may be searched comes nearest
    value = min(knob.high, max(knob.low, row.neutral))
    return int(value) if knob.integer else value
