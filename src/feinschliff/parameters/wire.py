"""Settings become request fields."""

from __future__ import annotations

from typing import Any

from pydantic import JsonValue

from feinschliff.errors import ParameterError
from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import EXTRA, parameter
from feinschliff.parameters.dialects import Dialect
from feinschliff.records import Settings

DEFAULT_MAX_TOKENS = 1024
"""Sent where nobody says how long an answer may be: without a limit a hot setting can run to the end of the context."""


def wire_fields(settings: Settings, dialect: Dialect = "unknown") -> dict[str, JsonValue]:
    """The fields of the request body that these settings stand for, as `dialect` names them; None is not sent.

    A dotted wire name is a nested field. `model`, `system` and `prompt` are no fields of their own: they are in the
    messages and in `model`.
    """
    fields: dict[str, JsonValue] = {}
    for name, value in settings.values.items():
        row = parameter(name)
        if value is None or row.role == "task":
            continue
        if name.startswith(EXTRA):
            _put(fields, [name.removeprefix(EXTRA)], value)
            continue
        sent: JsonValue = [value] if row.name == "stop" and not isinstance(value, list) else value
        _put(fields, row.at(dialect).wire.split("."), sent)
    return fields


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
