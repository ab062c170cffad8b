"""Faults of the server: what is retried, what is not, and when the endpoint is given up."""

from __future__ import annotations

import socket
import time
from email.utils import formatdate

import pytest
from pydantic import JsonValue

from feinschliff.endpoints import batch as batch_module
from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.endpoints.limits import Breaker, Patience
from feinschliff.endpoints.protocol import Request
from feinschliff.endpoints.retry import backoff_s, names_a_field, parse_retry_after
from feinschliff.errors import EndpointError, EndpointGone, RequestRefused
from tests.contracts.endpoint_contract import Collector, CountingGate, make_requests, send
from tests.fakes.openai_server import QUICK_FAULTS, FakeServer, spread


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Back-off without waiting."""
    monkeypatch.setattr(batch_module, "backoff_s", lambda failures, retry_after_s: 0.001)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("kind", QUICK_FAULTS)
def test_each_fault_is_retried(kind: str) -> None:
    with FakeServer(faults={kind: 0.5}, seed=3) as server, HttpEndpoint(server.url, concurrency=4) as endpoint:
        gate, sink = CountingGate(), Collector()
        report = endpoint.send(make_requests(20), gate=gate, sink=sink)
    assert sink.calls == len(sink.replies) == 20
    assert all(reply.failure is None for reply in sink.replies.values())
    assert report.sent == gate.admitted == server.counts["POST"]
    assert sum(report.failed_attempts.values()) == report.sent - 20 == sum(r is None for r in gate.settled) > 0


def test_thirty_percent_faults_lose_nothing() -> None:
    with FakeServer(faults=spread(0.3), seed=1) as server, HttpEndpoint(server.url, concurrency=100) as endpoint:
        sink, clean = Collector(), Collector()
        assert [info.name for info in endpoint.models()] == ["fake-1"]
        endpoint.send(make_requests(300), gate=CountingGate(), sink=sink)
        server.faults = {}
        endpoint.send(make_requests(300), gate=CountingGate(), sink=clean)
    assert sink.calls == 300
    assert {i: r.text for i, r in sink.replies.items()} == {i: r.text for i, r in clean.replies.items()}


def test_a_silent_server_costs_the_time_limit() -> None:
    with (
        FakeServer(faults={"silence": 0.3}, seed=2) as server,
        HttpEndpoint(server.url, concurrency=8, timeout_s=0.2) as endpoint,
    ):
        sink = Collector()
        report = endpoint.send(make_requests(16), gate=CountingGate(), sink=sink)
    assert all(reply.failure is None for reply in sink.replies.values())
    assert report.failed_attempts["timeout"] > 0


def test_patience_follows_the_servers_pace() -> None:
    patience = Patience(120)
    for _ in range(19):
        patience.saw(0.1)
    assert patience.limit_s == 120
    patience.saw(0.1)
    assert patience.limit_s == 20
    patience.saw(5)
    assert patience.limit_s == 50
    patience.saw(60)
    assert patience.limit_s == 120


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured(form: str) -> None:
    with FakeServer(faults={"429-retry-after": 1.0}) as server, HttpEndpoint(server.url, concurrency=1) as endpoint:
        # An HTTP date has whole seconds.
        server.retry_after = "1" if form == "seconds" else formatdate(time.time() + 2, usegmt=True)

        def heal() -> None:
            server.faults = {}

        original = server._fault
        server._fault = lambda: (original(), heal())[0]  # type: ignore[method-assign]
        started = time.monotonic()
        (reply,) = send(endpoint, make_requests(1)).values()
    assert reply.attempts == 2
    assert 0.9 <= time.monotonic() - started < 3


def test_retry_after_forms() -> None:
    assert parse_retry_after("7") == 7
    assert parse_retry_after("-3") == 0
    assert parse_retry_after(formatdate(time.time() + 20, usegmt=True)) == pytest.approx(20, abs=2)
    assert [parse_retry_after(text) for text in (None, "", "soon", "nan", "inf")] == [None] * 5
    assert backoff_s(1, 1000.0) == 30
    assert all(backoff_s(1, None) <= 0.25 for _ in range(100))
    assert all(backoff_s(30, None) <= 8 for _ in range(100))


@pytest.mark.parametrize("status", [400, 422])
def test_other_4xx_are_replies_with_the_servers_words(status: int) -> None:
    def refuse_warm(path: str, body: object) -> tuple[int, object] | None:
        warm = isinstance(body, dict) and body.get("seed") == 5
        return (status, {"error": {"message": "temperature: too warm"}}) if warm else None

    with FakeServer(override=refuse_warm) as server, HttpEndpoint(server.url, concurrency=2) as endpoint:
        replies = send(endpoint, make_requests(10))
        assert server.counts["POST"] == 10
    assert replies["r5"].failure == f"HTTP {status}: temperature: too warm"
    assert [i for i, reply in replies.items() if reply.failure] == ["r5"]


@pytest.mark.usefixtures("hasty")
def test_a_500_that_names_a_field_twice_is_a_refusal() -> None:
    def refuse(path: str, body: object) -> tuple[int, object] | None:
        odd = isinstance(body, dict) and body.get("seed") == 5
        return (500, {"error": {"message": "Unrecognized argument: 'seed'"}}) if odd else None

    with FakeServer(override=refuse) as server, HttpEndpoint(server.url, concurrency=2) as endpoint:
        replies = send(endpoint, make_requests(10))
        assert server.counts["POST"] == 11
    assert replies["r5"].failure == "HTTP 500: Unrecognized argument: 'seed'"
    assert (replies["r5"].attempts, replies["r5"].transient) == (2, False)
    assert [i for i, reply in replies.items() if reply.failure] == ["r5"]


@pytest.mark.usefixtures("hasty")
def test_a_500_that_speaks_of_something_else_is_retried_however_often_it_says_the_same() -> None:
    left = {"r5": 6}

    def fail(path: str, body: object) -> tuple[int, object] | None:
        if isinstance(body, dict) and body.get("seed") == 5 and left["r5"] > 0:
            left["r5"] -= 1
            return 500, {"error": {"message": "the seed bank is out of memory"}}
        return None

    with FakeServer(override=fail) as server, HttpEndpoint(server.url, concurrency=2) as endpoint:
        replies = send(endpoint, make_requests(10))
    assert replies["r5"].attempts == 7
    assert not any(reply.failure for reply in replies.values())


def test_what_names_a_field() -> None:
    fields: dict[str, JsonValue] = {"top_k": 1, "temperature": 2, "stop": ["x"], "n": 1, "options": {"min_p": 0.1}}
    for words in ("top_k: not here", "Temperature? temperature must be < 2", "no field 'stop'", "min_p is unknown"):
        assert names_a_field(words, fields), words
    for words in ("fault 500", "server will stop now", "top_kk", "n of m slots", "the user gave up"):
        assert not names_a_field(words, fields), words


def test_when_all_first_replies_are_4xx_the_batch_ends() -> None:
    def refuse(path: str, body: object) -> tuple[int, object] | None:
        return (400, {"detail": "no such thing " * 100}) if path.endswith("completions") else None

    with FakeServer(override=refuse) as server, HttpEndpoint(server.url, concurrency=4) as endpoint:
        sink = Collector()
        with pytest.raises(RequestRefused, match="no such thing") as caught:
            endpoint.send(make_requests(50), gate=CountingGate(), sink=sink)
    assert len(caught.value.found or "") < 330
    assert 3 <= server.counts["POST"] <= 8
    assert all(reply.failure for reply in sink.replies.values())


@pytest.mark.parametrize("status", [401, 403, 404])
def test_refused_for_good_at_once(status: int) -> None:
    def refuse(path: str, body: object) -> tuple[int, object]:
        return status, {"error": {"message": "not for you"}}

    with FakeServer(override=refuse) as server, HttpEndpoint(server.url, concurrency=1) as endpoint:
        with pytest.raises(RequestRefused, match="not for you"):
            endpoint.send(make_requests(50), gate=CountingGate(), sink=Collector())
        assert server.counts["POST"] == 1


def test_a_server_that_never_was_is_given_up_soon() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
    with HttpEndpoint(url, concurrency=2) as endpoint:
        assert endpoint.backend == "unknown"
        with pytest.raises(EndpointError, match=r"cannot reach http://127.0.0.1:\d+/v1 \(connection refused\)"):
            endpoint.models()
        started = time.monotonic()
        with pytest.raises(EndpointGone, match="does not answer") as caught:
            endpoint.send(make_requests(5), gate=CountingGate(), sink=Collector())
        assert 3 <= time.monotonic() - started < 12
    assert caught.value.found == "connection refused"
    assert "same command" in (caught.value.mend or "")


def test_breaker_counts_failures_in_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    breaker = Breaker()
    breaker.accepted()
    now = 7.9
    assert not any(breaker.failure(workers=4, refused=True) for _ in range(30))
    now = 8.1
    assert breaker.failure(workers=4, refused=True)
    breaker.accepted()
    now = 30.0
    assert [breaker.failure(workers=4, refused=False) for _ in range(17)] == [False] * 16 + [True]
    breaker.reset()
    assert not breaker.failure(workers=4, refused=False)


@pytest.mark.usefixtures("hasty")
def test_a_hopeless_request_becomes_a_failed_reply() -> None:
    with FakeServer(faults={"500": 1.0}) as server, HttpEndpoint(server.url, concurrency=1) as endpoint:
        (reply,) = send(endpoint, make_requests(1)).values()
    assert reply.attempts == server.counts["POST"] == 12
    assert reply.failure == "given up after 12 attempts: HTTP 500: fault 500"


class _TimedGate(CountingGate):
    """Half a second for everything."""

    def __init__(self) -> None:
        super().__init__()
        self.ends = time.monotonic() + 0.5

    def admit(self, request: Request) -> bool:
        return time.monotonic() < self.ends and super().admit(request)

    def time_left_s(self) -> float | None:
        return max(0.0, self.ends - time.monotonic())


def test_an_attempt_takes_no_longer_than_the_budget_has_left() -> None:
    with FakeServer(latency_s=20) as server, HttpEndpoint(server.url, concurrency=2) as endpoint:
        started = time.monotonic()
        report = endpoint.send(make_requests(3), gate=_TimedGate(), sink=lambda reply, done: done())
        assert time.monotonic() - started < 10
    assert len(report.unsent) == 3
    assert report.failed_attempts["timeout"] == 2
