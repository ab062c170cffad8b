"""Ollama as far as its own chat goes: answers of the fake server, over `/api/chat`, in one piece or in lines."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.openai_server import FakeServer, Stream, http_response
from tests.fakes.streams import STREAM_FAULTS, StreamStyle

MODELFILE = 'stop           "<|x|>"\ntemperature    0.6\ntop_k    20\nrepeat_last_n 32\nrepeat_penalty many'


@dataclass
class FakeOllama(FakeServer):
    """Its `root` is what users give; its `url` ends in `/v1`, as Ollama has one too."""

    thinking: str | None = None
    """What is thought aloud before each answer."""
    pages: Mapping[str, Any] = field(
        default_factory=lambda: {
            "/api/version": {"version": "0.30.1"},
            "/api/tags": {"models": [{"name": "fake-1", "model": "fake-1", "digest": "abc123"}]},
            "/api/show": {"details": {}, "parameters": MODELFILE},
        }
    )

    @property
    def root(self) -> str:
        """The base without `/v1`."""
        return self.url.removesuffix(self.prefix)

    async def _respond(
        self, method: str, path: str, headers: dict[str, str], body: dict[str, Any]
    ) -> bytes | Stream | None:
        if path != "/api/chat":
            return await super()._respond(method, path, headers, body)
        self.counts[method] += 1
        self.bodies.append(body)
        self.headers.append(headers)
        self.times.append(time.monotonic())
        streamed = body.get("stream", True)
        fault = self._fault()
        if fault is not None and (fault not in STREAM_FAULTS or streamed):
            self.counts[fault] += 1
            if fault not in STREAM_FAULTS:
                return await self._broken(fault, body)
        options = body.get("options", {})
        inner = {"model": body.get("model"), "messages": body["messages"], **options}
        if options.get("num_predict") is not None:
            inner["max_tokens"] = options["num_predict"]
        status, value = self._complete(inner, chat=True)
        self.counts["ok" if status == 200 else str(status)] += 1
        if status != 200:
            return http_response(status, {"error": value["error"]["message"]})
        choice = value["choices"][0]
        text = choice["message"]["content"]
        end = self._end(choice["finish_reason"], value.get("usage"))
        if streamed:
            lines = iter(()) if fault == "drop-at-once" else self._lines(text, end, fault)
            return Stream(lines, self.style or StreamStyle(), fault)
        message = {"role": "assistant", "content": text} | ({"thinking": self.thinking} if self.thinking else {})
        logprobs = {"logprobs": _logprobs(text)} if body.get("logprobs") else {}
        return http_response(200, {"model": body["model"], "message": message, **logprobs, **end})

    def _end(self, finish: str, usage: Mapping[str, int] | None) -> dict[str, Any]:
        counts = (
            {"prompt_eval_count": usage["prompt_tokens"], "eval_count": usage["completion_tokens"]} if usage else {}
        )
        return {"done": True, "done_reason": finish, "total_duration": 5_000_000, **counts}

    def _lines(self, text: str, end: Mapping[str, Any], fault: str | None) -> Iterator[bytes]:
        def line(message: Mapping[str, str], rest: Mapping[str, Any]) -> bytes:
            return json.dumps({"model": "m", "message": {"role": "assistant", **message}, **rest}).encode() + b"\n"

        for word in (self.thinking or "").split():
            yield line({"content": "", "thinking": f"{word} "}, {"done": False})
        words = text.split(" ")
        for number, word in enumerate(words):
            if fault is not None and number == len(words) // 2:
                if fault == "bad-event":
                    yield b'{"message": {"con\n'
                if fault == "error-event":
                    yield b'{"error": "the model is gone"}\n'
                if fault in ("drop", "no-end"):
                    return
            yield line({"content": word if number == 0 else f" {word}"}, {"done": False})
        yield line({"content": ""}, end)


def _logprobs(text: str) -> list[dict[str, Any]]:
    return [
        {"token": word, "logprob": -0.5, "bytes": [], "top_logprobs": [{"token": word, "logprob": -0.5}]}
        for word in text.split()
    ]
