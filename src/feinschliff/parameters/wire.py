"""Settings become request fields."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import JsonValue

from feinschliff.errors import ParameterError
from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import CATALOGUE, EXTRA, parameter
from feinschliff.parameters.dialects import Dialect
from feinschliff.parameters.remap import extra_path, reshaped
from feinschliff.records import Settings

DEFAULT_MAX_TOKENS = 1024
"""Sent where nobody says how long an answer may be: without a limit a hot setting can run to the end of the context."""


def wire_fields(settings: Settings, dialect: Dialect = "unknown", *, seed: int | None = None) -> dict[str, JsonValue]:
    """The fields of the request body that these settings stand for, as `dialect` names them; None is not sent.

    A dotted wire name is a nested field. `model`, `system` and `prompt` are no fields of their own: they are in the
    messages and in `model`. `n` is a number of requests.
    """
    fields: dict[str, JsonValue] = {}
    for name, value in settings.values.items():
        row = parameter(name)
        if value is None or row.role in {"task", "harness"}:
            continue
        if name.startswith(EXTRA):
            _put(fields, extra_path(name.removeprefix(EXTRA), dialect), value)
            continue
        sent: JsonValue = [value] if row.name == "stop" and not isinstance(value, list) else value
        _put(fields, wire_path(row.name, dialect), sent)
    if seed is not None:
        _put(fields, wire_path("seed", dialect), seed)
    return reshaped(fields, dialect)


def wire_path(name: str, dialect: Dialect) -> list[str]:
    """Where a parameter of the catalogue stands in the request body, from the outside in."""
    return CATALOGUE[name].at(dialect).wire.split(".")


def without_fields(fields: Mapping[str, JsonValue], names: Collection[str], dialect: Dialect) -> dict[str, JsonValue]:
    """The fields without those that stand for these parameters."""
    kept = dict(fields)
    for name in names:
        outer, *inner = wire_path(name, dialect)
        inside = kept.get(outer)
        if not inner:
            kept.pop(outer, None)
        elif isinstance(inside, dict):
            kept[outer] = {key: value for key, value in inside.items() if key != inner[0]}
    return kept


def _put(fields: dict[str, Any], path: list[str], value: JsonValue) -> None:
    """Set a nested field; an object that is there already is added to."""
    *outer, last = path
    for step in outer:
        fields = fields.setdefault(step, {})
        if not isinstance(fields, dict):
            raise ParameterError(
                tr("'{step}' is set as a whole, and {name} is a field of it", step=step, name=".".join(path)),
                asked=EXTRA + step,
                mend=tr("leave out {extra}", extra=EXTRA + step),
            )
    if isinstance(value, dict) and isinstance(fields.get(last), dict):
        value = {**fields[last], **value}
    fields[last] = value
