"""Settings become request fields."""

from __future__ import annotations

from pydantic import JsonValue

from feinschliff.parameters.catalogue import EXTRA, parameter
from feinschliff.records import Settings

DEFAULT_MAX_TOKENS = 1024
"""Sent where nobody says how long an answer may be: without a limit a hot setting can run to the end of the context."""


def wire_fields(settings: Settings) -> dict[str, JsonValue]:
    """The fields of the request body that these settings stand for; None is not sent.

    `model`, `system` and `prompt` are no fields of their own: they are in the messages and in `model`.
    """
    fields: dict[str, JsonValue] = {}
    for name, value in settings.values.items():
        if value is None or parameter(name).role == "task":
            continue
        if name == "stop":
            fields["stop"] = value if isinstance(value, list) else [value]
        else:
            fields[name.removeprefix(EXTRA)] = value
    return fields
