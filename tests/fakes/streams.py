"""How the fake server streams: the events of an answer, with all that servers are known to do differently."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

STREAM_FAULTS = ("drop", "drop-at-once", "no-end", "bad-event", "error-event")
"""Ways to break off: the connection is cut amid the answer or before it, the body ends before the answer does, an event
is no JSON, an event holds an error."""


@dataclass
class StreamStyle:
    """One server's habits."""

    usage: bool = True
    """Whether a usage event comes, where it was asked for."""
    done: bool = True
    """Whether `[DONE]` comes last."""
    comments: bool = False
    """Keep-alive comments between the events."""
    line_end: str = "\n"
    cut_bytes: int | None = None
    """Bytes of each chunk on the wire: characters and line ends are cut anywhere. None: a chunk for each event."""
    words: int = 1
    """Words in one event."""
    reasoning: str | None = None
    """What is thought aloud before the answer."""
    tool: bool = False
    """Whether a piece of a tool call comes before the answer."""
    every_s: float = 0.0
    """Seconds before each event."""
    stays_open: bool = False
    """Whether the body is left open after the last event."""


def events(
    text: str, style: StreamStyle, *, chat: bool, finish: str, usage: Mapping[str, int] | None, fault: str | None
) -> Iterator[bytes]:
    """The events of an answer, as bytes; a fault ends them early."""
    words = text.split(" ")
    pieces = [" ".join(words[i : i + style.words]) for i in range(0, len(words), style.words)]
    parts = [piece if i == 0 else f" {piece}" for i, piece in enumerate(pieces)]
    if chat:
        yield _event(style, {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]})
    if style.reasoning is not None:
        for word in style.reasoning.split(" "):
            yield _event(style, {"choices": [{"index": 0, "delta": {"reasoning_content": f"{word} "}}]})
    if style.tool:
        call = {"index": 0, "id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
        yield _event(style, {"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]})
    for number, part in enumerate(parts):
        if fault is not None and number == len(parts) // 2:
            if fault == "bad-event":
                yield f'data: {{"choices": [{{{style.line_end * 2}'.encode()
            if fault == "error-event":
                yield _event(style, {"error": {"message": "the model is gone", "code": 500}})
            if fault in ("drop", "no-end"):
                return
        yield _event(style, {"choices": [_choice(part, chat=chat)]})
    yield _event(style, {"choices": [_choice("", chat=chat, finish=finish)]})
    if usage is not None:
        yield _event(style, {"choices": [], "usage": usage})
    if style.done:
        yield f"data: [DONE]{style.line_end * 2}".encode()


def on_the_wire(stream: Iterator[bytes], style: StreamStyle) -> Iterator[bytes]:
    """The same bytes in the chunks that are sent."""
    if style.cut_bytes is None:
        yield from stream
        return
    whole = b"".join(stream)
    yield from (whole[i : i + style.cut_bytes] for i in range(0, len(whole), style.cut_bytes))


def _choice(text: str, *, chat: bool, finish: str | None = None) -> dict[str, Any]:
    return {"index": 0, "finish_reason": finish} | ({"delta": {"content": text}} if chat else {"text": text})


def _event(style: StreamStyle, body: Mapping[str, Any]) -> bytes:
    comment = f": keep-alive{style.line_end * 2}" if style.comments else ""
    return f"{comment}data: {json.dumps(body, ensure_ascii=False)}{style.line_end * 2}".encode()
