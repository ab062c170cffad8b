"""Fields that a backend wants in another shape: what a dotted wire name alone cannot say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from pydantic import JsonValue

from feinschliff.parameters.dialects import Dialect
from feinschliff.records import canonical_json

Fields = dict[str, JsonValue]

_OLLAMA_OUTER = frozenset(
    {"think", "keep_alive", "format", "tools", "options", "logprobs", "top_logprobs", "truncate", "shift"}
)
"""What stands beside `options` in the body of `/api/chat` (ollama/api/types.go, `ChatRequest`)."""


def extra_path(name: str, dialect: Dialect) -> list[str]:
    """Where a field that only the user's server knows goes: Ollama's own chat has its sampling options inside."""
    inside = dialect == "ollama-native" and name not in _OLLAMA_OUTER
    return ["options", name] if inside else [name]


def reshaped(fields: Fields, dialect: Dialect) -> Fields:
    """The same fields in the shape that the backend wants; its own where it wants none."""
    reshape = _RESHAPE.get(dialect)
    return fields if reshape is None else reshape(dict(fields))


def _for_ollama(fields: Fields) -> Fields:
    think = fields.get("think")
    if think == "none":
        fields["think"] = False
    elif think in ("minimal", "xhigh", "max"):
        fields["think"] = "low" if think == "minimal" else "high"
    wanted = fields.get("format")
    if isinstance(wanted, dict) and wanted.get("type") in ("text", "json_object", "json_schema"):
        fields["format"] = _ollama_format(wanted)
        if fields["format"] is None:
            del fields["format"]
    return fields


def _ollama_format(wanted: Mapping[str, JsonValue]) -> JsonValue:
    """OpenAI's `response_format` as Ollama has it: "json", a schema, or nothing for text."""
    if wanted["type"] == "text":
        return None
    inner = wanted.get("json_schema")
    schema = inner.get("schema") if isinstance(inner, dict) else wanted.get("schema")
    return "json" if schema is None else schema


def _for_transformers(fields: Fields) -> Fields:
    """`generation_config` is a JSON text there, and nothing but it switches sampling on: a temperature above 0 alone
    changes nothing with a model that comes without `do_sample`."""
    inner = fields.get("generation_config")
    if isinstance(inner, str):
        return fields  # the user's own text
    config = dict(inner) if isinstance(inner, dict) else {}
    temperature = fields.get("temperature")
    samples = any(fields.get(name) is not None for name in ("temperature", "top_p")) or bool(_CUTS & set(config))
    if samples and temperature != 0:
        config.setdefault("do_sample", True)
    if config:
        fields["generation_config"] = canonical_json(config)
    return fields


_CUTS = frozenset({"top_k", "min_p", "typical_p"})

_RESHAPE: Mapping[Dialect, Callable[[Fields], Fields]] = MappingProxyType(
    {"ollama-native": _for_ollama, "transformers": _for_transformers}
)
