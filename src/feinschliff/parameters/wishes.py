"""What somebody wrote for one parameter: a range, choices, or a value, and the conditions of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from feinschliff.errors import ParameterError
from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import EXTRA, check_value, parameter
from feinschliff.parameters.knobs import Choices, Knob, Range, same
from feinschliff.parameters.values import is_number

WHEN = "when"
_KINDS = ("range", "choices", "value")


class Usual(tuple[float, float]):
    """A range of ours: what a backend does not take of it is left out, where the same wish of a user is an error."""

    __slots__ = ()


def conditions_of(name: str, wanted: object) -> tuple[object, dict[str, Knob]]:
    """(what is wanted of a parameter, by other parameters the values under which it is).

    A table of `range`, `choices` or `value`, and `when`; anything else has no conditions.

    Raises: ParameterError for conditions that are no table, and for unknown names and wrong values in them.
    """
    if not isinstance(wanted, Mapping) or not _is_conditional(name, wanted):
        return wanted, {}
    conditions = wanted.get(WHEN, {})
    if not isinstance(conditions, Mapping):
        raise ParameterError(
            tr("the conditions of '{name}' are no table", name=name),
            asked=f"{name}={dict(wanted)!r}",
            mend=tr('write when = {model = "NAME"}'),
        )
    kind = next(kind for kind in _KINDS if kind in wanted)
    wish = {"range": wanted[kind], "choices": {"choices": wanted[kind]}, "value": {"choices": [wanted[kind]]}}[kind]
    if kind == "range" and not is_span(wish):
        raise ParameterError(
            tr("the range of '{name}' is not two numbers", name=name),
            asked=f"{name}={dict(wanted)!r}",
            mend=tr("write {name} = {{range = [LOW, HIGH]}}", name=name),
        )
    return wish, {(row := parameter(other)).name: _condition(row.name, value) for other, value in conditions.items()}


def _is_conditional(name: str, wanted: Mapping[object, object]) -> bool:
    """Exactly one of the kinds, and conditions: any other table is a value of its own, or a mistake."""
    kinds = [key for key in wanted if key != WHEN]
    is_table = name.startswith(EXTRA) or parameter(name).kind == "json"
    return len(kinds) == 1 and kinds[0] in _KINDS and (WHEN in wanted or (kinds[0] == "range" and not is_table))


def _condition(name: str, wanted: object) -> Knob:
    knob = knob_of(name, wanted)
    return Choices((check_value(name, plain_value(name, wanted)),)) if knob is None else knob


def is_span(wanted: object) -> bool:
    """Whether it is two numbers."""
    return isinstance(wanted, list | tuple) and len(wanted) == 2 and all(is_number(w) for w in wanted)


def knob_of(name: str, wanted: object) -> Knob | None:
    """A knob where `wanted` says that the parameter may move, else None. Raises: ParameterError."""
    row = parameter(name)
    if row.kind == "json" and (row.shape == "list" or not isinstance(wanted, list | tuple)) and not _is_choices(wanted):
        return None  # the list or object is the value itself
    if isinstance(wanted, Mapping):
        if name.startswith(EXTRA) and "choices" not in wanted:
            return None
        if set(wanted) != {"choices"} or not isinstance(wanted["choices"], list | tuple):
            raise ParameterError(
                tr("'{name}' is a table without a list 'choices'", name=name),
                asked=f"{name}={dict(wanted)!r}",
                mend=tr('write {name} = {{choices = ["...", "..."]}}', name=name),
            )
        return _choices(name, wanted["choices"])
    if not isinstance(wanted, list | tuple):
        return None
    if is_span(wanted):
        return _range(name, wanted[0], wanted[1], usual=isinstance(wanted, Usual))
    return _choices(name, wanted)


def _is_choices(wanted: object) -> bool:
    return isinstance(wanted, Mapping) and set(wanted) == {"choices"}


def _range(name: str, low: float, high: float, *, usual: bool = False) -> Range | Choices:
    row = parameter(name)
    if row.kind not in {"float", "int"}:
        raise ParameterError(
            tr("'{name}' is no number and has no range", name=name),
            asked=f"{name}={low}:{high}",
            mend=tr("give a list of choices"),
        )
    check_value(name, low)
    check_value(name, high)
    if low > high:
        raise ParameterError(
            tr("the range of '{name}' is upside down: {low:g} is above {high:g}", name=name, low=low, high=high),
            asked=f"{name}={low:g}:{high:g}",
            mend=tr("write {name}={high:g}:{low:g}", name=name, high=high, low=low),
        )
    if low == high:
        return Choices((check_value(name, low),))
    integer = row.kind == "int" or (name.startswith(EXTRA) and isinstance(low, int) and isinstance(high, int))
    return Range(float(low), float(high), integer=integer, log=row.log and low > 0, usual=usual)


def _choices(name: str, wanted: Sequence[object]) -> Choices:
    if not wanted:
        raise ParameterError(
            tr("'{name}' has an empty list of choices", name=name), asked=f"{name}=[]", mend=tr("give at least one")
        )
    values: list[JsonValue] = []
    for w in wanted:
        value = check_value(name, plain_value(name, w))
        if not any(same(value, v) for v in values):
            values.append(value)
    return Choices(tuple(values))


def plain_value(name: str, value: object) -> JsonValue:
    """The value as JSON. Raises: ParameterError for what is none."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [plain_value(name, v) for v in value]
    if isinstance(value, Mapping):
        return {str(key): plain_value(name, v) for key, v in value.items()}
    raise ParameterError(
        tr("'{name}' has a value that is no JSON: {value!r}", name=name, value=value),
        asked=name,
        mend=tr("give a number or a text"),
    )
