"""Settings on the wire, by dialect."""

from __future__ import annotations

import json
from typing import Any

import pytest

from feinschliff.parameters.dialects import DIALECTS, Dialect
from feinschliff.parameters.wire import wire_fields, without_fields
from feinschliff.records import Settings

PLAIN = {"temperature": 0.5, "top_p": 0.9, "frequency_penalty": 0.25, "max_tokens": 20, "stop": ["x"]}


def wired(dialect: Dialect, **values: Any) -> dict[str, Any]:
    """The fields with a seed of 7."""
    return wire_fields(Settings(values={n.replace("extra_", "extra."): v for n, v in values.items()}), dialect, seed=7)


@pytest.mark.parametrize(
    "dialect", [d for d in DIALECTS if d not in ("ollama-native", "openai-reasoning", "transformers")]
)
def test_plain_settings_are_the_same_body_everywhere_so_that_stored_answers_are_found(dialect: Dialect) -> None:
    assert wired(dialect, **PLAIN) == {**PLAIN, "seed": 7}


def test_ollamas_own_chat_has_its_options_inside() -> None:
    fields = wired(
        "ollama-native", **PLAIN, top_k=40, repeat_last_n=32, logprobs=True, extra_keep_alive="5m", extra_new=1
    )
    assert fields == {
        "options": {
            **{name: value for name, value in PLAIN.items() if name != "max_tokens"},
            "num_predict": 20,
            "top_k": 40,
            "repeat_last_n": 32,
            "seed": 7,
            "new": 1,
        },
        "logprobs": True,
        "keep_alive": "5m",
    }


@pytest.mark.parametrize(
    ("effort", "think"),
    [("none", False), ("minimal", "low"), ("low", "low"), ("high", "high"), ("max", "high")],
)
def test_reasoning_effort_is_think_at_ollamas_own_chat(effort: str, think: object) -> None:
    assert wired("ollama-native", reasoning_effort=effort)["think"] == think
    assert wired("ollama", reasoning_effort=effort)["reasoning_effort"] == effort


def test_formats_at_ollamas_own_chat() -> None:
    schema = {"type": "object"}
    assert wired("ollama-native", response_format={"type": "json_object"})["format"] == "json"
    wanted = {"type": "json_schema", "json_schema": {"name": "a", "schema": schema}}
    assert wired("ollama-native", response_format=wanted)["format"] == schema
    assert "format" not in wired("ollama-native", response_format={"type": "text"})


def test_the_repetition_penalty_by_backend() -> None:
    assert wired("llama.cpp", repeat_penalty=1.1)["repeat_penalty"] == 1.1
    assert wired("vllm", repeat_penalty=1.1)["repetition_penalty"] == 1.1
    assert wired("openrouter", repeat_penalty=1.1)["repetition_penalty"] == 1.1
    assert wired("ollama-native", repeat_penalty=1.1)["options"]["repeat_penalty"] == 1.1
    assert json.loads(wired("transformers", repeat_penalty=1.1)["generation_config"]) == {"repetition_penalty": 1.1}


def test_a_temperature_samples_at_transformers_and_0_does_not() -> None:
    warm = wired("transformers", temperature=0.7, top_k=20)
    assert json.loads(warm.pop("generation_config")) == {"do_sample": True, "top_k": 20}
    assert warm == {"temperature": 0.7, "seed": 7}
    assert wired("transformers", temperature=0.0) == {"temperature": 0.0, "seed": 7}
    assert json.loads(wired("transformers", temperature=0.7, do_sample=False)["generation_config"]) == {
        "do_sample": False
    }
    assert wired("transformers", max_tokens=5) == {"max_tokens": 5, "seed": 7}
    own = '{"do_sample": true}'
    assert wired("transformers", temperature=0.7, extra_generation_config=own)["generation_config"] == own


def test_the_limit_of_reasoning_models_has_another_name() -> None:
    assert wired("openai-reasoning", max_tokens=20) == {"max_completion_tokens": 20, "seed": 7}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_a_server_refuses_can_be_left_out(dialect: Dialect) -> None:
    fields = without_fields(wired(dialect, max_tokens=20, temperature=0.0), ["seed", "max_tokens"], dialect)
    temperature = {"temperature": 0.0}
    assert fields == ({"options": temperature} if dialect == "ollama-native" else temperature)
