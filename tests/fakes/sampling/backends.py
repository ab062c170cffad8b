"""Servers that behave as known software does, by what was read in its source and measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.fakes.sampling.language import LanguageModel
from tests.fakes.sampling.quirks import Manners, Quirk, Refused
from tests.fakes.sampling.server import SamplingServer

MODEL = "toy"


def _ids(bias: Any) -> dict[int, float]:
    """`logit_bias` by token id; what is no id is left out."""
    if not isinstance(bias, dict):
        return {}
    return {int(k): float(v) for k, v in bias.items() if str(k).lstrip("-").isdigit()}


def _clamped_ids(bias: Any) -> dict[int, float]:
    return {token: max(-100.0, min(100.0, value)) for token, value in _ids(bias).items()}


def _not_blank(stop: Any) -> Any:
    """Stop texts as they are. Raises: Refused for one of white space alone."""
    if any(not text.strip() for text in ([stop] if isinstance(stop, str) else stop)):
        raise Refused(400, "stop_sequences: each stop sequence must contain non-whitespace")
    return stop


COMMON: Mapping[str, Quirk] = {
    "seed": Quirk("seed", "int"),
    "stop": Quirk("stop", "text"),
    "max_tokens": Quirk("max_tokens", "int"),
    "temperature": Quirk("temperature"),
    "top_p": Quirk("top_p"),
    "frequency_penalty": Quirk("frequency_penalty"),
    "presence_penalty": Quirk("presence_penalty"),
}

_OPENAI: Mapping[str, Quirk] = {
    **COMMON,
    "temperature": Quirk("temperature", low=0, high=2, outside="reject"),
    "top_p": Quirk("top_p", low=0, high=1, outside="reject"),
    "frequency_penalty": Quirk("frequency_penalty", low=-2, high=2, outside="reject"),
    "presence_penalty": Quirk("presence_penalty", low=-2, high=2, outside="reject"),
    "max_completion_tokens": Quirk("max_tokens", "int"),
    "n": Quirk("n", "int", low=1, high=128, outside="reject"),
    "logit_bias": Quirk("logit_bias", "any", turn=_ids),
    "logprobs": Quirk("logprobs", "bool"),
    "top_logprobs": Quirk("top_logprobs", "int", low=0, high=20, outside="reject"),
    "response_format": Quirk("response_format", "any"),
    "user": Quirk("", "text"),
    "tools": Quirk("", "any"),
    "tool_choice": Quirk("", "any"),
    "verbosity": Quirk("", "text"),
}

_ONE = {"low": 1, "high": 1, "outside": "reject"}
_REASONING: Mapping[str, Quirk] = {
    "max_completion_tokens": Quirk("max_tokens", "int"),
    "seed": Quirk("seed", "int"),
    "temperature": Quirk("", low=1, high=1, outside="reject"),
    "top_p": Quirk("", low=1, high=1, outside="reject"),
    "n": Quirk("n", "int", low=1, high=1, outside="reject"),
    "reasoning_effort": Quirk("", "text"),
    "verbosity": Quirk("", "text"),
    "response_format": Quirk("response_format", "any"),
    "user": Quirk("", "text"),
    "tools": Quirk("", "any"),
    "tool_choice": Quirk("", "any"),
    **{
        name: Quirk(rejected=True, kind="any")
        for name in (
            "max_tokens", "frequency_penalty", "presence_penalty", "logit_bias", "logprobs", "top_logprobs", "stop",
        )
    },
}  # fmt: skip

_OLLAMA_V1: Mapping[str, Quirk] = {
    **COMMON,
    "logprobs": Quirk("logprobs", "bool"),
    "top_logprobs": Quirk("top_logprobs", "int", low=0, high=20, outside="reject"),
    "response_format": Quirk("response_format", "any"),
    "tools": Quirk("", "any"),
    "reasoning_effort": Quirk("", "text"),
}

_OLLAMA_NATIVE: Mapping[str, Quirk] = {
    "temperature": Quirk("temperature"),
    "top_k": Quirk("top_k", "int"),
    "top_p": Quirk("top_p"),
    "min_p": Quirk("min_p"),
    "typical_p": Quirk("typical_p"),
    "repeat_penalty": Quirk("repetition_penalty"),
    "repeat_last_n": Quirk("repeat_last_n", "int", low=0, outside="reject"),
    "presence_penalty": Quirk("presence_penalty"),
    "frequency_penalty": Quirk("frequency_penalty"),
    "seed": Quirk("seed", "int"),
    "num_predict": Quirk("max_tokens", "int"),
    "num_ctx": Quirk("", "int"),
    "stop": Quirk("stop", "text"),
    "logprobs": Quirk("logprobs", "bool"),
    "top_logprobs": Quirk("top_logprobs", "int", low=0, high=20, outside="reject"),
    "format": Quirk("", "any"),
}

_LM_STUDIO: Mapping[str, Quirk] = {
    **COMMON,
    "temperature": Quirk("temperature", low=0, high=1, outside="reject"),
    "top_k": Quirk("top_k", "int"),
    "repeat_penalty": Quirk("repetition_penalty"),
    "logit_bias": Quirk("logit_bias", "any", turn=_ids),
    "response_format": Quirk("response_format", "any"),
    "tools": Quirk("", "any"),
    "tool_choice": Quirk("", "text"),
}

_VLLM: Mapping[str, Quirk] = {
    **_OPENAI,
    "temperature": Quirk("temperature", low=0, high=2, outside="reject", turn=lambda t: max(t, 0.01) if t else t),
    "top_p": Quirk("top_p", low=1e-9, high=1, outside="reject"),
    "top_k": Quirk("top_k", "int", low=-1, outside="reject"),
    "min_p": Quirk("min_p", low=0, high=1, outside="reject"),
    "repetition_penalty": Quirk("repetition_penalty", low=1e-9, outside="reject"),
    "n": Quirk("n", "int", low=1, high=16384, outside="reject"),
    "logit_bias": Quirk("logit_bias", "any", turn=_clamped_ids),
}

_OPENROUTER: Mapping[str, Quirk] = {
    **_OPENAI,
    "top_k": Quirk("top_k", "int"),
    "min_p": Quirk("min_p", low=0, high=1, outside="reject"),
    "repetition_penalty": Quirk("repetition_penalty", low=0.01, high=2, outside="reject"),
    "reasoning_effort": Quirk("", "text"),
}

_ANTHROPIC: Mapping[str, Quirk] = {
    "temperature": Quirk("temperature", low=0, high=1, outside="clamp"),
    "top_p": Quirk("top_p", low=0, high=1, outside="reject"),
    "max_tokens": Quirk("max_tokens", "int", low=1, outside="reject"),
    "max_completion_tokens": Quirk("max_tokens", "int", low=1, outside="reject"),
    "stop": Quirk("stop", "text", turn=_not_blank),
    "n": Quirk("n", "int", low=1, high=1, outside="reject"),
    "tools": Quirk("", "any"),
    "tool_choice": Quirk("", "any"),
}

_LLAMA_CPP: Mapping[str, Quirk] = {
    **COMMON,
    "temperature": Quirk("temperature", low=0, outside="clamp"),
    "top_p": Quirk("top_p", low=0, high=1, outside="clamp"),
    "top_k": Quirk("top_k", "int", low=0, outside="clamp"),
    "min_p": Quirk("min_p", low=0, high=1, outside="clamp"),
    "typical_p": Quirk("typical_p"),
    "top_n_sigma": Quirk("top_n_sigma"),
    "repeat_penalty": Quirk("repetition_penalty", low=1e-9, outside="reject"),
    "repeat_last_n": Quirk("repeat_last_n", "int", low=0, outside="reject"),
    "max_completion_tokens": Quirk("max_tokens", "int"),
    "dry_multiplier": Quirk("dry_multiplier"),
    "xtc_probability": Quirk("xtc_probability"),
    "dynatemp_range": Quirk("dynatemp_range"),
    "mirostat": Quirk("mirostat", "int", low=0, high=2, outside="clamp"),
    "n": Quirk("n", "int", low=1, high=4, outside="reject"),
    "logit_bias": Quirk("logit_bias", "any", turn=_ids),
    "logprobs": Quirk("logprobs", "bool"),
    "top_logprobs": Quirk("top_logprobs", "int"),
    "response_format": Quirk("response_format", "any"),
}


def openai_chat(**options: Any) -> SamplingServer:
    """OpenAI's chat models: unknown fields are refused by name."""
    manners = Manners(unknown="rejected", logprobs="raw", fingerprint="fp_1")
    return _server(_OPENAI, manners, **options)


def openai_reasoning(**options: Any) -> SamplingServer:
    """OpenAI's reasoning models: sampling parameters are refused."""
    return _server(_REASONING, Manners(unknown="rejected", seeded=True), **options)


def ollama(**options: Any) -> SamplingServer:
    """Ollama with both of its addresses; `/v1` has no top-k, and sends temperature 1 and top-p 1 by itself."""
    manners = Manners(fingerprint="fp_ollama", style="llama.cpp")
    native = replace(manners, defaults={"temperature": 0.8, "top_k": 40, "top_p": 0.9})
    pages = {
        "/api/version": {"version": "0.30.1"},
        "/api/tags": {"models": [{"name": MODEL, "model": MODEL, "digest": "d1" * 32}]},
        "/api/show": {
            "parameters": 'temperature 0.7\nstop "<|end|>"',
            "details": {"family": "toy"},
            "model_info": {"toy.context_length": 4096},
        },
    }
    return _server(_OLLAMA_V1, manners, pages=pages, native=_OLLAMA_NATIVE, native_manners=native, **options)


def lm_studio(**options: Any) -> SamplingServer:
    """LM Studio: log-probabilities are dropped on chat, temperatures above 1 refused."""
    pages = {"/api/v0/models": {"data": [{"id": MODEL, "state": "loaded"}]}}
    return _server(_LM_STUDIO, Manners(style="llama.cpp", fingerprint=MODEL), pages=pages, **options)


def vllm(**options: Any) -> SamplingServer:
    """vLLM: values out of range are refused, fields that it does not know ignored."""
    return _server(_VLLM, Manners(style="gumbel"), pages={"/version": {"version": "0.24.0"}}, **options)


def openrouter(**options: Any) -> SamplingServer:
    """OpenRouter before a provider that has top-k and min-p."""
    return _server(_OPENROUTER, Manners(style="vllm"), **options)


def anthropic(**options: Any) -> SamplingServer:
    """Anthropic's OpenAI-compatible address: temperatures above 1 become 1; seed, penalties, log-probabilities and
    formats are taken and ignored."""
    pages = {"/v1/models": {"data": [{"id": MODEL, "object": "model", "owned_by": "anthropic"}]}}
    return _server(_ANTHROPIC, Manners(seeded=False, logprobs=None), pages=pages, **options)


def llama_cpp(**options: Any) -> SamplingServer:
    """llama.cpp's server, which tells what it applied."""
    defaults = {"temperature": 0.8, "top_k": 40, "top_p": 0.95, "min_p": 0.05}
    row = {"id": MODEL, "object": "model", "owned_by": "llamacpp", "meta": {"n_vocab": LanguageModel().size}}
    pages = {
        "/props": {"default_generation_settings": {"n_ctx": 4096, "params": defaults}, "total_slots": 4},
        "/v1/models": {"object": "list", "data": [row]},
    }
    manners = Manners(
        echo=True, usage="one", style="llama.cpp", defaults=defaults, fingerprint="b1-0", most_logprobs=500
    )
    return _server(_LLAMA_CPP, manners, pages=pages, **options)


def _server(fields: Mapping[str, Quirk], manners: Manners, **options: Any) -> SamplingServer:
    return SamplingServer(
        **{"models": (MODEL,), "language": LanguageModel(), "fields": fields, "manners": manners, **options}
    )
