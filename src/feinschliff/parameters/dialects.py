"""The dialects of the request body: which server software, and which of its two addresses or model families."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

from feinschliff.errors import ParameterError
from feinschliff.i18n import tr

Dialect = Literal[
    "openai",
    "openai-reasoning",
    "ollama",
    "ollama-native",
    "lmstudio",
    "llama.cpp",
    "vllm",
    "transformers",
    "openrouter",
    "anthropic",
    "unknown",
]
"""What a request field is called and what becomes of it depends on this, and on nothing else that we know."""

DIALECTS: tuple[Dialect, ...] = get_args(Dialect)

UnknownField = Literal["rejected", "inert", "unknown"]

UNKNOWN_FIELD: Mapping[Dialect, UnknownField] = MappingProxyType(
    {
        "openai": "rejected",
        "openai-reasoning": "rejected",
        "ollama": "inert",
        "ollama-native": "inert",
        "lmstudio": "inert",
        "llama.cpp": "inert",
        "vllm": "inert",
        "transformers": "rejected",
        "openrouter": "inert",
        "anthropic": "inert",
        "unknown": "unknown",
    }
)
"""What a server does with a field that it has never heard of: an error (400 or 422), or nothing at all."""

REFUSAL_STATUS: Mapping[Dialect, int] = MappingProxyType({"openai": 400, "openai-reasoning": 400, "transformers": 422})
"""The HTTP status with which a server refuses a field that it has never heard of."""

EVIDENCE: Mapping[Dialect, str] = MappingProxyType(
    {
        "openai": "OpenAI's API reference, and errors that users report",
        "openai-reasoning": "OpenAI's API reference, and errors that users report",
        "ollama": "read in Ollama's source (openai/openai.go)",
        "ollama-native": "read in Ollama's source (api/types.go)",
        "lmstudio": "LM Studio's documentation and bug tracker",
        "llama.cpp": "measured on llama.cpp b11549",
        "vllm": "read in vLLM's source (v0.24)",
        "transformers": "read in the source of transformers 5.23",
        "openrouter": "OpenRouter's documentation",
        "anthropic": "Anthropic's documentation of its OpenAI-compatible address",
        "unknown": "",
    }
)
"""Where the catalogue knows of a backend from, if a row does not say otherwise."""

_REASONING = re.compile(r"(?:^|[/:])(?:o\d|gpt-(?:[5-9]|\d\d))(?!\d)")
_FIRST_GPT_5 = re.compile(r"(?:^|[/:])gpt-5(?![.\d])")


def dialect_of(backend: str, *, model: str | None = None, native: bool = False) -> Dialect:
    """The dialect that `backend` (`endpoints.protocol.Backend`) speaks with this model.

    `native`: Ollama's own address (`/api/chat`) instead of its OpenAI-compatible one. OpenAI's reasoning models (o1,
    o3, o4, gpt-5 and later, not their `-chat` variants) refuse the sampling parameters and are a dialect of their own.
    A backend that is no dialect is "unknown".
    """
    if backend == "ollama" and native:
        return "ollama-native"
    if backend == "openai" and model is not None and is_reasoning(model):
        return "openai-reasoning"
    return next((dialect for dialect in DIALECTS if dialect == backend), "unknown")


def checked_dialect(name: str) -> Dialect:
    """`name` as a dialect. Raises: ParameterError for one that there is not."""
    wanted = name.strip().casefold()
    for dialect in DIALECTS:
        if dialect == wanted:
            return dialect
    nearest = difflib.get_close_matches(wanted, DIALECTS, n=1, cutoff=0.4)
    raise ParameterError(
        tr("unknown backend '{name}'", name=name),
        asked=f"--backend {name}",
        found=tr("known are ") + ", ".join(DIALECTS),
        mend=tr("did you mean '{nearest}'?", nearest=nearest[0]) if nearest else tr("use one of these"),
    )


def has_verbosity(model: str) -> bool:
    """True for OpenAI's models that take `verbosity`: gpt-5 and later, not o1 to o4."""
    return is_reasoning(model) and "gpt-" in model.lower()


def efforts_of(model: str) -> tuple[str, ...] | None:
    """What a reasoning model of OpenAI takes as `reasoning_effort`; None where that is not known (from gpt-5.1 on)."""
    if not is_reasoning(model):
        return None
    if not has_verbosity(model):
        return ("low", "medium", "high")
    return ("minimal", "low", "medium", "high") if _FIRST_GPT_5.search(model.lower()) else None


def is_reasoning(model: str) -> bool:
    """True for the names of OpenAI's reasoning models; a fine-tuned one (`ft:o4-mini:...`) is one as well."""
    return _REASONING.search(model.lower()) is not None and "-chat" not in model.lower()
