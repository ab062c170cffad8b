"""A fake OpenAI-compatible server: deterministic answers, faults to order, and a record of what it was asked.

In a test:      with FakeServer(faults={"500": 0.3}) as server: HttpEndpoint(server.url)
From a shell:   python -m tests.fakes.openai_server --port 0 --faults 0.3 --seed 1      (its URL is the first line)
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from tests.fakes.answers import noisy_echo, prompt_of
from tests.fakes.embeddings import embeddings
from tests.fakes.streams import STREAM_FAULTS, StreamStyle, events, on_the_wire

FAULTS = ("429", "429-retry-after", "500", "503", "garbage", "html", "no-choices", "wrong-types", "cut", "silence")
QUICK_FAULTS = tuple(kind for kind in FAULTS if kind not in ("silence", "429-retry-after"))

Answer = Callable[[Mapping[str, Any]], str]
Override = Callable[[str, Mapping[str, Any]], "tuple[int, Any] | None"]


def spread(share: float, kinds: tuple[str, ...] = QUICK_FAULTS) -> dict[str, float]:
    """A total share of faults in equal parts over kinds."""
    return {kind: share / len(kinds) for kind in kinds}


@dataclass
class FakeServer:
    """A server in a thread of its own. All that can be changed may be changed while it runs."""

    answer: Answer = noisy_echo
    faults: Mapping[str, float] = field(default_factory=dict)
    """Share of each fault; applies to every path, those of streams only to streams."""
    seed: int = 0
    latency_s: float = 0.0
    api_key: str | None = None
    models: tuple[str, ...] = ("fake-1",)
    pages: Mapping[str, Any] = field(default_factory=dict)
    """Further answers by path below the root, as `/props`."""
    override: Override | None = None
    """Asked first with path and body; a status and a JSON value (or bytes) go out as they are."""
    retry_after: str = "1"
    silence_s: float = 60.0
    prefix: str = "/v1"
    usage: bool = True
    style: StreamStyle | None = field(default_factory=StreamStyle)
    """How it streams where it is asked to; None: it answers in one piece all the same."""
    stream_options: bool = True
    """False: `stream_options` is refused."""
    keep: bool = True
    """Whether bodies and headers are recorded."""
    port: int = 0
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    """Outcomes: `ok`, the faults by kind, `400` ..., and `GET`, `POST`, `connections`."""
    times: list[float] = field(default_factory=list)
    """When each completion request came, monotonic."""
    in_flight: int = 0
    most_in_flight: int = 0

    @property
    def url(self) -> str:
        """Base URL."""
        return f"http://127.0.0.1:{self.port}{self.prefix}"

    def __enter__(self) -> Self:
        self._rng = random.Random(self.seed)
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(started,), daemon=True)
        self._thread.start()
        started.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening and cut all connections."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()

    def _serve(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._connection, "127.0.0.1", self.port, backlog=512)
        )
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.counts["connections"] += 1
        try:
            while await self._exchange(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            with contextlib.suppress(RuntimeError):
                writer.transport.abort()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request; False: cut the connection."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        raw = await reader.readexactly(int(headers.get("content-length", 0)))
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            response = await self._respond(method, path.partition("?")[0], headers, json.loads(raw) if raw else {})
        finally:
            self.in_flight -= 1
        if response is None:
            return False
        if isinstance(response, Stream):
            return await self._write_stream(writer, response)
        writer.write(response)
        await writer.drain()
        return True

    async def _write_stream(self, writer: asyncio.StreamWriter, stream: Stream) -> bool:
        style = stream.style
        head = "HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        writer.write(head.encode())
        try:
            for chunk in on_the_wire(stream.events, style):
                if style.every_s:
                    await writer.drain()
                    await asyncio.sleep(style.every_s)
                if writer.is_closing():
                    raise ConnectionResetError
                writer.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
                self.counts["events"] += 1
            await writer.drain()
        except ConnectionError:
            self.counts["hung-up"] += 1
            raise
        if stream.fault in ("drop", "drop-at-once"):
            return False
        if style.stays_open:
            await asyncio.sleep(self.silence_s)
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True

    async def _respond(
        self, method: str, path: str, headers: dict[str, str], body: dict[str, Any]
    ) -> bytes | Stream | None:
        self.counts[method] += 1
        if method == "POST" and self.keep:
            self.bodies.append(body)
            self.headers.append(headers)
            self.times.append(time.monotonic())
        if pause_s := self._pause_s(body):
            await asyncio.sleep(pause_s)
        fault = self._fault()
        if fault is not None and (fault not in STREAM_FAULTS or body.get("stream")):
            self.counts[fault] += 1
            if fault in STREAM_FAULTS:
                status, value = self._regular(path, headers, body)
                return self._stream(value, body, fault=fault) if status == 200 else http_response(status, value)
            return await self._broken(fault, body)
        status, value = self._regular(path, headers, body)
        self.counts["ok" if status == 200 and method == "POST" else str(status)] += 1
        return (
            self._stream(value, body) if status == 200 and _is_streamed(value, body) else http_response(status, value)
        )

    def _fault(self) -> str | None:
        drawn = self._rng.random()
        for kind, share in self.faults.items():
            if drawn < share:
                return kind
            drawn -= share
        return None

    def _pause_s(self, body: Mapping[str, Any]) -> float:
        """Seconds before the response to this body."""
        return self.latency_s

    async def _broken(self, kind: str, body: Mapping[str, Any]) -> bytes | None:
        if kind == "silence":
            await asyncio.sleep(self.silence_s)
            return None
        if kind == "cut":
            return None
        if kind == "429-retry-after":
            return http_response(429, {"error": {"message": "slow down"}}, {"Retry-After": self.retry_after})
        if kind.isdigit():
            return http_response(int(kind), {"error": {"message": f"fault {kind}"}})
        bodies: dict[str, Any] = {
            "garbage": b'{"choices": [{"mess',
            "html": b"<html><body>Bad gateway</body></html>",
            "no-choices": {"object": "chat.completion", "choices": []},
            "wrong-types": {"choices": [{"message": {"content": 17}}], "usage": "many"},
        }
        return http_response(200, bodies[kind])

    def _regular(self, path: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> tuple[int, Any]:
        if self.override is not None and (made := self.override(path, body)) is not None:
            return made
        if self.api_key is not None and headers.get("authorization") != f"Bearer {self.api_key}":
            return 401, {"error": {"message": f"bad key {headers.get('authorization', 'none')}"}}
        if path in self.pages:
            return 200, self.pages[path]
        if path == f"{self.prefix}/models":
            return 200, {"object": "list", "data": [{"id": name, "object": "model"} for name in self.models]}
        if path in (f"{self.prefix}/chat/completions", f"{self.prefix}/completions"):
            return self._complete(body, chat=path.endswith("chat/completions"))
        if path == f"{self.prefix}/embeddings" and body.get("model") in self.models:
            return embeddings(body["model"], body["input"], usage=self.usage)
        return 404, {"error": {"message": f"no such path {path}"}}

    def _stream(self, value: Any, body: Mapping[str, Any], *, fault: str | None = None) -> bytes | Stream:
        """The same answer as in one piece, as a stream."""
        style, choice = self.style, value["choices"][0]
        if style is None:
            return http_response(200, value)
        chat = "message" in choice
        options = body.get("stream_options") or {}
        usage = value.get("usage") if options.get("include_usage") and style.usage else None
        text = choice["message"]["content"] if chat else choice["text"]
        made = events(text, style, chat=chat, finish=choice["finish_reason"], usage=usage, fault=fault)
        return Stream(iter(()) if fault == "drop-at-once" else made, style, fault)

    def _complete(self, body: Mapping[str, Any], *, chat: bool) -> tuple[int, Any]:
        if body.get("model") not in self.models:
            return 404, {"error": {"message": f"model '{body.get('model')}' not found"}}
        if "stream_options" in body and not self.stream_options:
            return 422, {"detail": [{"loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}]}
        words = self.answer(body).split(" ")
        limit = body.get("max_tokens")
        cut = isinstance(limit, int) and len(words) > limit
        text = " ".join(words[:limit] if cut else words)
        choice: dict[str, Any] = {"index": 0, "finish_reason": "length" if cut else "stop"}
        choice |= {"message": {"role": "assistant", "content": text}} if chat else {"text": text}
        usage = self._count(body, text)
        return 200, {"object": "chat.completion", "choices": [choice]} | ({"usage": usage} if self.usage else {})

    def _count(self, body: Mapping[str, Any], text: str) -> dict[str, int]:
        """Tokens of the request and of its answer: here, words."""
        return {"prompt_tokens": len(prompt_of(body).split()), "completion_tokens": len(text.split())}


@dataclass(frozen=True)
class Stream:
    """A response in pieces."""

    events: Iterator[bytes]
    style: StreamStyle
    fault: str | None


def _is_streamed(value: Any, body: Mapping[str, Any]) -> bool:
    return bool(body.get("stream")) and isinstance(value, dict) and bool(value.get("choices"))


def http_response(status: int, value: Any, headers: Mapping[str, str] | None = None) -> bytes:
    """A whole response; bytes go out as they are, all else as JSON."""
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    lines = [f"HTTP/1.1 {status} X", "Content-Type: application/json", f"Content-Length: {len(content)}"]
    lines += [f"{name}: {text}" for name, text in (headers or {}).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description="A fake OpenAI-compatible server.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--faults", type=float, default=0.0, help="share of failing exchanges, 0 to 1")
    parser.add_argument("--silence", type=float, default=0.0, help="share of requests that are never answered")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--key", help="refuse requests without this key")
    parser.add_argument("--model", action="append", help="a model to list; may be repeated")
    args = parser.parse_args()
    faults = {**spread(args.faults), "silence": args.silence}
    models = tuple(args.model or ("fake-1",))
    server = FakeServer(
        faults=faults,
        seed=args.seed,
        latency_s=args.latency,
        api_key=args.key,
        models=models,
        keep=False,
        port=args.port,
    )
    with server:
        print(server.url, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
