"""Whose software answers, by what only it says: its host, its paths, the way it lists its models."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from feinschliff.endpoints.protocol import Backend

_HOSTS: Mapping[str, Backend] = MappingProxyType(
    {
        "api.openai.com": "openai",
        "openai.azure.com": "openai",
        "openrouter.ai": "openrouter",
        "api.anthropic.com": "anthropic",
    }
)

_OWNERS: Mapping[str, Backend] = MappingProxyType(
    {"vllm": "vllm", "llamacpp": "llama.cpp", "organization_owner": "lmstudio", "anthropic": "anthropic"}
)
"""`owned_by` of a list of models, where it names the software."""

_OPENAI_OWNERS = frozenset({"openai", "openai-internal", "openai-dev", "system", "None"})
_OPENAI_MODEL = re.compile(
    r"(ft:)?(gpt-|o\d|chatgpt-|codex-|computer-use|sora-|text-embedding|tts-|whisper|dall-e|davinci|babbage|omni-)"
)


def by_host(host: str) -> Backend | None:
    """The software behind a name that is known; None for any other host."""
    return next((backend for name, backend in _HOSTS.items() if host == name or host.endswith(f".{name}")), None)


def is_transformers(openapi: Mapping[str, Any]) -> bool:
    """True for the paths of `transformers serve`; vLLM and others are made with the same web framework."""
    paths = openapi.get("paths")
    return isinstance(paths, dict) and {"/load_model", "/v1/chat/completions"} <= set(paths)


def by_models(rows: Sequence[Any]) -> Backend:
    """The software that lists its models like this; `unknown` for most.

    A gateway calls whatever stands behind it `openai`, or leaves that out; so OpenAI's are those whose names are.
    """
    listed = [row for row in rows if isinstance(row, dict)]
    if not listed:
        return "unknown"
    if all("supported_parameters" in row and "pricing" in row for row in listed):
        return "openrouter"
    owners = {str(row.get("owned_by")) for row in listed}
    if len(owners) == 1 and (backend := _OWNERS.get(next(iter(owners)))) is not None:
        return backend
    if owners <= _OPENAI_OWNERS and all(_OPENAI_MODEL.match(str(row.get("id"))) for row in listed):
        return "openai"
    return "unknown"
