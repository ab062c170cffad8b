"""What is sent beside the model and the messages, and that answers of earlier versions are found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from feinschliff.endpoints.protocol import Backend
from feinschliff.generation import Ask, Budget, Caps, Payer, answer_seed, generate
from feinschliff.generation.fields import answer_fields, longest_answer
from feinschliff.parameters.dialects import Dialect
from feinschliff.records import Example, Message, Settings, digest
from feinschliff.store import open_store, prompt_hash, start_run
from tests.fakes.scripted import ScriptedEndpoint


def fields_of(dialect: Dialect, **values: Any) -> dict[str, Any]:
    """With a seed of 3."""
    return answer_fields(Settings(values=values), dialect, seed=3)


@pytest.mark.parametrize("backend", ["unknown", "llama.cpp", "vllm", "lmstudio", "openrouter", "openai", "ollama"])
def test_the_key_of_an_answer_is_what_it_always_was(tmp_path: Path, backend: Backend) -> None:
    endpoint = ScriptedEndpoint(lambda request: "x")
    endpoint.backend = backend
    values = {"temperature": 0.5, "top_p": 0.9, "stop": "#", "prompt": "{{ q }}", "extra.mine": 1}
    with open_store(str(tmp_path / "s.db")) as store:
        run = start_run(store, {"x": 1}, kind="generate")
        payer = Payer(endpoint, "toy", store, Budget(Caps()), run.id, seed=7)
        (answer,) = generate([Ask(Example(id="e", row={"q": "hi"}), Settings(values=values), 2)], payer)
    assert answer is not None
    sent = {
        "temperature": 0.5,
        "top_p": 0.9,
        "stop": ["#"],
        "mine": 1,
        "max_tokens": 1024,
        "seed": answer_seed(7, "e", 2),
    }
    prompt = prompt_hash((Message(role="user", content="hi"),))
    assert answer.key == digest(["scripted", "toy", None, prompt, sent, 7, 2])


def test_an_answer_always_has_a_limit() -> None:
    assert fields_of("unknown") == {"max_tokens": 1024, "seed": 3}
    assert fields_of("ollama-native") == {"options": {"num_predict": 1024, "seed": 3}}
    assert fields_of("openai-reasoning") == {"max_completion_tokens": 1024, "seed": 3}
    assert fields_of("openai", max_completion_tokens=50) == {"max_completion_tokens": 50, "seed": 3}
    # Where the newer name is ignored, it limits nothing.
    assert fields_of("ollama", max_completion_tokens=50) == {"max_completion_tokens": 50, "max_tokens": 1024, "seed": 3}


@pytest.mark.parametrize("dialect", ["unknown", "ollama-native", "openai-reasoning", "transformers"])
def test_what_a_budget_reserves_is_the_limit_by_any_name(dialect: Dialect) -> None:
    assert longest_answer(fields_of(dialect, max_tokens=77)) == 77
