"""The prompt's tokens, and how many the model knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from feinschliff.endpoints.embedded import EmbeddedEndpoint
from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.models.house import house_path
from feinschliff.records import Message
from tests.contracts.endpoint_contract import make_requests, send
from tests.endpoints.test_server import PAGES
from tests.fakes.llama_server import llama_server
from tests.fakes.openai_server import FakeServer

TURNS = (Message(role="system", content="Sei kurz."), Message(role="user", content="Sag <s> etwas, Jörg!"))


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddedEndpoint]:
    with EmbeddedEndpoint(house_path(), alias="house") as endpoint:
        yield endpoint


def test_the_prompt_has_as_many_tokens_as_the_engine_counts(engine: EmbeddedEndpoint) -> None:
    requests = make_requests(12, "house", max_tokens=1)
    replies = send(engine, requests)
    for request in requests:
        ids = engine.prompt_ids("house", request.messages)
        assert ids is not None
        assert len(ids) == replies[request.id].prompt_tokens
    assert engine.prompt_ids("house", TURNS) != engine.prompt_ids("house", TURNS[:1])


def test_the_vocabulary_bounds_the_ids(engine: EmbeddedEndpoint) -> None:
    size = engine.vocabulary("house")
    ids = engine.prompt_ids("house", TURNS)
    assert size == 2048
    assert ids is not None
    assert max(ids) < size


def test_a_plain_prompt_has_no_template() -> None:
    with llama_server(key="geheim") as url:
        with HttpEndpoint(url, api_key="geheim") as chat, HttpEndpoint(f"{url}/completions", api_key="geheim") as plain:
            request = make_requests(1, "house", max_tokens=1)[0]
            (reply,) = send(plain, [request]).values()
            ids = plain.prompt_ids("house", request.messages)
            assert ids is not None
            assert len(ids) == reply.prompt_tokens
            assert ids != chat.prompt_ids("house", request.messages)
            assert chat.vocabulary("house") == 2048
        with HttpEndpoint(url, api_key="falsch") as stranger:
            assert stranger.prompt_ids("house", request.messages) is None


def test_vllm_is_asked_for_the_turns_or_for_the_text() -> None:
    asked: list[Mapping[str, Any]] = []

    def tokens(path: str, body: Mapping[str, Any]) -> tuple[int, Any] | None:
        if path != "/tokenize":
            return None
        asked.append(body)
        return 200, {"count": 3, "max_model_len": 512, "tokens": [1, 15043, 2]}

    with (
        FakeServer(pages=PAGES["vllm"], override=tokens) as server,
        HttpEndpoint(server.url) as chat,
        HttpEndpoint(f"{server.url}/completions") as plain,
    ):
        assert chat.prompt_ids("fake-1", TURNS) == plain.prompt_ids("fake-1", TURNS) == (1, 15043, 2)
        assert chat.vocabulary("fake-1") is None
    assert asked[0] == {"model": "fake-1", "messages": [turn.model_dump() for turn in TURNS]}
    assert asked[1] == {"model": "fake-1", "prompt": "Sei kurz.\n\nSag <s> etwas, Jörg!"}


@pytest.mark.parametrize("backend", ["ollama", "unknown", "llama.cpp"])
def test_servers_that_tell_no_tokens(backend: str) -> None:
    """A llama.cpp behind a gateway that passes nothing on but answers is one of them."""
    with FakeServer(pages=PAGES[backend]) as server, HttpEndpoint(server.url) as endpoint:
        assert endpoint.prompt_ids("fake-1", TURNS) is None
        assert endpoint.vocabulary("fake-1") is None


@pytest.mark.parametrize("told", [{"tokens": "abc"}, {"tokens": [1.5]}, {"tokens": [True]}])
def test_an_answer_of_another_form_tells_nothing(told: Mapping[str, Any]) -> None:
    pages = PAGES["vllm"]
    with (
        FakeServer(pages=pages, override=lambda path, _: (200, told) if path == "/tokenize" else None) as server,
        HttpEndpoint(server.url) as endpoint,
    ):
        assert endpoint.prompt_ids("fake-1", TURNS) is None
