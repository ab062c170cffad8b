"""The client: addresses, secrets, limits, what is sent and what is read."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time

import pytest

from feinschliff.endpoints import http, limits
from feinschliff.endpoints.address import parse_url, redact_url
from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.endpoints.protocol import Reply
from feinschliff.errors import EndpointError, FeinschliffError, InputError, Interrupted, RequestRefused
from tests.contracts.endpoint_contract import Collector, CountingGate, make_requests, send
from tests.fakes.openai_server import FakeServer

KEY = "sk-very-secret-key-1234567890"


def test_chat_body_is_what_was_asked() -> None:
    with FakeServer() as server, HttpEndpoint(server.url, api_key=KEY, headers={"X-Team": "blue"}) as endpoint:
        (reply,) = send(endpoint, make_requests(1, stop=["\n"])).values()
    assert server.bodies[0] == {
        "model": "fake-1",
        "messages": [m.model_dump() for m in reply.request.messages],
        "temperature": 0.8,
        "seed": 0,
        "max_tokens": 8,
        "stop": ["\n"],
    }
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    assert server.headers[0]["x-team"] == "blue"
    assert reply.completion_tokens == 8


def test_plain_completions_get_a_prompt() -> None:
    with FakeServer() as server, HttpEndpoint(server.url + "/completions", concurrency=1) as endpoint:
        (reply,) = send(endpoint, make_requests(1)).values()
        assert [info.name for info in endpoint.models()] == ["fake-1"]
        assert endpoint.identity == server.url + "/completions"
    assert server.bodies[0]["prompt"] == "You write subject lines.\n\nA post about gardens and cats, number 0. "
    assert reply.text


@pytest.mark.parametrize("suffix", ["", "/", "/chat/completions"])
def test_forms_of_the_url(suffix: str) -> None:
    with FakeServer() as server, HttpEndpoint(server.url + suffix, concurrency=1) as endpoint:
        assert endpoint.identity == server.url
        assert send(endpoint, make_requests(1))["r0"].failure is None


def test_a_base_without_version_is_tried_with_v1() -> None:
    with FakeServer() as server, HttpEndpoint(server.url.removesuffix("/v1"), concurrency=1) as endpoint:
        assert send(endpoint, make_requests(1))["r0"].failure is None
        assert endpoint.models()[0].name == "fake-1"


@pytest.mark.parametrize("url", ["localhost:80", "ftp://x/v1", "http://", "http://x:port/v1", ""])
def test_what_is_no_url(url: str) -> None:
    with pytest.raises(EndpointError, match="no http or https URL"):
        HttpEndpoint(url)


def test_identity_is_normalised_and_holds_no_secret() -> None:
    assert (
        redact_url("HTTP://User:pass@LocalHost:80/v1/?api_key=abcd&api-version=2")
        == "http://localhost/v1?api-version=2"
    )
    assert redact_url("https://[::1]:8443/v1/chat/completions") == "https://[::1]:8443/v1"
    assert redact_url("user:pw//a:b@nonsense?key=1") == "user:pw//***@nonsense"
    assert parse_url("http://127.0.0.1/v1").loopback
    assert parse_url("http://[::1]/v1").loopback
    assert parse_url("http://localhost/v1").loopback
    assert not parse_url("http://example.org/v1").loopback


def test_secrets_show_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    def tell_all(path: str, body: object) -> tuple[int, object]:
        return 401, {
            "error": {"message": f"bad key {KEY}, {'hunter22'}, tok-in-query, header-secret, dXNlcjpodW50ZXIyMg=="}
        }

    with FakeServer(override=tell_all) as server:
        url = server.url.replace("//", "//user:hunter22@") + "?token=tok-in-query"
        errors: list[FeinschliffError] = []
        with HttpEndpoint(url, api_key=KEY, headers={"X-Pass": "header-secret"}, concurrency=1) as endpoint:
            for ask in (endpoint.models, lambda: send(endpoint, make_requests(1))):
                with pytest.raises(FeinschliffError) as caught:
                    ask()
                errors.append(caught.value)
            shown = [repr(endpoint), endpoint.identity, repr(vars(endpoint)["_address"]), caplog.text]
    shown += [f"{error} {error.to_dict()}" for error in errors]
    assert isinstance(errors[1], RequestRefused)
    for secret in (KEY, "hunter22", "tok-in-query", "header-secret", "dXNlcjpodW50ZXIyMg"):
        assert secret not in "".join(shown)


def test_url_credentials_are_sent_as_basic_auth() -> None:
    with FakeServer() as server, HttpEndpoint(server.url.replace("//", "//me:s%40crt@"), concurrency=1) as endpoint:
        send(endpoint, make_requests(1))
    assert server.headers[0]["authorization"] == "Basic bWU6c0BjcnQ="


@pytest.mark.parametrize(("key", "headers"), [("a\nb-secret", {}), ("ok", {"X": "b\r\nY: secret"}), ("ü-secret", {})])
def test_headers_that_http_cannot_carry(key: str, headers: dict[str, str]) -> None:
    with pytest.raises(InputError) as caught:
        HttpEndpoint("http://localhost/v1", api_key=key, headers=headers)
    assert "secret" not in str(caught.value)


def test_proxies_are_not_used_for_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with FakeServer() as server, HttpEndpoint(server.url, concurrency=1) as endpoint:
        assert send(endpoint, make_requests(1))["r0"].failure is None


def test_proxies_of_the_environment_are_used_for_other_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeServer(prefix="http://models.invalid/v1") as proxy:
        monkeypatch.setenv("http_proxy", f"127.0.0.1:{proxy.port}")
        with HttpEndpoint("http://models.invalid/v1", concurrency=1) as endpoint:
            assert send(endpoint, make_requests(1))["r0"].failure is None


def test_a_proxy_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:9")
    with pytest.raises(EndpointError, match="proxy of an unknown kind"):
        HttpEndpoint("http://models.invalid/v1")


def test_connections_are_kept_between_batches() -> None:
    with FakeServer() as server, HttpEndpoint(server.url, concurrency=3) as endpoint:
        for _ in range(5):
            send(endpoint, make_requests(9))
    assert server.counts["connections"] <= 3


def test_concurrency_is_used_and_kept() -> None:
    with FakeServer(latency_s=0.03) as server, HttpEndpoint(server.url, concurrency=7) as endpoint:
        send(endpoint, make_requests(30))
    assert server.most_in_flight == 7


def test_requests_per_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "RateLimit", lambda rpm, tpm: limits.RateLimit(rpm, tpm, window_s=0.4))
    with FakeServer() as server, HttpEndpoint(server.url, concurrency=8, rpm=5) as endpoint:
        send(endpoint, make_requests(15))
    assert all(later - first > 0.35 for first, later in zip(server.times, server.times[5:], strict=False))


def test_tokens_per_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "RateLimit", lambda rpm, tpm: limits.RateLimit(rpm, tpm, window_s=0.4))
    # 28 tokens are reserved for each request: two fit, and a third only where the true usage is smaller.
    with FakeServer(usage=False) as server, HttpEndpoint(server.url, concurrency=8, tpm=60) as endpoint:
        send(endpoint, make_requests(6))
    assert all(later - first > 0.35 for first, later in zip(server.times, server.times[2:], strict=False))


def test_a_request_above_the_token_limit_still_goes() -> None:
    with FakeServer() as server, HttpEndpoint(server.url, concurrency=1, tpm=5) as endpoint:
        assert send(endpoint, make_requests(1))["r0"].failure is None


def test_ctrl_c_keeps_what_has_come() -> None:
    def answered(reply: Reply, done: object) -> None:
        sink(reply, lambda: None)
        if sink.calls == 5:
            threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGINT)).start()
        assert callable(done)
        done()

    sink = Collector()
    with FakeServer(latency_s=0.05) as server, HttpEndpoint(server.url, concurrency=2) as endpoint:
        gate = CountingGate()
        started = time.monotonic()
        with pytest.raises(Interrupted):
            endpoint.send(make_requests(200), gate=gate, sink=answered)
        assert time.monotonic() - started < 3
        calls = sink.calls
        assert 5 <= calls <= 9
        assert gate.admitted == len(gate.settled)
        assert len(send(endpoint, make_requests(3))) == 3
    assert sink.calls == calls


def test_a_gate_may_refuse_for_now_while_others_are_in_flight() -> None:
    class Tokens(CountingGate):
        """100 tokens; each request reserves 40 and uses 10."""

        left = 100

        def admit(self, request: object) -> bool:
            if self.left < 40:
                return False
            self.left -= 40
            return True

        def settle(self, request: object, reply: Reply | None, *, lost: bool = False) -> None:
            self.left += 30

    with FakeServer(latency_s=0.01) as server, HttpEndpoint(server.url, concurrency=8) as endpoint:
        report = endpoint.send(make_requests(20), gate=Tokens(), sink=Collector())
    assert report.sent == 7
    assert len(report.unsent) == 13
    assert server.counts["POST"] == 7
