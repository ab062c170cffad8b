"""The endpoint contract on the client with a fake server, on the client with llama.cpp, and on the embedded engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from feinschliff.endpoints.embedded import EmbeddedEndpoint
from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.models.house import house_path
from tests.contracts.endpoint_contract import EndpointContract
from tests.fakes.openai_server import FakeServer


class TestHttpWithFakeServer(EndpointContract):
    @pytest.fixture(scope="class")
    @classmethod
    def endpoint(cls) -> Iterator[HttpEndpoint]:
        with FakeServer() as server, HttpEndpoint(server.url, concurrency=6) as endpoint:
            yield endpoint


class TestEmbedded(EndpointContract):
    @pytest.fixture(scope="class")
    @classmethod
    def endpoint(cls) -> Iterator[EmbeddedEndpoint]:
        with EmbeddedEndpoint(house_path()) as endpoint:
            yield endpoint


class TestHttpWithLlamaCpp(EndpointContract):
    """The engine's server asked as any user's llama.cpp would be: by URL and key."""

    @pytest.fixture(scope="class")
    @classmethod
    def endpoint(cls) -> Iterator[HttpEndpoint]:
        with EmbeddedEndpoint(house_path(), slots=3, alias="house") as engine, engine.connect() as endpoint:
            yield endpoint

    def test_llama_cpp_is_recognised(self, endpoint: HttpEndpoint) -> None:
        assert endpoint.backend == "llama.cpp"
        assert endpoint.concurrency == 3
        assert endpoint.models()[0].context_length == 2048
        assert endpoint.defaults("house")["temperature"] == 0.8
