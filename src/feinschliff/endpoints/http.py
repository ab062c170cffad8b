"""The client for any OpenAI-compatible URL: synchronous batches outside, concurrent and retrying inside."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

import httpx2
from pydantic import JsonValue

from feinschliff.endpoints.address import parse_url, redact_url
from feinschliff.endpoints.batch import Batch
from feinschliff.endpoints.limits import Breaker, Patience, RateLimit
from feinschliff.endpoints.line import Line, StreamDialect
from feinschliff.endpoints.loop import LoopThread
from feinschliff.endpoints.ollama import CHAT_PATH
from feinschliff.endpoints.protocol import Backend, Endpoint, Gate, ModelInfo, Request, SendReport, Sink
from feinschliff.endpoints.server import Server
from feinschliff.endpoints.transport import Transport
from feinschliff.errors import EndpointError, Interrupted
from feinschliff.i18n import tr
from feinschliff.parameters.dialects import Dialect, dialect_of
from feinschliff.records import Message

__all__ = ["HttpEndpoint", "redact_url"]

T = TypeVar("T")
U = TypeVar("U")

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_DEFAULT_CONCURRENCY = 4


class HttpEndpoint(Endpoint):
    """An open connection to an OpenAI-compatible server.

    Args:
        url: a base such as `http://localhost:11434/v1`, or a full `.../chat/completions` or `.../completions` URL.
            With the latter, the messages' contents joined by blank lines are the prompt. A base without a version
            whose `/models` is not there is tried with `/v1`. Ollama's own base, or `.../api/chat`, means its own chat,
            which takes more settings than its `/v1`.
        api_key: sent as `Authorization: Bearer`, shown nowhere.
        headers: further headers; their values are secrets as well.
        concurrency: requests in flight at most; None: llama.cpp's slots, else 4.
        timeout_s: longest wait for one attempt, from connecting to the last byte.
        rpm, tpm: attempts and tokens in any minute at most.
        rate: the same as a limit that is shared with other endpoints; instead of `rpm` and `tpm`.
        until: `time.monotonic()` at which a server that does not answer questions about itself is given up.
        identity: what stands in the answer keys instead of the redacted URL.

    Raises: EndpointError for what is no URL, InputError for a key or header that HTTP cannot carry.
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        headers: Mapping[str, str] = _NO_HEADERS,
        concurrency: int | None = None,
        timeout_s: float = 120.0,
        rpm: int | None = None,
        tpm: int | None = None,
        rate: RateLimit | None = None,
        until: float | None = None,
        identity: str | None = None,
    ) -> None:
        self._address = parse_url(url)
        self._identity = identity or self._address.identity
        self._transport = Transport(self._address, api_key=api_key, headers=headers)
        self._server = Server(self._address, self._transport)
        self._concurrency = concurrency
        self._breaker = Breaker()
        self._patience = Patience(timeout_s)
        self._rate = rate or RateLimit(rpm, tpm)
        self._dialect = StreamDialect()
        self._until = until
        self._dialects: dict[str, Dialect] = {}
        self._starting = threading.Lock()
        self._loop: LoopThread | None = None

    def __repr__(self) -> str:
        return f"HttpEndpoint({self._identity!r})"

    @property
    def identity(self) -> str:
        """The redacted base URL, or what the constructor was given."""
        return self._identity

    @property
    def backend(self) -> Backend:
        """The server's software, found out at first use; `unknown` where it cannot be told."""
        unknown: Backend = "unknown"
        return self._run(self._in_time(self._server.backend(), unknown))

    @property
    def version(self) -> str | None:
        """The server software's version, where it tells one."""
        return self._run(self._in_time(self._server.version(), None))

    def dialect(self, model: str) -> Dialect:
        """How settings are written for this model here."""
        if model not in self._dialects:
            unknown: Backend = "unknown"
            backend, native = self._run(self._in_time(self._software(), (unknown, False)))
            # An address that is native by itself says whose it is.
            dialect = dialect_of("ollama" if native else backend, model=model, native=native)
            if not self._server.settled:
                return dialect  # it was not reached: the next question may find out
            self._dialects[model] = dialect
        return self._dialects[model]

    @property
    def concurrency(self) -> int:
        """Requests in flight at most."""
        if self._concurrency is None:
            self._concurrency = self._run(self._in_time(self._server.slots(), None)) or _DEFAULT_CONCURRENCY
        return self._concurrency

    def models(self) -> list[ModelInfo]:
        """What the server lists. Raises: EndpointError when it cannot be reached."""
        listed = self._run(self._in_time(self._server.models(), None))
        if listed is None:
            raise EndpointError(
                tr("{endpoint} did not answer within the time that was allowed", endpoint=self._identity),
                asked=self._identity,
                mend=tr("allow more with --seconds, or look whether the server is busy"),
            )
        return listed

    def defaults(self, model: str) -> dict[str, JsonValue]:
        """Sampling defaults that the server tells of itself, by catalogue name; empty where it tells none."""
        return self._run(self._in_time(self._server.defaults(model), {}))

    def prompt_ids(self, model: str, messages: Sequence[Message]) -> tuple[int, ...] | None:
        """Ids of the prompt's tokens as the server makes it from messages: of llama.cpp and vLLM. None elsewhere, and
        where it did not answer in time. Raises: EndpointError when it cannot be reached."""
        return self._run(self._in_time(self._server.prompt_ids(model, messages), None))

    def vocabulary(self, model: str) -> int | None:
        """Tokens that the model knows, where the server tells it (llama.cpp). Raises: EndpointError."""
        return self._run(self._in_time(self._server.vocabulary(model), None))

    def send(self, requests: Iterable[Request], *, gate: Gate, sink: Sink) -> SendReport:
        """Send all; each reply goes to `sink`, in the endpoint's thread, as it comes.

        The requests are pulled as they are needed, so a generator of any length is fine.

        Raises: EndpointGone, RequestRefused, Interrupted, and whatever `requests`, `gate` or `sink` raises.
        """
        concurrency = self.concurrency
        return self._run(self._batch(requests, gate, sink, concurrency))

    def close(self) -> None:
        """Close the connections and end the thread; safe to call twice."""
        with self._starting:
            loop, self._loop = self._loop, None
        if loop is not None:
            with contextlib.suppress(httpx2.HTTPError, RuntimeError):
                loop.run(self._transport.close())
            loop.close()

    async def _software(self) -> tuple[Backend, bool]:
        return await self._server.backend(), await self._server.native()

    async def _batch(self, requests: Iterable[Request], gate: Gate, sink: Sink, concurrency: int) -> SendReport:
        path = "/completions" if self._address.plain else "/chat/completions"
        base, native = await self._server.base(), await self._server.native()
        own = self._address.url(CHAT_PATH, base=self._address.root)
        url = httpx2.URL(own if native else self._address.url(path, base=base))
        embeddings = httpx2.URL(self._address.url("/embeddings", base=base))
        line = Line(
            shown=self._address.identity,
            plain=self._address.plain,
            native=native,
            concurrency=concurrency,
            post=lambda body, limit_s: self._transport.exchange("POST", url, body, limit_s),
            stream=lambda body, limit_s, stream: self._transport.stream(url, body, limit_s, stream),
            backend=self._server.backend,
            dialect=self._dialect,
            redact=self._transport.redact,
            breaker=self._breaker,
            patience=self._patience,
            rate=self._rate,
            embed=lambda body, limit_s: self._transport.exchange("POST", embeddings, body, limit_s),
        )
        return await Batch(line, requests, gate, sink).run()

    async def _in_time(self, question: Coroutine[Any, Any, T], otherwise: U) -> T | U:
        """The server's answer to a question about itself, or `otherwise` when the time for it is over."""
        try:
            async with asyncio.timeout(None if self._until is None else self._until - time.monotonic()):
                return await question
        except TimeoutError:
            return otherwise

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        with self._starting:
            if self._loop is None:
                self._loop = LoopThread()
            loop = self._loop
        try:
            return loop.run(coroutine)
        except KeyboardInterrupt:
            raise Interrupted(
                tr("interrupted"), mend=tr("run the same command to go on; what was paid for is kept")
            ) from None
