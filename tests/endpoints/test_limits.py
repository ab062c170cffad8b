"""Requests and tokens per minute, in virtual time: whatever fails, no window of 60 s holds more than is allowed."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from feinschliff.endpoints import attempt as attempt_module
from feinschliff.endpoints import limits as limits_module
from feinschliff.endpoints.batch import Batch
from feinschliff.endpoints.limits import Breaker, Patience, RateLimit
from feinschliff.endpoints.line import Line, StreamDialect
from feinschliff.endpoints.protocol import Request, SendReport
from feinschliff.endpoints.transport import AttemptFailed
from tests.contracts.endpoint_contract import Collector, CountingGate, make_requests

MINUTE_S = 60.0


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose clock jumps to the next timer instead of waiting for it."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 1000.0
        select = self._selector.select  # type: ignore[attr-defined]

        def jump(timeout: float | None) -> object:
            if timeout:
                self._now += timeout
            return select(0)

        self._selector.select = jump  # type: ignore[attr-defined]

    def time(self) -> float:
        return self._now


@dataclass
class Provider:
    """Counts what arrives, as a provider with limits does, and answers or fails by a seed."""

    now: Callable[[], float]
    faults: float
    seed: int
    calls: int = 0
    arrivals: list[tuple[float, int]] = field(default_factory=list)
    """(time, tokens that it takes the request for)"""

    async def post(self, body: bytes, limit_s: float) -> bytes:
        self.calls += 1
        rng = random.Random(f"{self.seed}/{self.calls}")
        await asyncio.sleep(rng.uniform(0.0, 0.05))  # on the way
        prompt = len(json.loads(body)["messages"][-1]["content"].split())
        completion = rng.randint(1, 8)
        self.arrivals.append((self.now(), prompt + completion))
        await asyncio.sleep(min(limit_s, rng.expovariate(1 / 2.0)))
        if rng.random() < self.faults:
            raise rng.choice(FAULTS)
        choice = {"message": {"content": "so " * completion}, "finish_reason": "stop"}
        usage = {"prompt_tokens": prompt, "completion_tokens": completion}
        return json.dumps({"choices": [choice], "usage": usage}).encode()


FAULTS = (
    AttemptFailed("slow down", kind="429", status=429, retry_after_s=1.0),
    AttemptFailed("slow down", kind="429", status=429, retry_after_s=25.0),
    AttemptFailed("fault", kind="500", status=500),
    AttemptFailed("no answer", kind="timeout"),
    AttemptFailed("half of one", kind="broken_body"),
)


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> VirtualLoop:
    made = VirtualLoop()
    clock = SimpleNamespace(monotonic=made.time, perf_counter=made.time)
    monkeypatch.setattr(limits_module, "time", clock)
    monkeypatch.setattr(attempt_module, "time", clock)
    return made


async def _never(*_: object) -> Any:
    raise AssertionError("nothing is streamed here")


def drive(
    loop: VirtualLoop, provider: Provider, requests: Sequence[Request], rate: RateLimit, gate: CountingGate
) -> tuple[SendReport, Collector]:
    """One batch from its beginning to its end."""
    sink = Collector()

    async def work() -> SendReport:
        line = Line(
            shown="there",
            plain=False,
            concurrency=16,
            post=provider.post,
            stream=_never,
            backend=_never,
            dialect=StreamDialect(),
            redact=str,
            breaker=Breaker(),
            patience=Patience(120),
            rate=rate,
        )
        return await Batch(line, requests, gate, sink).run()

    try:
        return loop.run_until_complete(work()), sink
    finally:
        loop.close()


def fullest_window(arrivals: Sequence[tuple[float, int]]) -> tuple[int, int]:
    """(most requests, most tokens) in any 60 s."""
    windows = [[t for at, t in arrivals if start <= at < start + MINUTE_S] for start, _ in arrivals]
    return max(len(w) for w in windows), max(sum(w) for w in windows)


@pytest.mark.parametrize("faults", [0.0, 0.3, 0.6])
@pytest.mark.parametrize("seed", range(4))
def test_no_minute_holds_more_requests_than_allowed(loop: VirtualLoop, faults: float, seed: int) -> None:
    provider = Provider(loop.time, faults, seed)
    began = loop.time()
    report, sink = drive(loop, provider, make_requests(150), RateLimit(30, None), CountingGate())
    assert len(sink.replies) == 150
    most, _ = fullest_window(provider.arrivals)
    assert most <= 30
    assert report.sent == len(provider.arrivals)
    # And the limit is used: retries included, 30 a minute were made (the last waits for retries are no work).
    minutes = (loop.time() - began) / MINUTE_S
    assert report.sent >= 30 * (minutes - 2) * (1.0 if faults < 0.5 else 0.6)


@pytest.mark.parametrize("faults", [0.0, 0.4])
@pytest.mark.parametrize("seed", range(4))
def test_no_minute_holds_more_tokens_than_allowed(loop: VirtualLoop, faults: float, seed: int) -> None:
    provider = Provider(loop.time, faults, seed)
    _, sink = drive(loop, provider, make_requests(100), RateLimit(1000, 400), CountingGate())
    assert len(sink.replies) == 100
    requests, tokens = fullest_window(provider.arrivals)
    assert tokens <= 400
    if not faults:
        assert requests >= 8  # what answers really took gives room to others at once


def test_an_estimate_that_is_too_low_is_corrected_by_the_first_answers(loop: VirtualLoop) -> None:
    """The server counts 36 tokens where 1 was estimated; from the second minute on nothing is above the limit."""
    long = [
        Request(r.id, r.model, (r.messages[1].model_copy(update={"content": "word " * 36}),), r.fields, 1, 8)
        for r in make_requests(80)
    ]
    provider = Provider(loop.time, 0.0, 1)
    began = loop.time()
    drive(loop, provider, long, RateLimit(None, 400), CountingGate())
    later = [arrival for arrival in provider.arrivals if arrival[0] > began + MINUTE_S]
    assert fullest_window(later)[1] <= 400


def test_a_request_above_the_limit_goes_alone(loop: VirtualLoop) -> None:
    provider = Provider(loop.time, 0.0, 0)
    _, sink = drive(loop, provider, make_requests(4), RateLimit(None, 10), CountingGate())
    assert len(sink.replies) == 4
    assert fullest_window(provider.arrivals)[0] == 1


class Hurried(CountingGate):
    """So many seconds for everything."""

    def __init__(self, loop: VirtualLoop, seconds: float) -> None:
        super().__init__()
        self._loop = loop
        self.ends = loop.time() + seconds

    def admit(self, request: Request) -> bool:
        return self._loop.time() < self.ends and super().admit(request)

    def time_left_s(self) -> float | None:
        return max(0.0, self.ends - self._loop.time())


@pytest.mark.parametrize("rate", [RateLimit(1, None), RateLimit(None, 40)])
def test_waiting_for_the_next_minute_ends_with_the_budget(loop: VirtualLoop, rate: RateLimit) -> None:
    provider, gate = Provider(loop.time, 0.0, 0), Hurried(loop, 5.0)
    report, _ = drive(loop, provider, make_requests(6), rate, gate)
    assert len(report.unsent) == 5
    assert loop.time() - gate.ends < 0.1


def test_a_retry_after_ends_with_the_budget(loop: VirtualLoop) -> None:
    async def refuse(body: bytes, limit_s: float) -> bytes:
        raise AttemptFailed("slow down", kind="429", status=429, retry_after_s=29.0)

    provider, gate = Provider(loop.time, 0.0, 0), Hurried(loop, 5.0)
    provider.post = refuse  # type: ignore[method-assign]
    report, _ = drive(loop, provider, make_requests(2), RateLimit(None, None), gate)
    assert len(report.unsent) == 2
    assert loop.time() - gate.ends < 0.1
