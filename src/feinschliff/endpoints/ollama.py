"""Ollama's own chat (`/api/chat`), brought into the shape of OpenAI's so that one parser reads both.

Each object is a whole answer, or one line of a streamed one: `message` with `content` and `thinking`, and with
`done: true` the reason and the counts of tokens (ollama/docs/api.md, "Generate a chat completion").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CHAT_PATH = "/api/chat"
"""Below the server's root."""


class LineReader:
    """Cuts a stream of bytes into lines of JSON, as `EventReader` cuts one into events."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that are complete with these bytes; empty ones are left out."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        return [line for line in lines if line.strip()]

    def close(self) -> list[bytes]:
        """A last line that the stream's end has completed."""
        last, self._rest = self._rest, b""
        return [last] if last.strip() else []


def to_chat(body: Mapping[str, Any], *, piece: bool) -> dict[str, Any]:
    """A native object as a chat completion, or as a `piece` of a streamed one; an error stays what it is."""
    message = body.get("message")
    if not isinstance(message, Mapping):
        return dict(body)
    said = {
        "content": message.get("content"),
        "reasoning": message.get("thinking"),
        "tool_calls": message.get("tool_calls"),
    }
    done = bool(body.get("done"))
    logprobs = body.get("logprobs")
    choice = {
        "index": 0,
        ("delta" if piece else "message"): said,
        "finish_reason": (body.get("done_reason") or "stop") if done else None,
        "logprobs": {"content": logprobs} if isinstance(logprobs, list) else None,
    }
    counts = {"prompt_tokens": body.get("prompt_eval_count"), "completion_tokens": body.get("eval_count")}
    return {"choices": [choice], "usage": counts if done else None}
