"""What replay follows, and what it reads from settings."""

from __future__ import annotations

from typing import Any

import pytest

from feinschliff.records import Settings
from feinschliff.replay import RULES, read_sampling, why_not

LLAMA, VLLM = RULES["llama.cpp"], RULES["vllm"]


def settings(**values: Any) -> Settings:
    return Settings(values=values)


@pytest.mark.parametrize(
    ("values", "applied", "name"),
    [
        ({"temperature": 0.3, "top_k": 5, "logit_bias": {"7": -100}}, {}, None),
        ({"logit_bias": {"7": False, "8": 2.5}}, {}, None),
        ({"logit_bias": {"7": 1}}, {}, None),
        ({"logit_bias": {"7": True}}, {}, "logit_bias"),
        ({"logit_bias": {"7": 8}}, {}, "logit_bias"),
        ({"logit_bias": {" cat": -8}}, {}, "logit_bias"),
        ({"logit_bias": [[7, -8]]}, {}, "logit_bias"),
        ({"typical_p": 0.9}, {}, "typical_p"),
        ({"typical_p": 1.0}, {}, None),
        ({}, {"dry_multiplier": 0.8}, "dry_multiplier"),
        ({"dry_multiplier": 0}, {"dry_multiplier": 0.8}, None),
        ({"dry_base": 2.0}, {}, None),
        ({"reasoning_effort": "low"}, {}, "reasoning_effort"),
        ({}, {"unknown_to_us": 3}, None),
        ({"unknown_to_us": 3}, {}, "unknown_to_us"),
        ({"repeat_penalty": 1.1}, {}, "repeat_penalty"),
        ({"repeat_penalty": 1.0}, {"repeat_penalty": 1.1}, None),
        ({}, {"repeat_penalty": 1.1}, "repeat_penalty"),
    ],
    ids=str,
)
def test_the_first_parameter_that_cannot_be_followed(
    values: dict[str, Any], applied: dict[str, Any], name: str | None
) -> None:
    assert why_not(settings(**values), applied) == name


def test_penalties_need_the_prompts_tokens_where_the_server_counts_them() -> None:
    wanted = settings(frequency_penalty=0.5)
    assert why_not(wanted, {}, rules=LLAMA, prompts=False) == "frequency_penalty"
    assert why_not(wanted, {}, rules=VLLM, prompts=False) is None
    assert why_not(settings(presence_penalty=0), {}, rules=LLAMA, prompts=False) is None
    repeat = settings(repeat_penalty=1.2)
    assert why_not(repeat, {}, rules=VLLM, prompts=False, offset=True) == "repeat_penalty"
    assert why_not(repeat, {}, rules=VLLM, offset=True) is None


def test_settings_lie_over_what_applies_and_over_the_servers_own_defaults() -> None:
    drawing = read_sampling(settings(top_k=7, min_p=None), LLAMA, {"min_p": 0.1, "top_k": 3}).drawing
    assert (drawing.temperature, drawing.top_k, drawing.top_p, drawing.min_p) == (0.8, 7, 0.95, 0.1)
    plain = read_sampling(settings(), VLLM, {}).drawing
    assert (plain.temperature, plain.top_k, plain.top_p, plain.min_p) == (1.0, 0, 1.0, 0.0)


def test_windows_and_biases() -> None:
    found = read_sampling(settings(logit_bias={"9": False, "3": 2}), LLAMA, {}).penalties
    assert found.window == 64
    assert found.bias == ((3, 2.0), (9, float("-inf")))
    assert read_sampling(settings(repeat_last_n=0, presence_penalty=1.0), LLAMA, {}).penalties.counts is False
    assert read_sampling(settings(presence_penalty=1.0), VLLM, {}).penalties.window is None
