"""Embeddings by an OpenAI-compatible server, a fake one and llama.cpp."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from feinschliff.endpoints.embedded import EmbeddedEndpoint
from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.endpoints.parse import BrokenBody
from feinschliff.endpoints.parse_vectors import parse_vectors
from feinschliff.endpoints.protocol import Endpoint, Reply, Request
from feinschliff.errors import RequestRefused
from feinschliff.models.house import house_path
from feinschliff.records import Message
from tests.contracts.endpoint_contract import Collector, CountingGate
from tests.fakes.embeddings import LONGEST, embedding_of
from tests.fakes.openai_server import FakeServer, spread

LINES = ("Verkaufe Fahrrad", "Suche Katze in Köln", "Gruppe für Schach gesucht", "Bike for sale")


def request_of(*texts: str, name: str = "r", model: str = "fake-1") -> Request:
    messages = tuple(Message(role="user", content=text) for text in texts)
    return Request(name, model, messages, {}, prompt_tokens=10 * len(texts), max_tokens=0, embeds=True)


def send(endpoint: Endpoint, *requests: Request, gate: CountingGate | None = None) -> list[Reply]:
    collector = Collector()
    endpoint.send(requests, gate=gate or CountingGate(), sink=collector)
    return [collector.replies[request.id] for request in requests]


def test_vectors_come_in_the_order_of_the_texts() -> None:
    with FakeServer() as server, HttpEndpoint(server.url) as endpoint:
        (reply,) = send(endpoint, request_of(*LINES))
        assert reply.vectors == tuple(tuple(embedding_of(line)) for line in LINES)
        assert (reply.prompt_tokens, reply.completion_tokens) == (13, 0)
        assert server.bodies[-1] == {"model": "fake-1", "input": list(LINES)}


def test_faults_are_tried_again_and_every_attempt_passes_the_gate() -> None:
    with FakeServer(faults=spread(0.4), seed=3) as server, HttpEndpoint(server.url) as endpoint:
        gate = CountingGate()
        replies = send(endpoint, *(request_of(line, name=line) for line in LINES * 1), gate=gate)
        assert [reply.vectors for reply in replies] == [(tuple(embedding_of(line)),) for line in LINES]
        assert gate.admitted == sum(reply.attempts for reply in replies) > len(LINES)


def test_a_text_that_is_too_long_fails_once_and_alone() -> None:
    with FakeServer() as server, HttpEndpoint(server.url) as endpoint:
        send(endpoint, request_of("a"))
        long, short = send(endpoint, request_of("a" * (LONGEST + 1), name="long"), request_of("b", name="short"))
        assert long.failure is not None
        assert "400" in long.failure
        assert (long.attempts, long.transient) == (1, False)
        assert short.failure is None


@pytest.mark.parametrize("status", [404, 501])
def test_a_server_without_embeddings_is_told_at_once(status: int) -> None:
    def refuse(path: str, body: Any) -> tuple[int, Any] | None:
        return (status, {"error": {"message": "no embeddings here"}}) if path.endswith("/embeddings") else None

    with FakeServer(override=refuse) as server, HttpEndpoint(server.url) as endpoint:
        with pytest.raises(RequestRefused, match="no embeddings here") as caught:
            send(endpoint, request_of("a"))
        assert "embedding@MODEL" in (caught.value.mend or "")
        assert server.counts["POST"] == 1


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"error": {"message": "busy"}}, "busy"),
        ({"data": [{"index": 0, "embedding": [1.0]}]}, "1 embeddings for 2"),
        ({"data": [{"embedding": [1.0]}, {"embedding": [1.0, 2.0]}]}, "different length"),
        ({"data": [{"embedding": []}, {"embedding": []}]}, "no list of numbers"),
        ({"data": [{"embedding": [1.0, None]}, {"embedding": [1.0, 2.0]}]}, "no list of numbers"),
        ({"data": [{"embedding": [[1.0]]}, {"embedding": [[1.0]]}]}, "pooling"),
    ],
)
def test_broken_bodies(body: Any, says: str) -> None:
    with pytest.raises(BrokenBody, match=says):
        parse_vectors(json.dumps(body).encode(), 2)


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddedEndpoint]:
    with EmbeddedEndpoint(house_path(), alias="house", embeds=True) as endpoint:
        yield endpoint


def test_llama_cpp_gives_vectors_that_tell_texts_apart(engine: EmbeddedEndpoint) -> None:
    (reply,) = send(engine, request_of(*LINES, model="house"))
    vectors = np.array(reply.vectors)
    assert vectors.shape[0] == 4
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1)
    nearness = vectors @ vectors.T
    assert nearness[0, 1] < 0.999
    assert reply.prompt_tokens
    assert engine.identity.startswith("embedded:")


def test_llama_cpps_vectors_do_not_depend_on_their_company(engine: EmbeddedEndpoint) -> None:
    (together,) = send(engine, request_of(*LINES, model="house"))
    alone = [send(engine, request_of(line, model="house"))[0].vectors[0] for line in LINES]
    assert together.vectors == tuple(alone)


def test_a_text_that_llama_cpp_cannot_hold_fails_once(engine: EmbeddedEndpoint) -> None:
    gate = CountingGate()
    (reply,) = send(engine, request_of("Haus " * 3000, model="house"), gate=gate)
    assert reply.failure is not None
    assert not reply.transient
    assert gate.admitted == 1
