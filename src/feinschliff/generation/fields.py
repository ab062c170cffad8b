"""The fields of a request: the settings on the wire, with a limit on the answer's length and the answer's seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from feinschliff.parameters.catalogue import CATALOGUE
from feinschliff.parameters.dialects import Dialect
from feinschliff.parameters.wire import DEFAULT_MAX_TOKENS, wire_fields
from feinschliff.records import Settings

_LIMIT_NAMES = ("max_tokens", "max_completion_tokens", "n_predict", "num_predict", "max_new_tokens")


def answer_fields(settings: Settings, dialect: Dialect, *, seed: int) -> dict[str, JsonValue]:
    """All that is sent beside the model and the messages."""
    values = dict(settings.values)
    if values.get("max_tokens") is None and not _is_limited(values, dialect):
        values["max_tokens"] = DEFAULT_MAX_TOKENS
    return wire_fields(Settings(values=values), dialect, seed=seed)


def longest_answer(fields: Mapping[str, JsonValue]) -> int:
    """Most tokens that these fields allow, whatever name the server has for it, times the completions asked for."""
    limits = [v for name, v in _flat(fields) if name in _LIMIT_NAMES and isinstance(v, int | float) and v > 0]
    several = fields.get("n")
    return int(max(limits, default=DEFAULT_MAX_TOKENS)) * (several if isinstance(several, int) and several > 1 else 1)


def _is_limited(values: Mapping[str, JsonValue], dialect: Dialect) -> bool:
    """Whether the newer name of the limit is set, and this backend does not ignore it."""
    newer = CATALOGUE.get("max_completion_tokens")
    return values.get("max_completion_tokens") is not None and newer is not None and newer.at(dialect).status != "inert"


def _flat(fields: Mapping[str, JsonValue]) -> Iterator[tuple[str, JsonValue]]:
    for name, value in fields.items():
        if isinstance(value, dict):
            yield from _flat(value)
        else:
            yield name, value
