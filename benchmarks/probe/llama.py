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
    "dry_base": "clamped",
    "dry_allowed_length": "honoured",
    "dry_penalty_last_n": "honoured",
    "dry_sequence_breakers": "honoured",
    "xtc_probability": "clamped",
    "xtc_threshold": "clamped",
    "mirostat": "clamped",
    "mirostat_tau": "honoured",
    "mirostat_eta": "honoured",
    "dynatemp_range": "honoured",
    "dynatemp_exponent": "honoured",
    "adaptive_target": "clamped",
    "adaptive_decay": "honoured",
    "samplers": "honoured",
    "extra.tfs_z": "inert",
    "extra.top_a": "inert",
    "seed": "clamped",
    "max_tokens": "honoured",
    "max_completion_tokens": "honoured",
    "n": "honoured",
    "best_of": "inert",
    "stop": "honoured",
    "logit_bias": "honoured",
    "logprobs": "honoured",
    "top_logprobs": "honoured",
    "response_format": "honoured",
    "tools": "unknown",
    "tool_choice": "unknown",
    "reasoning_effort": "unknown",
}
"""clamped: values outside the range are moved into it (or to a default) without a word. A negative temperature becomes
0, which takes nothing from anybody: honoured. The last three act through a template that has a place for them; those of
the house models have none, so that nothing can be seen."""

TOLD: Mapping[str, tuple[str, ...]] = {
    "temperature": ("temperature=-1 became 0.",),
    "top_p": ("top_p=-0.5 became 0.", "top_p=1.5 became 1."),
    "top_k": ("top_k=-5 became 0.", "top_k=3.7 became 3."),
    "min_p": ("min_p=-0.5 became 0.", "min_p=1.5 became 1."),
    "repeat_penalty": ("repeat_penalty=0 is refused: HTTP 400",),
    "repeat_last_n": ("repeat_last_n=-1 is refused: HTTP 400",),
    "dry_base": ("dry_base=0 became 1.75.",),
    "dry_allowed_length": ("dry_allowed_length=-4 is refused: HTTP 400",),
    "xtc_probability": ("xtc_probability=1.5 became 1.",),
    "mirostat": ("mirostat=7 became 2.",),
    "adaptive_target": ("adaptive_target=9 became 1.",),
    "adaptive_decay": ("adaptive_decay=9 is refused: HTTP 400",),
    "samplers": ("['top_k', 'no_such_sampler', 'temperature'] became ['top_k', 'temperature'].",),
    "seed": ("seed=1099511627776 became 0.",),
    "max_tokens": ("max_tokens=-5 is refused: HTTP 400",),
    "n": ("n=1000 is refused: HTTP 400",),
    "logit_bias": ("logit_bias={' the': -1} is taken.",),
    "top_logprobs": ("top_logprobs=5 is refused: HTTP 400", "logprobs=True, top_logprobs=500 is taken."),
    "response_format": ("response_format={'type': 'no such'} is refused: HTTP 400",),
}
"""What was measured beside the status, as the evidence must say it."""
