"""What llama.cpp's server makes of each field, measured with requests of one field each, in and out of its range."""

from __future__ import annotations

from collections.abc import Mapping

MEASURED: Mapping[str, str] = {
    "temperature": "honoured",
    "top_p": "clamped",
    "top_k": "clamped",
    "min_p": "clamped",
    "repeat_penalty": "honoured",
    "repetition_penalty": "inert",
    "repeat_last_n": "honoured",
    "frequency_penalty": "honoured",
    "presence_penalty": "honoured",
    "typical_p": "honoured",
    "top_n_sigma": "honoured",
    "dry_multiplier": "honoured",
    "xtc_probability": "clamped",
    "mirostat": "clamped",
    "dynatemp_range": "honoured",
    "extra.tfs_z": "inert",
    "extra.top_a": "inert",
    "seed": "honoured",
    "max_tokens": "honoured",
    "max_completion_tokens": "honoured",
    "n": "honoured",
    "stop": "honoured",
    "logit_bias": "honoured",
    "logprobs": "honoured",
    "top_logprobs": "honoured",
}
"""clamped: values outside the range are moved into it without a word. A negative temperature becomes 0, which takes
nothing from anybody: honoured. Out of range, repeat_penalty, repeat_last_n, n and max_tokens are refused."""
