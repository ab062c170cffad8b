"""Is this value one that the parameter takes?"""

from __future__ import annotations

from typing import TypeGuard

from pydantic import JsonValue

from feinschliff.errors import ParameterError
from feinschliff.i18n import tr
from feinschliff.parameters.rows import Parameter


def check(row: Parameter, value: JsonValue) -> JsonValue:
    """`value` in the row's type; None stays None. Raises: ParameterError for a wrong type or one outside the range."""
    if value is None:
        return value
    if row.kind == "text":
        return _check_text(row, value)
    if row.kind == "json":
        return _check_json(row, value)
    if row.kind == "bool":
        if not isinstance(value, bool):
            raise wrong(row, value, tr("true or false"))
        return value
    return _check_number(row, value)


def _check_number(row: Parameter, value: JsonValue) -> JsonValue:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise wrong(row, value, tr("a number"))
    if row.kind == "int" and value != int(value):
        raise wrong(row, value, tr("a whole number"))
    if (row.low is not None and value < row.low) or (row.high is not None and value > row.high):
        raise wrong(row, value, tr("a value {range}", range=range_text(row.low, row.high)))
    return int(value) if row.kind == "int" else float(value)


def _check_text(row: Parameter, value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        if row.words and value not in row.words:
            raise wrong(row, value, tr("one of {names}", names=", ".join(row.words)))
        return value
    if row.name == "stop" and isinstance(value, list) and value and all(isinstance(v, str) and v for v in value):
        return value
    raise wrong(row, value, tr("a text or a list of texts") if row.name == "stop" else tr("a text"))


def _check_json(row: Parameter, value: JsonValue) -> JsonValue:
    if row.shape == "object" and not isinstance(value, dict):
        raise wrong(row, value, tr("a JSON object"))
    if row.shape == "list" and not isinstance(value, list):
        raise wrong(row, value, tr("a JSON list"))
    if row.shape == "any" and not isinstance(value, str | dict):
        raise wrong(row, value, tr("a text or a JSON object"))
    return value


def range_text(low: float | None, high: float | None) -> str:
    """A range in words, as it stands behind "values"; one end at least is told."""
    if high is None:
        return tr("of at least {low:g}", low=low)
    return tr("of at most {high:g}", high=high) if low is None else tr("from {low:g} to {high:g}", low=low, high=high)


def wrong(row: Parameter, value: object, wanted: str) -> ParameterError:
    """The error for a value that the row does not take; `wanted` says what it does."""
    return ParameterError(
        tr("'{name}' takes {wanted}, not {value!r}", name=row.name, wanted=wanted, value=value),
        asked=f"{row.name}={value!r}",
        mend=tr("give {name} {wanted}", name=row.name, wanted=wanted),
    )


def is_number(value: object) -> TypeGuard[float]:
    """Whether it is a number; True and False are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)
