"""Exports, loaded by the packages that they are for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from feinschliff.parameters.wire import wire_fields
from feinschliff.records import Settings
from feinschliff.report.exports import TARGETS
from tests.fakes.openai_server import FakeServer

from .test_exports import FURTHER, SAMPLING, TRICKY, recipe_of

pytestmark = pytest.mark.second

EVERYTHING = {
    **SAMPLING,
    **FURTHER,
    "stop": ["\n", "END "],
    "logit_bias": {"15": -100, "11": 2.5},
    "response_format": {"type": "json_object"},
    "reasoning_effort": "low",
    "verbosity": "low",
    "user": "me",
    "dry_sequence_breakers": ["\n", ":"],
    "extra.mine": 7,
}


def test_the_openai_package_sends_what_was_measured() -> None:
    with FakeServer(models=("llama3.2",)) as server:
        recipe = recipe_of(server.url, "llama.cpp", **EVERYTHING, system=TRICKY, prompt="Write.")
        code = TARGETS["openai"](recipe).text
        exec(compile(code, "exported", "exec"), {"__name__": "exported"})
        (body,) = server.bodies
    texts = [{"role": "system", "content": TRICKY}, {"role": "user", "content": "Write."}]
    sent = wire_fields(Settings(values=dict(recipe.settings)), recipe.dialect)
    assert body == {"model": "llama3.2", "messages": texts, **sent}


@pytest.mark.parametrize(
    "settings",
    [
        {"temperature": 0.7, "top_k": 20, "top_p": 0.9, "min_p": 0.05, "repeat_penalty": 1.1, "max_tokens": 64},
        {"temperature": 0.0, "max_tokens": 8},
    ],
)
def test_transformers_reads_the_generation_config(tmp_path: Path, settings: dict[str, Any]) -> None:
    from transformers import GenerationConfig

    (tmp_path / "generation_config.json").write_text(TARGETS["vllm"](recipe_of(**settings)).text)
    read = GenerationConfig.from_pretrained(tmp_path)
    read.validate()
    names = {"repeat_penalty": "repetition_penalty", "max_tokens": "max_new_tokens"}
    assert {name: getattr(read, names.get(name, name)) for name in settings} == settings
    assert read.do_sample == (settings["temperature"] > 0)
    # vLLM takes what differs from the library's own defaults (`ModelConfig.try_get_generation_config`).
    differing = json.loads(json.dumps(read.to_diff_dict()))
    for name, value in settings.items():
        assert differing[names.get(name, name)] == value, name
