"""A server that makes words at a steady pace, and sends them one by one or all at the end: a raw protocol.

python benchmarks/streaming/server.py [WORDS] [PER_SECOND]      (PER_SECOND 0: at once); its URL is the first line
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any


def _http(body: bytes, kind: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (kind, len(body), body)


def _event(body: dict[str, Any]) -> bytes:
    data = b"data: %b\n\n" % json.dumps({"id": "x", "object": "chat.completion.chunk", "model": "m", **body}).encode()
    return b"%x\r\n%b\r\n" % (len(data), data)


class Answers(asyncio.Protocol):
    """Reads requests with a content length, answers each."""

    words = 64
    per_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._buffer = b""
        self._closed = False
        transport.set_write_buffer_limits(high=1 << 30)

    def connection_lost(self, exc: Exception | None) -> None:
        self._closed = True

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._buffer) < end + 4 + length:
                return
            body = self._buffer[end + 4 : end + 4 + length]
            self._buffer = self._buffer[end + 4 + length :]
            if b'"stream":true' in body:
                head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                self._transport.write(head)
                self._word(0, asyncio.get_running_loop().time())
            else:
                asyncio.get_running_loop().call_later(self.words / self.per_s if self.per_s else 0, self._whole)

    def _word(self, number: int, started: float) -> None:
        if self._closed:
            return
        loop = asyncio.get_running_loop()
        while number < self.words:
            due = started + (number + 1) / self.per_s if self.per_s else 0
            if due > loop.time():
                loop.call_at(due, self._word, number, started)
                return
            self._transport.write(_event({"choices": [{"index": 0, "delta": {"content": f" w{number}"}}]}))
            number += 1
        usage = {"prompt_tokens": 21, "completion_tokens": self.words, "total_tokens": 21 + self.words}
        self._transport.write(_event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
        self._transport.write(_event({"choices": [], "usage": usage}) + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")

    def _whole(self) -> None:
        text = "".join(f" w{number}" for number in range(self.words))
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 21, "completion_tokens": self.words, "total_tokens": 21 + self.words}
        body = {"id": "x", "object": "chat.completion", "choices": [choice], "usage": usage}
        self._transport.write(_http(json.dumps(body).encode(), b"application/json"))


async def main() -> None:
    Answers.words, Answers.per_s = int(sys.argv[1]), float(sys.argv[2])
    server = await asyncio.get_running_loop().create_server(Answers, "127.0.0.1", 0, backlog=512)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
