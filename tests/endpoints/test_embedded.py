"""llama.cpp in the process."""

from __future__ import annotations

import hashlib
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from feinschliff.endpoints.embedded import EmbeddedEndpoint
from feinschliff.endpoints.protocol import Reply
from feinschliff.errors import ModelError
from feinschliff.models.house import house_path
from tests.contracts.endpoint_contract import make_requests, send


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddedEndpoint]:
    with EmbeddedEndpoint(house_path(), alias="house") as endpoint:
        yield endpoint


def bits(replies: dict[str, Reply]) -> dict[str, tuple[object, ...]]:
    return {i: (r.text, r.logprobs, r.finish_reason, r.prompt_tokens) for i, r in replies.items()}


def test_identity_is_the_files_content(engine: EmbeddedEndpoint) -> None:
    digest = hashlib.sha256(house_path().read_bytes()).hexdigest()
    assert engine.identity == f"embedded:{digest}"
    (info,) = engine.models()
    assert (info.name, info.digest) == ("house", digest)
    assert engine.backend == "llama.cpp"
    assert {"temperature", "top_p", "top_k", "min_p"} <= set(engine.defaults("house"))


def test_answers_are_bitwise_the_same_whatever_the_load(engine: EmbeddedEndpoint) -> None:
    requests = make_requests(60, "house", logprobs=True, top_logprobs=5)
    together = bits(send(engine, requests))
    assert together == bits(send(engine, requests[::-1]))
    alone = bits({i: reply for request in requests[:12] for i, reply in send(engine, [request]).items()})
    assert alone == {i: together[i] for i in alone}
    assert any(reply.logprobs for reply in send(engine, requests[:1]).values())


def test_many_requests(engine: EmbeddedEndpoint) -> None:
    replies = send(engine, make_requests(200, "house", max_tokens=2))
    assert len(replies) == 200
    assert all(reply.failure is None for reply in replies.values())


def test_it_tells_what_it_applied(engine: EmbeddedEndpoint) -> None:
    (reply,) = send(engine, make_requests(1, "house", verbose=True, top_k=7)).values()
    assert reply.applied is not None
    assert reply.applied["top_k"] == 7


def test_it_is_closed_to_others_and_silent(capfd: pytest.CaptureFixture[str]) -> None:
    with EmbeddedEndpoint(house_path(), slots=1) as endpoint:
        url = endpoint.connect().identity
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(urllib.request.Request(f"{url}/completions", data=b"{}"))
        assert caught.value.code == 401
        assert "*" not in (caught.value.headers.get("Access-Control-Allow-Origin") or "")
        caught.value.close()
        send(endpoint, make_requests(2, "house-1"))
    endpoint.close()
    assert capfd.readouterr() == ("", "")
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"{url}/models")


def test_it_can_be_closed_at_once() -> None:
    """Dropped before its loop runs, llama.cpp's server waits for itself for ever."""
    for _ in range(20):
        EmbeddedEndpoint(house_path()).close()
    assert threading.active_count() < 50


def test_a_machine_without_the_engine_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(ModelError, match="cannot be loaded") as raised:
        EmbeddedEndpoint(house_path())
    assert "--endpoint" in (raised.value.mend or "")
