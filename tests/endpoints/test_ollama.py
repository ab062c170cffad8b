"""Ollama's own chat: when it is asked, what is sent, and what comes of its answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from feinschliff.build import Endpoint, connect
from feinschliff.endpoints.address import parse_url
from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.endpoints.ollama import LineReader
from feinschliff.endpoints.protocol import ModelInfo, Request, Streaming
from feinschliff.errors import ModelError, RequestRefused
from feinschliff.generation import choose_model
from tests.contracts.endpoint_contract import EndpointContract, make_requests, send
from tests.fakes.ollama import FakeOllama
from tests.fakes.openai_server import QUICK_FAULTS, FakeServer, spread
from tests.fakes.streams import StreamStyle


class TestOwnChat(EndpointContract):
    @pytest.fixture(scope="class")
    @classmethod
    def endpoint(cls) -> Iterator[HttpEndpoint]:
        with FakeOllama() as server, HttpEndpoint(server.root, concurrency=6) as endpoint:
            yield endpoint


def requests(count: int, *, streamed: bool = False) -> list[Request]:
    made = make_requests(count)
    streaming = Streaming(stop_loops=True) if streamed else None
    return [
        replace(r, fields={"options": {"temperature": 0.8, "seed": i, "num_predict": 6}}, streaming=streaming)
        for i, r in enumerate(made)
    ]


@pytest.mark.parametrize("suffix", ["", "/", "/api/chat"])
def test_its_base_and_its_chat_address_mean_its_own_chat(suffix: str) -> None:
    with FakeOllama() as server, HttpEndpoint(server.root + suffix) as endpoint:
        assert endpoint.models() == [ModelInfo("fake-1", "abc123", None)]
        assert endpoint.dialect("fake-1") == "ollama-native"
        (reply,) = send(endpoint, requests(1)).values()
        assert reply.failure is None
        assert reply.text
        (body,) = server.bodies
        assert body["stream"] is False
        assert body["options"] == {"temperature": 0.8, "seed": 0, "num_predict": 6}
        # A run is resumed from what is stored: it must mean the same address.
        again = parse_url(endpoint.identity)
        assert again.native == (suffix == "/api/chat")
        assert again.identity == endpoint.identity


def test_v1_stays_v1_and_other_servers_keep_their_bases() -> None:
    with FakeOllama() as server, HttpEndpoint(server.url) as endpoint:
        assert endpoint.dialect("fake-1") == "ollama"
        assert send(endpoint, make_requests(1))["r0"].failure is None
        assert "options" not in server.bodies[-1]
    with FakeServer() as server, HttpEndpoint(server.url.removesuffix("/v1")) as endpoint:
        assert endpoint.dialect("fake-1") == "unknown"
        assert send(endpoint, make_requests(1))["r0"].failure is None


@pytest.mark.parametrize("cut_bytes", [None, 1, 7])
def test_streamed_and_whole_answers_are_the_same(cut_bytes: int | None) -> None:
    style = StreamStyle(cut_bytes=cut_bytes)
    with FakeOllama(thinking="let me see", style=style) as server, HttpEndpoint(server.root) as endpoint:
        whole, streamed = send(endpoint, requests(4)), send(endpoint, requests(4, streamed=True))
    for i, reply in streamed.items():
        assert reply.text == whole[i].text
        assert reply.finish_reason == whole[i].finish_reason == "length"
        assert (reply.prompt_tokens, reply.completion_tokens) == (whole[i].prompt_tokens, whole[i].completion_tokens)
        assert reply.completion_tokens == 6
        assert (whole[i].reasoning or "").split() == (reply.reasoning or "").split() == ["let", "me", "see"]
        assert reply.pieces == 9
        assert reply.first_token_s is not None


def test_log_probabilities_and_missing_counts() -> None:
    with FakeOllama(usage=False) as server, HttpEndpoint(server.root) as endpoint:
        (request,) = requests(1)
        request = replace(request, fields={**request.fields, "logprobs": True, "top_logprobs": 1})
        reply = send(endpoint, [request])["r0"]
    assert reply.logprobs is not None
    assert reply.logprobs[0].top[0].logprob == -0.5
    assert reply.prompt_tokens is None


@pytest.mark.parametrize("streamed", [False, True])
def test_faults_change_no_answer(streamed: bool) -> None:
    kinds = (*(k for k in QUICK_FAULTS if k != "wrong-types"), "drop", "no-end", "bad-event", "error-event")
    with FakeOllama() as server, HttpEndpoint(server.root) as endpoint:
        calm = send(endpoint, requests(25, streamed=streamed))
        server.faults = spread(0.4, kinds)
        stormy = send(endpoint, requests(25, streamed=streamed))
        assert sum(server.counts[kind] for kind in kinds) > 5
    assert {i: r.text for i, r in stormy.items()} == {i: r.text for i, r in calm.items()}
    assert all(reply.failure is None for reply in stormy.values())


def test_defaults_are_those_of_the_modelfile_and_nothing_is_injected() -> None:
    told = {"temperature": 0.6, "top_k": 20, "repeat_last_n": 32}
    with FakeOllama() as server:
        with HttpEndpoint(server.root) as endpoint:
            own = endpoint.defaults("fake-1")
            assert {name: own[name] for name in told} == told
            # What the Modelfile does not say is the software's own.
            assert (own["top_p"], own["repeat_penalty"]) == (0.9, 1.0)
        with HttpEndpoint(server.url) as endpoint:
            assert endpoint.defaults("fake-1") == told | {"temperature": 1.0, "top_p": 1.0}


def test_an_unknown_model_is_told_in_the_servers_words() -> None:
    with (
        FakeOllama() as server,
        HttpEndpoint(server.root) as endpoint,
        pytest.raises(RequestRefused, match="model 'other' not found"),
    ):
        send(endpoint, [replace(requests(1)[0], model="other")])


def test_embeddings_and_models_without_their_usual_tag() -> None:
    tags = {"models": [{"name": "fake-1:latest", "digest": "d"}, {"name": "other:7b", "digest": "e"}]}
    with FakeOllama(models=("fake-1", "fake-1:latest")) as server:
        server.pages = {**server.pages, "/api/tags": tags}
        with HttpEndpoint(server.root) as endpoint:
            assert choose_model(endpoint, "fake-1")[0] == "fake-1:latest"
            assert choose_model(endpoint, None, searched=["fake-1", "other:7b"])[0] == "fake-1"
            with pytest.raises(ModelError):
                choose_model(endpoint, "other")
            (request,) = requests(1)
            reply = send(endpoint, [replace(request, fields={}, embeds=True)])["r0"]
        assert len(reply.vectors) == 2
        with connect(Endpoint(server.root, model="fake-1")) as link:
            assert (link.model, link.digests["fake-1"]) == ("fake-1:latest", "d")


def test_lines_may_be_cut_anywhere() -> None:
    reader = LineReader()
    assert [line for byte in b'{"a":1}\n\n{"b"' for line in reader.feed(bytes([byte]))] == [b'{"a":1}']
    assert reader.feed(b":2}") == []
    assert reader.close() == [b'{"b":2}']
    assert reader.close() == []
