"""What servers tell of themselves."""

from __future__ import annotations

from typing import Any

import pytest

from feinschliff.endpoints import paths
from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.endpoints.protocol import ModelInfo
from feinschliff.errors import EndpointError
from tests.contracts.endpoint_contract import make_requests, send
from tests.fakes.openai_server import FakeServer, spread

PROPS = {
    "total_slots": 6,
    "default_generation_settings": {
        "n_ctx": 512,
        "params": {"temperature": 0.800000011920929, "top_k": 40, "min_p": 0.05000000074505806, "mirostat": 0},
    },
}
PAGES: dict[str, dict[str, Any]] = {
    "llama.cpp": {"/props": PROPS},
    "ollama": {
        "/api/version": {"version": "0.30.1"},
        "/api/tags": {"models": [{"name": "fake-1", "digest": "abc123"}]},
        "/api/show": {
            "details": {},
            "parameters": 'stop  "<|x|>"\ntemperature 0.6\ntop_k    20\nmin_p 0.1\nrepeat_penalty many',
        },
    },
    "lmstudio": {"/api/v0/models": {"data": [{"id": "fake-1"}]}},
    "vllm": {"/version": {"version": "0.24"}},
    "transformers": {"/openapi.json": {"paths": {"/load_model": {}, "/v1/chat/completions": {}}}},
    "unknown": {"/openapi.json": {"paths": {"/v1/chat/completions": {}}}},
}


@pytest.mark.parametrize("backend", PAGES)
@pytest.mark.parametrize("faults", [0.0, 0.3])
def test_backends_are_recognised(backend: str, faults: float) -> None:
    with (
        FakeServer(pages=PAGES[backend], faults=spread(faults), seed=4) as server,
        HttpEndpoint(server.url) as endpoint,
    ):
        assert endpoint.backend == backend
        # transformers answers one after the other.
        assert endpoint.concurrency == {"llama.cpp": 6, "transformers": 1}.get(backend, 4)
        assert [info.name for info in endpoint.models()] == ["fake-1"]
        endpoint.defaults("fake-1")
        asked = server.counts["GET"]
        assert endpoint.backend == backend
        assert server.counts["GET"] == asked


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes half a second for everything is slow, one that takes longer than 5 s is silent."""
    monkeypatch.setattr(paths, "LIMITS_S", (0.2, 5.0))


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("backend", ["ollama", "unknown"])
def test_a_slow_server_is_recognised_at_the_second_question_and_then_left_alone(backend: str) -> None:
    with FakeServer(pages=PAGES[backend], latency_s=0.5) as server, HttpEndpoint(server.url) as endpoint:
        assert endpoint.backend == backend
        endpoint.models()
        asked = server.counts["GET"]
        assert asked <= 8 + 2  # the four paths twice, its paths, its models, Ollama's digests
        assert endpoint.dialect("fake-1") == backend
        assert (endpoint.backend, endpoint.concurrency) == (backend, 4)
        assert send(endpoint, make_requests(3))["r0"].failure is None
        assert server.counts["GET"] == asked


def test_a_silent_server_is_asked_twice_in_a_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "LIMITS_S", (0.1, 0.2))
    with FakeServer(pages=PAGES["ollama"], latency_s=2.0) as server, HttpEndpoint(server.url) as endpoint:
        for _ in range(3):
            assert endpoint.backend == "unknown"
            assert endpoint.dialect("fake-1") == "unknown"
            assert (endpoint.version, endpoint.concurrency, endpoint.defaults("fake-1")) == (None, 4, {})
        assert server.counts["GET"] == 8


def test_the_models_are_asked_for_once() -> None:
    with FakeServer() as server, HttpEndpoint(server.url.removesuffix("/v1")) as endpoint:
        assert endpoint.backend == "unknown"
        assert [info.name for info in endpoint.models()] == ["fake-1"]
        assert server.counts["200"] == 1
        endpoint.models()  # who asks again wants to know anew
        assert server.counts["200"] == 2


def test_hosts_that_are_known_by_name() -> None:
    for url, backend in (
        ("https://api.openai.com/v1", "openai"),
        ("https://openrouter.ai/api/v1", "openrouter"),
        ("https://api.anthropic.com/v1", "anthropic"),
        ("https://mine.openai.azure.com/openai/v1", "openai"),
    ):
        with HttpEndpoint(url) as endpoint:
            assert endpoint.backend == backend


@pytest.mark.parametrize(
    ("rows", "backend"),
    [
        ([{"id": "gpt-4o", "owned_by": "system"}, {"id": "o3", "owned_by": "openai"}], "openai"),
        ([{"id": "gpt-4o", "owned_by": "openai"}, {"id": "my-llama", "owned_by": "openai"}], "unknown"),  # a gateway
        ([{"id": "gpt-5-mini"}], "openai"),
        ([{"id": "m", "owned_by": "vllm"}], "vllm"),
        ([{"id": "m", "owned_by": "llamacpp"}], "llama.cpp"),
        ([{"id": "a/b", "supported_parameters": [], "pricing": {}}], "openrouter"),
        ([{"id": "m"}, 3], "unknown"),
        ([], "unknown"),
    ],
)
def test_software_behind_a_proxy_that_shows_only_its_models(rows: list[Any], backend: str) -> None:
    with FakeServer(pages={"/v1/models": {"data": rows}}) as server:
        for url in (server.url, server.url.removesuffix("/v1")):
            with HttpEndpoint(url) as endpoint:
                assert endpoint.backend == backend


def test_transformers_without_a_cache_of_models_serves_all_the_same() -> None:
    def override(path: str, body: Any) -> tuple[int, Any] | None:
        return (500, {"detail": "no cache"}) if path == "/v1/models" else None

    with FakeServer(pages=PAGES["transformers"], override=override) as server, HttpEndpoint(server.url) as endpoint:
        assert endpoint.models() == []
    with (
        FakeServer(override=override) as server,
        HttpEndpoint(server.url) as endpoint,
        pytest.raises(EndpointError, match="cannot reach"),
    ):
        endpoint.models()


def test_defaults_are_only_what_the_server_tells() -> None:
    told = {
        "llama.cpp": {"temperature": 0.8, "top_k": 40, "min_p": 0.05, "mirostat": 0},
        # Its /v1 sends temperature and top_p of its own whatever the Modelfile holds.
        "ollama": {"temperature": 1.0, "top_p": 1.0, "top_k": 20, "min_p": 0.1},
        "vllm": {},
    }
    for backend, defaults in told.items():
        with FakeServer(pages=PAGES[backend]) as server, HttpEndpoint(server.url) as endpoint:
            assert endpoint.defaults("fake-1") == defaults


def test_models_with_digest_and_context() -> None:
    with FakeServer(pages=PAGES["ollama"]) as server, HttpEndpoint(server.url) as endpoint:
        assert endpoint.models() == [ModelInfo("fake-1", "abc123", None)]
    with FakeServer(pages=PAGES["llama.cpp"]) as server, HttpEndpoint(server.url) as endpoint:
        assert endpoint.models() == [ModelInfo("fake-1", None, 512)]
    listed = {"data": [{"id": "m", "max_model_len": 8192}, {"id": 3}, "x"]}
    with FakeServer(pages={"/v1/models": listed}) as server, HttpEndpoint(server.url) as endpoint:
        assert endpoint.models() == [ModelInfo("m", None, 8192)]


@pytest.mark.parametrize("body", [b"[]", {"data": 3}, {}])
def test_a_list_of_models_that_is_none(body: Any) -> None:
    with (
        FakeServer(pages={"/v1/models": body}) as server,
        HttpEndpoint(server.url) as endpoint,
        pytest.raises(EndpointError, match=r"models|cannot reach"),
    ):
        endpoint.models()


def test_a_wrong_path_and_a_full_address_without_list() -> None:
    with FakeServer(prefix="/elsewhere/v1") as server:
        root = server.url.removesuffix("/elsewhere/v1")
        with HttpEndpoint(root) as endpoint, pytest.raises(EndpointError, match="no list of models"):
            endpoint.models()
        with HttpEndpoint(root + "/other/chat/completions") as endpoint:
            assert endpoint.models() == []
