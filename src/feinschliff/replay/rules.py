"""In which order a server's sampler works, and what its penalties count: what replay must do as the server does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from feinschliff.parameters.dialects import Dialect
from feinschliff.records import Settings

PENALTIES: Mapping[str, JsonValue] = {"frequency_penalty": 0, "presence_penalty": 0, "repeat_penalty": 1}
"""Values at which they do nothing."""

SAMPLING = frozenset({*("temperature", "top_k", "top_p", "min_p", "repeat_last_n", "logit_bias"), *PENALTIES})
"""Parameters that act on how a token is drawn."""

ENDINGS = frozenset({"max_tokens", "max_completion_tokens", "stop"})
"""Parameters that end an answer."""

REPLAYED = frozenset(
    {
        *SAMPLING,
        *ENDINGS,
        *("n", "seed", "logprobs", "top_logprobs", "model", "system", "prompt", "stream", "user", "context_length"),
    }
)
"""Parameters whose every value replay can follow, or which change nothing about how a token is drawn."""

_OFF: Mapping[str, tuple[JsonValue, ...]] = {
    "typical_p": (1, None),
    "top_n_sigma": (-1, 0, None),
    "dry_multiplier": (0, None),
    "xtc_probability": (0, None),
    "mirostat": (0, None),
    "dynatemp_range": (0, None),
    "adaptive_target": (-1, None),
    "response_format": (None,),
    "tools": (None, []),
    "best_of": (1, None),
    "do_sample": (True, None),
}
"""Values at which other parameters do nothing; they, and all that only matter beside them, then do not hinder."""

_BESIDE = frozenset(
    {
        *("dry_base", "dry_allowed_length", "dry_penalty_last_n", "dry_sequence_breakers", "xtc_threshold"),
        *("mirostat_tau", "mirostat_eta", "dynatemp_exponent", "adaptive_decay", "tool_choice"),
    }
)


@dataclass(frozen=True)
class Rules:
    """How one kind of server turns logits into a token."""

    temperature_first: bool
    """True: temperature, min-p, top-k, top-p (vLLM, OpenAI). False: top-k, top-p, min-p, temperature (llama.cpp)."""
    prompt_counts: bool
    """Whether frequency and presence penalties count the prompt's tokens too."""
    prompt_repeats: bool
    """Whether the repetition penalty looks at the prompt's tokens too."""
    window: int | None
    """Tokens that penalties look back, where `repeat_last_n` is not set; None: all."""
    stops_listed: bool
    """Whether the tokens of the stop string that ended an answer are among its log-probabilities."""
    source: str
    """What this rests on."""
    defaults: Mapping[str, JsonValue] = field(default_factory=dict)
    """What applies where a parameter is not sent and the server does not tell."""


_LLAMA = Rules(
    temperature_first=False,
    prompt_counts=True,
    prompt_repeats=True,
    window=64,
    stops_listed=False,
    source="the server's echo of `samplers`; held to its own probabilities after sampling by tests/replay",
    defaults={"temperature": 0.8, "top_k": 40, "top_p": 0.95, "min_p": 0.05},
)

RULES: Mapping[Dialect, Rules] = {
    "llama.cpp": _LLAMA,
    "vllm": Rules(
        temperature_first=True,
        prompt_counts=False,
        prompt_repeats=True,
        window=None,
        stops_listed=True,
        source="vllm/v1/sample/sampler.py: penalties, temperature, min-p, then top-k and top-p; not measured here",
    ),
    "openai": Rules(
        temperature_first=True,
        prompt_counts=False,
        prompt_repeats=False,
        window=None,
        stops_listed=False,
        source="API reference (penalties by the tokens sampled so far); the order of the rest is assumed",
    ),
}
"""By dialect. Others are not replayed: which sampler lies behind them is not known."""


def why_not(
    settings: Settings,
    applied: Mapping[str, JsonValue],
    *,
    rules: Rules | None = None,
    prompts: bool = True,
    offset: bool = False,
) -> str | None:
    """Name of the first parameter that replay cannot follow; None where it can follow all.

    `applied`: what the server says that applies where nothing is sent. `prompts`: whether the prompts' tokens are
    known, which the penalties of some servers (`rules`) count. `offset`: whether it is known what log-probabilities
    lack to be logits, on which the repetition penalty acts.
    """
    for name, value in {**applied, **settings.values}.items():
        if name in PENALTIES and value is not None and not _equal(value, PENALTIES[name]):
            if name == "repeat_penalty" and not (offset and (prompts or rules is None or not rules.prompt_repeats)):
                return name
            if name != "repeat_penalty" and not prompts and rules is not None and rules.prompt_counts:
                return name
        if name == "logit_bias" and not _followed_bias(value):
            return name
        if name in REPLAYED or name in _BESIDE or value is None:
            continue
        if name in _OFF and any(_equal(value, off) for off in _OFF[name]):
            continue
        if name in settings.values or name in _OFF:
            return name
    return None


MOST_BIAS = 3.0
"""Bias above which a token that is not listed matters: nobody knows its probability, and it could be the likeliest
after it. At 3 it weighs 20 times as much as before, still little for what does not come among the first twenty."""


def _followed_bias(value: JsonValue) -> bool:
    """Whether a bias is by token ids, and lifts none too far."""
    if value is None:
        return True
    if not isinstance(value, dict) or not all(key.isdecimal() for key in value):
        return False
    # A `false` bans a token.
    return all(
        bias is False or (isinstance(bias, int | float) and bias is not True and bias <= MOST_BIAS)
        for bias in value.values()
    )


def _equal(a: JsonValue, b: JsonValue) -> bool:
    if isinstance(a, bool) or isinstance(b, bool) or not isinstance(a, int | float) or not isinstance(b, int | float):
        return a == b
    return float(a) == float(b)
