"""What every endpoint must hold. Subclass `EndpointContract` and give a fixture `endpoint`."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from feinschliff.endpoints.protocol import Endpoint, Reply, Request
from feinschliff.records import Message


class CountingGate:
    """Admits `cap` attempts (None: all) and keeps the books."""

    def __init__(self, cap: int | None = None) -> None:
        self.cap = cap
        self.admitted = 0
        self.settled: list[Reply | None] = []
        self.threads: set[int] = set()

    def admit(self, request: Request) -> bool:
        self.threads.add(threading.get_ident())
        if self.cap is not None and self.admitted >= self.cap:
            return False
        self.admitted += 1
        return True

    def time_left_s(self) -> float | None:
        return None

    def settle(self, request: Request, reply: Reply | None, *, lost: bool = False) -> None:
        self.threads.add(threading.get_ident())
        self.settled.append(reply)


class Collector:
    """A sink that keeps replies by request id."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}
        self.calls = 0

    def __call__(self, reply: Reply, done: Callable[[], None]) -> None:
        self.calls += 1
        self.replies[reply.request.id] = reply
        done()


def make_requests(count: int, model: str = "fake-1", **fields: Any) -> list[Request]:
    """Requests with prompts of different length, each with its own seed."""
    return [
        Request(
            id=f"r{i}",
            model=model,
            messages=(
                Message(role="system", content="You write subject lines."),
                Message(role="user", content=f"A post about gardens and cats, number {i}. " * (1 + i % 4)),
            ),
            fields={"temperature": 0.8, "seed": i, "max_tokens": 8, **fields},
            prompt_tokens=20,
            max_tokens=8,
        )
        for i in range(count)
    ]


def send(endpoint: Endpoint, requests: list[Request]) -> dict[str, Reply]:
    """All replies by id."""
    sink = Collector()
    endpoint.send(requests, gate=CountingGate(), sink=sink)
    return sink.replies


class EndpointContract:
    """The suite."""

    @pytest.fixture
    def model(self, endpoint: Endpoint) -> str:
        return endpoint.models()[0].name

    def test_identity_is_stable_and_printable(self, endpoint: Endpoint) -> None:
        assert endpoint.identity == endpoint.identity
        assert endpoint.identity.isprintable()

    def test_knows_its_models_and_defaults(self, endpoint: Endpoint, model: str) -> None:
        assert model
        assert all(isinstance(value, int | float) for value in endpoint.defaults(model).values())
        assert endpoint.concurrency >= 1

    def test_every_request_is_answered_once(self, endpoint: Endpoint, model: str) -> None:
        gate, sink = CountingGate(), Collector()
        report = endpoint.send(make_requests(40, model), gate=gate, sink=sink)
        assert sink.calls == len(sink.replies) == 40
        assert report.sent == gate.admitted == len(gate.settled) == sum(r.attempts for r in sink.replies.values())
        assert report.unsent == ()
        assert all(reply.failure is None and reply.latency_s > 0 for reply in sink.replies.values())
        assert len(gate.threads) == 1

    def test_nothing_to_send(self, endpoint: Endpoint) -> None:
        assert endpoint.send([], gate=CountingGate(), sink=Collector()).sent == 0

    def test_seeded_answers_repeat_in_any_order(self, endpoint: Endpoint, model: str) -> None:
        requests = make_requests(40, model)
        first, second = send(endpoint, requests), send(endpoint, requests[::-1])
        assert {i: r.text for i, r in first.items()} == {i: r.text for i, r in second.items()}

    def test_gate_stops_exactly_at_the_cap(self, endpoint: Endpoint, model: str) -> None:
        gate, sink = CountingGate(cap=10), Collector()
        requests = make_requests(15, model)
        report = endpoint.send(requests, gate=gate, sink=sink)
        assert report.sent == gate.admitted == 10
        answered = {reply.request.id for reply in sink.replies.values()}
        assert [r.id for r in report.unsent] == [r.id for r in requests if r.id not in answered]

    def test_requests_are_pulled_lazily(self, endpoint: Endpoint, model: str) -> None:
        sink = Collector()
        ahead = 0

        def pulled() -> Iterator[Request]:
            nonlocal ahead
            for i, request in enumerate(make_requests(30, model)):
                ahead = max(ahead, i - sink.calls)
                yield request

        endpoint.send(pulled(), gate=CountingGate(), sink=sink)
        assert sink.calls == 30
        assert ahead <= endpoint.concurrency

    def test_a_worker_waits_until_its_reply_is_durable(self, endpoint: Endpoint, model: str) -> None:
        open_receipts = 0
        most = 0

        def slow(reply: Reply, done: Callable[[], None]) -> None:
            nonlocal open_receipts, most
            open_receipts += 1
            most = max(most, open_receipts)

            def later() -> None:
                nonlocal open_receipts
                time.sleep(0.005)
                open_receipts -= 1
                done()

            threading.Thread(target=later).start()

        endpoint.send(make_requests(20, model), gate=CountingGate(), sink=slow)
        assert 1 <= most <= endpoint.concurrency
        assert open_receipts == 0

    @pytest.mark.parametrize("where", ["sink", "admit", "settle", "requests"])
    def test_errors_of_the_caller_surface(self, endpoint: Endpoint, model: str, where: str) -> None:
        def fail(*_: object, **__: object) -> Any:
            raise ZeroDivisionError(where)

        def failing() -> Iterator[Request]:
            yield from make_requests(3, model)
            fail()

        gate = CountingGate()
        if where in ("admit", "settle"):
            setattr(gate, where, fail)
        requests = failing() if where == "requests" else iter(make_requests(5, model))
        with pytest.raises(ZeroDivisionError, match=where if where != "requests" else None):
            endpoint.send(requests, gate=gate, sink=fail if where == "sink" else Collector())
        assert len(send(endpoint, make_requests(3, model))) == 3

    def test_replies_are_plain_data(self, endpoint: Endpoint, model: str) -> None:
        (reply,) = send(endpoint, make_requests(1, model)).values()
        assert json.dumps(reply.text)
        assert reply.prompt_tokens is None or reply.prompt_tokens > 0
        assert reply.completion_tokens is None or 0 <= reply.completion_tokens <= 8
        assert reply.finish_reason in (None, "stop", "length")
