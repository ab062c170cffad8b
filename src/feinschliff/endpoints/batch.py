"""One batch under way: workers that pull requests, retry them and hand the replies over."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections import Counter, deque
from collections.abc import Iterable, Iterator

from feinschliff.endpoints.attempt import attempt
from feinschliff.endpoints.line import Line
from feinschliff.endpoints.protocol import Gate, Reply, Request, SendReport, Sink
from feinschliff.endpoints.retry import MOST_ATTEMPTS, backoff_s, names_a_field
from feinschliff.endpoints.transport import AttemptFailed
from feinschliff.errors import EndpointGone, RequestRefused
from feinschliff.i18n import tr

_REFUSED_FOR_GOOD = frozenset({401, 402, 403, 404, 501})
_SERVER_ERROR = 500
_TICK_S = 0.002


class Batch:
    """The workers of one `send`; lives in the endpoint's event loop."""

    def __init__(self, line: Line, requests: Iterable[Request], gate: Gate, sink: Sink) -> None:
        self._line = line
        self._requests: Iterator[tuple[int, Request]] = enumerate(requests)
        self._gate = gate
        self._sink = sink
        self._sent = 0
        self._failed: Counter[str] = Counter()
        self._unsent: list[tuple[int, Request]] = []
        self._active = 0
        self._in_flight = 0
        self._settled = asyncio.Event()
        self._receipts = _Receipts(asyncio.get_running_loop())

    async def run(self) -> SendReport:
        """Work until all requests are answered or refused by the gate.

        Raises: EndpointGone, RequestRefused, and whatever the requests' iterator, the gate or the sink raises.
        """
        self._line.breaker.reset()
        workers = [asyncio.create_task(self._work()) for _ in range(self._line.concurrency)]
        try:
            done, _ = await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
        for worker in done:
            worker.result()
        self._unsent.sort(key=lambda entry: entry[0])
        return SendReport(self._sent, tuple(request for _, request in self._unsent), dict(self._failed))

    async def _work(self) -> None:
        for index, request in self._requests:
            self._active += 1
            try:
                reply = await self._answer(request)
                if reply is None:
                    self._unsent.append((index, request))
                else:
                    await self._deliver(reply)
            finally:
                self._active -= 1

    async def _answer(self, request: Request) -> Reply | None:
        """The reply after as many attempts as it takes; None where the gate refused one."""
        last: AttemptFailed | None = None
        for number in range(1, MOST_ATTEMPTS + 1):
            if not await self._admitted(request):
                return None
            try:
                return await self._attempt(request, number)
            except AttemptFailed as failed:
                self._note(failed)
                learned = request.streaming is not None and self._line.dialect.learns_from(failed)
                if not learned and (not failed.retried or _is_about_the_request(failed, last, request)):
                    return self._rejected(request, failed, number)
                last = failed
            if request.streaming and request.streaming.listener is not None:
                request.streaming.listener.broken(str(last))
            if number < MOST_ATTEMPTS:
                await asyncio.sleep(self._at_most_left(backoff_s(number, last.retry_after_s)))
        return Reply(request, attempts=number, failure=f"given up after {number} attempts: {last}", transient=True)

    async def _admitted(self, request: Request) -> bool:
        """Wait for the rate limit and ask the gate.

        A refusal is final only when nothing is in flight: what others have reserved may be more than they will use.
        """
        rate = self._line.rate
        while True:
            try:
                async with asyncio.timeout(self._gate.time_left_s()):
                    await rate.ready(rate.weight(request))
            except TimeoutError:
                await asyncio.sleep(_TICK_S)  # so that the gate, too, sees that its time is over
                return self._gate.admit(request)
            if self._gate.admit(request):
                return True
            if not self._in_flight:
                return False
            await self._settled.wait()

    async def _attempt(self, request: Request, number: int) -> Reply:
        line = self._line
        slot = line.rate.take(line.rate.weight(request))
        reply, lost = None, True
        self._sent += 1
        self._in_flight += 1
        try:
            reply = await attempt(line, request, self._limit_s(), number=number)
        except AttemptFailed as failed:
            lost = failed.may_have_answered
            raise
        finally:
            self._in_flight -= 1
            self._gate.settle(request, reply, lost=reply is None and lost)
            self._settled.set()
            self._settled = asyncio.Event()
        line.rate.correct(slot, reply)
        line.patience.saw(reply.latency_s)
        line.breaker.accepted()
        return reply

    def _limit_s(self) -> float:
        """How long an attempt may take: by the server's habits, and by the time that the budget has left."""
        return max(_TICK_S, self._at_most_left(self._line.patience.limit_s))

    def _at_most_left(self, seconds: float) -> float:
        left = self._gate.time_left_s()
        return seconds if left is None else min(seconds, left)

    def _note(self, failed: AttemptFailed) -> None:
        """Count a failed attempt. Raises: EndpointGone."""
        self._failed[failed.kind] += 1
        if not failed.retried:
            return
        breaker = self._line.breaker
        if breaker.failure(workers=self._active, refused=failed.refused):
            raise EndpointGone(
                tr(
                    "{shown} does not answer any more ({failures} failures in a row)",
                    shown=self._line.shown,
                    failures=breaker.failures,
                ),
                asked=self._line.shown,
                found=str(failed),
                mend=tr("start it again and run the same command: what was paid for is kept"),
            )

    def _rejected(self, request: Request, failed: AttemptFailed, attempts: int) -> Reply:
        """A reply that holds the server's refusal. Raises: RequestRefused where asking on is useless."""
        rejected = self._line.breaker.rejected()
        if failed.status in _REFUSED_FOR_GOOD or rejected >= max(3, self._line.concurrency):
            raise RequestRefused(
                tr("{shown} refused the request: {failed}", shown=self._line.shown, failed=failed),
                asked=f"model {request.model} at {self._line.shown}",
                found=str(failed),
                mend=_mend(failed.status, embeds=request.embeds),
            )
        return Reply(request, attempts=attempts, failure=str(failed))

    async def _deliver(self, reply: Reply) -> None:
        receipt = self._receipts.new()
        self._sink(reply, functools.partial(self._receipts.ring, receipt))
        if not receipt.done():
            await receipt


class _Receipts:
    """Futures that any thread may resolve. Those of one grouped commit wake the loop once."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._thread = threading.get_ident()
        self._rung: deque[asyncio.Future[None]] = deque()
        self._waking = False

    def new(self) -> asyncio.Future[None]:
        return self._loop.create_future()

    def ring(self, receipt: asyncio.Future[None]) -> None:
        self._rung.append(receipt)
        if threading.get_ident() == self._thread:
            self._resolve()
        elif not self._waking and not self._loop.is_closed():
            self._waking = True
            self._loop.call_soon_threadsafe(self._resolve)

    def _resolve(self) -> None:
        # First the flag, then the queue: who rings in between either is seen here or wakes the loop again.
        self._waking = False
        while self._rung:
            receipt = self._rung.popleft()
            if not receipt.done():
                receipt.set_result(None)


def _is_about_the_request(failed: AttemptFailed, before: AttemptFailed | None, request: Request) -> bool:
    """True for a refusal in the form of a 500: the same words twice in a row, and they name a field that was sent.

    llama.cpp answers some wrong fields so. What passes by itself does not speak of the request's fields. Of a trial one
    of the two is enough.
    """
    if failed.status != _SERVER_ERROR:
        return False
    twice = before is not None and str(before) == str(failed)
    names = names_a_field(str(failed), request.fields)
    return (twice or names) if request.trial else (twice and names)


def _mend(status: int | None, *, embeds: bool) -> str:
    if status in (401, 403):
        return tr("give the key with --api-key-env VAR")
    if embeds:
        return tr(
            "this server has no embeddings of this model: name another place ({places})",
            places="embedding@MODEL, embedding@URL#MODEL, embedding:FOLDER",
        )
    if status == 404:
        return tr("look at the URL and the model's name")
    return tr("leave out the setting that the server does not take (--omit seed or --omit max_tokens for these two)")
