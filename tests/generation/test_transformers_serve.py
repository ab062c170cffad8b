"""Answers of a real `transformers serve` with the house model's folder: what is wired there acts there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import feinschliff as fein
from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.errors import ParameterError
from feinschliff.models.house import house_training_folder
from feinschliff.report.exports import TARGETS
from tests.fakes.transformers_server import transformers_server
from tests.report.test_exports import recipe_of

pytestmark = [pytest.mark.second, pytest.mark.timeout(300)]

POSTS = (
    "Verkaufe Damenfahrrad, 28 Zoll, 80 Euro, gut erhalten. Abholung in der Gartenstraße.",
    "Wir suchen eine Nachhilfe in Mathe für unsere Tochter, siebte Klasse, einmal pro Woche.",
    "Found a set of keys near the playground on Saturday evening. Send me a message.",
)
MODEL = str(house_training_folder("house-2"))


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    logs = tmp_path_factory.mktemp("serve")
    with transformers_server(Path(MODEL), logs, cache=logs / "no-cache") as base:
        yield base


@pytest.fixture
def task() -> fein.Task:
    rows = [{"post": post} for post in POSTS]
    return fein.Task.from_rows(rows, prompt="Subject line for this post:\n{{ post }}")


def texts(url: str, task: fein.Task, tmp_path: Path, *, n: int = 1, stream: bool = False, **settings: Any) -> list[str]:
    """Answers that no store has."""
    endpoint = fein.Endpoint(url, model=MODEL, stream=stream)
    number = len(list(tmp_path.glob("*.db")))
    values = {"max_tokens": 16, **settings}
    answers = fein.generate(task, endpoint, settings=values, n=n, store=tmp_path / f"{number}.db")
    assert [answer.failure for answer in answers] == [None] * len(answers)
    assert all(answer.completion_tokens > 0 and not answer.tokens_estimated for answer in answers)
    return [answer.text for answer in answers]


def test_it_is_recognised_and_serves_what_it_does_not_list(url: str) -> None:
    with HttpEndpoint(url) as endpoint:
        assert endpoint.backend == "transformers"
        assert endpoint.dialect(MODEL) == "transformers"
        assert endpoint.concurrency == 1
        assert endpoint.models() == []


def test_temperature_samples_and_0_does_not(url: str, task: fein.Task, tmp_path: Path) -> None:
    greedy = texts(url, task, tmp_path, temperature=0.0)
    assert greedy == texts(url, task, tmp_path, temperature=0.0)
    # The same model in the engine says the same.
    engine = fein.generate(
        task, fein.Endpoint(model="house-2"), settings={"max_tokens": 16, "temperature": 0.0}, store=tmp_path / "e.db"
    )
    assert sum(a.text.strip() == b.strip() for a, b in zip(engine, greedy, strict=True)) >= 2
    warm = texts(url, task, tmp_path, n=3, temperature=1.5)
    assert len(set(warm)) > 5
    # Its seed is the server's: with one request at a time it holds for one answer.
    assert warm == texts(url, task, tmp_path, n=3, temperature=1.5)
    assert texts(url, task, tmp_path, temperature=1.5, do_sample=False) == greedy
    assert texts(url, task, tmp_path, temperature=1.5, top_k=1) == greedy


def test_a_frequency_penalty_is_a_repetition_penalty_there(url: str, task: fein.Task, tmp_path: Path) -> None:
    greedy = texts(url, task, tmp_path, temperature=0.0)
    strong = texts(url, task, tmp_path, temperature=0.0, frequency_penalty=1.0)
    assert strong != greedy
    assert strong == texts(url, task, tmp_path, temperature=0.0, repeat_penalty=2.0)


def test_streamed_answers_are_the_same(url: str, task: fein.Task, tmp_path: Path) -> None:
    assert texts(url, task, tmp_path, temperature=0.0, stream=True) == texts(url, task, tmp_path, temperature=0.0)


def test_what_it_refuses_is_refused_before_it_is_asked(url: str, task: fein.Task, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="'dry_multiplier' is refused"):
        texts(url, task, tmp_path, dry_multiplier=1.0)
    # Ignored, and no error.
    assert texts(url, task, tmp_path, temperature=0.0, presence_penalty=2.0) == texts(
        url, task, tmp_path, temperature=0.0
    )


def test_an_exported_generation_config_is_read_by_the_library(tmp_path: Path) -> None:
    from transformers import GenerationConfig

    settings = {"temperature": 0.7, "top_p": 0.9, "top_k": 20, "min_p": 0.05, "repeat_penalty": 1.1, "max_tokens": 64}
    (tmp_path / "generation_config.json").write_text(TARGETS["vllm"](recipe_of(**settings)).text)
    config = GenerationConfig.from_pretrained(tmp_path)
    read = {
        "temperature": config.temperature,
        "top_p": config.top_p,
        "top_k": config.top_k,
        "min_p": config.min_p,
        "repeat_penalty": config.repetition_penalty,
        "max_tokens": config.max_new_tokens,
    }
    assert read == settings
    assert config.do_sample is True
    assert json.loads((tmp_path / "generation_config.json").read_text())["do_sample"] is True
