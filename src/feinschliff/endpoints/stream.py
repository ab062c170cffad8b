"""An answer that comes in pieces: put together, watched for loops, told to who listens."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from feinschliff.endpoints.ollama import LineReader, to_chat
from feinschliff.endpoints.parse import (
    BrokenBody,
    Parsed,
    applied_of,
    content_text,
    count,
    error_text,
    logprobs_of,
    parse_answer,
    reasoning_of,
    string,
)
from feinschliff.endpoints.protocol import Streaming
from feinschliff.endpoints.sse import EventReader
from feinschliff.records import TokenLogprob
from feinschliff.text.stuck import LoopWatch

_DONE = b"[DONE]"


class AnswerStream:
    """Takes the bytes of one attempt. It is an answer only if it was ended by the server, or stopped for a loop."""

    def __init__(self, streaming: Streaming, *, native: bool = False) -> None:
        """`native`: lines of Ollama's own chat instead of events."""
        self.ended = False
        """True once the server has said that nothing follows."""
        self.stopped = False
        """True once the answer is stuck in a loop: no more is wanted."""
        self.pieces = 0
        """Events that held a part of the answer: with most servers one for each token, with none more than that."""
        self.first_at: float | None = None
        """`time.perf_counter()` at the first of them."""
        self.last_at: float | None = None
        """The same at the end of the answer."""
        self._listener = streaming.listener
        self._watches = (LoopWatch(), LoopWatch()) if streaming.stop_loops else None
        self._native = native
        self._events: EventReader | LineReader = LineReader() if native else EventReader()
        self._whole: list[bytes] = []
        self._begun = False
        self._text: list[str] = []
        self._thought: list[str] = []
        self._refusal: list[str] = []
        self._logprobs: list[TokenLogprob] = []
        self._has_choice = False
        self._finish_reason: str | None = None
        self._usage: Mapping[str, Any] = {}
        self._timings: Mapping[str, Any] = {}
        self._applied: Mapping[str, Any] | None = None
        self._fingerprint: str | None = None

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes. Raises: BrokenBody for what is no part of an answer."""
        if not self._begun:
            self._begun = bool(chunk.strip())
            if not self._native and chunk.lstrip().startswith((b"{", b"<", b"[")):
                self._whole.append(b"")  # a server that does not stream: JSON, or a page of a proxy
        if self._whole:
            self._whole.append(chunk)
            return
        for event in self._events.feed(chunk):
            self._take(event)

    def parsed(self) -> Parsed:
        """The answer, after the last bytes. Raises: BrokenBody where it was never brought to an end."""
        if self._whole:
            return parse_answer(b"".join(self._whole))
        for event in self._events.close():
            self._take(event)
        if not (self.stopped or self.ended or self._finish_reason):
            raise BrokenBody("the stream broke off")
        if not self._has_choice:
            raise BrokenBody("a stream without choices")
        texts = ["".join(self._text), "".join(self._thought)]
        if self.stopped and self._watches is not None:
            texts = [text[: watch.end] for text, watch in zip(texts, self._watches, strict=True)]
        return Parsed(
            text=texts[0],
            reasoning=texts[1] or None,
            finish_reason=None if self.stopped else self._finish_reason,
            prompt_tokens=self._count("prompt_tokens", "prompt_n", "cache_n"),
            completion_tokens=self._count("completion_tokens", "predicted_n"),
            logprobs=tuple(self._logprobs) or None,
            refusal="".join(self._refusal) or None,
            applied=self._applied,
            fingerprint=self._fingerprint,
        )

    def _count(self, name: str, *timings: str) -> int | None:
        """A count of the usage; llama.cpp tells it beside every piece as well, where it was asked to."""
        if (counted := count(self._usage.get(name))) is not None:
            return counted
        told = [n for timing in timings if (n := count(self._timings.get(timing))) is not None]
        return sum(told) if told else None

    def _take(self, event: bytes) -> None:
        if self.ended or self.stopped:
            return
        if event.strip() == _DONE:
            self._end()
            return
        body = _object(event, begun=self.pieces > 0)
        is_last = self._native and bool(body.get("done"))
        if self._native:
            body = to_chat(body, piece=True)
        if isinstance(usage := body.get("usage"), dict):
            self._usage = usage
        if isinstance(timings := body.get("timings"), dict):
            self._timings = timings
        self._applied = applied_of(body.get("__verbose")) or self._applied
        self._fingerprint = string(body.get("system_fingerprint")) or self._fingerprint
        choices = body.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if not isinstance(choice, dict):
                raise BrokenBody("a choice that is no object")
            if not choice.get("index"):  # of several completions the first is the answer, as in a whole body
                self._take_choice(choice)
        if is_last and not self.stopped:
            self._end()

    def _take_choice(self, choice: Mapping[str, Any]) -> None:
        delta = choice.get("delta", choice)
        if not isinstance(delta, dict):
            raise BrokenBody("a delta that is no object")
        self._has_choice = True
        text = content_text(delta["content"] if "content" in delta else delta.get("text"))
        thought = reasoning_of(delta) or ""
        self._refusal.append(string(delta.get("refusal")) or "")
        self._logprobs += logprobs_of(choice.get("logprobs")) or ()
        self._finish_reason = string(choice.get("finish_reason")) or self._finish_reason
        if not (text or thought or delta.get("tool_calls")):
            return
        self.pieces += 1
        if self.first_at is None:
            self.first_at = time.perf_counter()
        self._text.append(text)
        self._thought.append(thought)
        if self._listener is not None:
            self._listener.piece(text, thought)
        # Also where the same event says that the answer is finished: where it is cut must not depend on how it came.
        if self._watches is not None:
            stuck = [watch.feed(part) for watch, part in zip(self._watches, (text, thought), strict=True)]
            if any(stuck):
                self.stopped = True
                self._end()

    def _end(self) -> None:
        self.ended = not self.stopped
        self.last_at = time.perf_counter()


def _object(event: bytes, *, begun: bool) -> dict[str, Any]:
    try:
        body = json.loads(event)
    except (ValueError, RecursionError):
        raise BrokenBody("an event that is no valid JSON") from None
    if not isinstance(body, dict):
        raise BrokenBody("an event that is no object")
    error = body.get("error")
    if error:
        code = error.get("code") if isinstance(error, dict) else None
        # What a server says of a request before it begins is said of the request; amid the answer, of itself.
        status = code if isinstance(code, int) and 400 <= code < 600 and not begun else None
        raise BrokenBody(f"an error instead of an answer: {error_text(event)}", status=status)
    return body
