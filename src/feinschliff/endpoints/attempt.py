"""One attempt at one request: the body that is sent, and the reply that comes of it."""

from __future__ import annotations

import json
import time
from dataclasses import replace

from feinschliff.endpoints.line import Line
from feinschliff.endpoints.parse import BrokenBody, Parsed, parse_answer
from feinschliff.endpoints.parse_vectors import parse_vectors
from feinschliff.endpoints.protocol import Backend, Reply, Request, Streaming
from feinschliff.endpoints.stream import AnswerStream
from feinschliff.endpoints.transport import AttemptFailed

_SERVER_ERROR = 500


async def attempt(line: Line, request: Request, limit_s: float, *, number: int) -> Reply:
    """The reply within `limit_s` seconds; `number` counts the attempts at this request. Raises: AttemptFailed."""
    try:
        if request.embeds:
            return await _embedded(line, request, limit_s, number)
        if request.streaming is None:
            return await _whole(line, request, limit_s, number)
        return await _in_pieces(line, request, request.streaming, limit_s, number)
    except BrokenBody as error:
        kind = "broken_body" if error.status is None else str(error.status)
        what = f"a broken answer: {line.redact(str(error))}"
        raise AttemptFailed(what, kind=kind, status=error.status) from error


async def _whole(line: Line, request: Request, limit_s: float, number: int) -> Reply:
    body = _body(request, line)
    started = time.perf_counter()
    content = await line.post(body, limit_s)
    latency_s = time.perf_counter() - started
    return _reply(request, parse_answer(content, native=line.native), latency_s, number)


async def _embedded(line: Line, request: Request, limit_s: float, number: int) -> Reply:
    assert line.embed is not None
    texts = [message.content for message in request.messages]
    body = json.dumps({"model": request.model, "input": texts, **request.fields}, separators=(",", ":")).encode()
    started = time.perf_counter()
    try:
        content = await line.embed(body, limit_s)
    except AttemptFailed as failed:
        if failed.status == _SERVER_ERROR and "too large" in str(
            failed
        ):  # llama.cpp's word for a text that is too long
            raise AttemptFailed(str(failed), kind="400", status=400) from failed
        raise
    latency_s = time.perf_counter() - started
    vectors, tokens = parse_vectors(content, len(texts))
    return Reply(
        request,
        prompt_tokens=tokens,
        completion_tokens=None if tokens is None else 0,
        latency_s=latency_s,
        attempts=number,
        vectors=vectors,
    )


async def _in_pieces(line: Line, request: Request, streaming: Streaming, limit_s: float, number: int) -> Reply:
    body = _body(request, line, backend=await line.backend() if streaming.stop_loops else "unknown")
    stream = AnswerStream(streaming, native=line.native)
    started = time.perf_counter()
    await line.stream(body, limit_s, stream)
    latency_s = (stream.last_at or time.perf_counter()) - started
    return replace(
        _reply(request, stream.parsed(), latency_s, number),
        first_token_s=None if stream.first_at is None else stream.first_at - started,
        pieces=stream.pieces,
        stopped_early=stream.stopped,
    )


def _body(request: Request, line: Line, *, backend: Backend = "unknown") -> bytes:
    body: dict[str, object] = {"model": request.model}
    if line.plain:
        body["prompt"] = "\n\n".join(message.content for message in request.messages)
    else:
        body["messages"] = [{"role": message.role, "content": message.content} for message in request.messages]
    body.update(request.fields)
    if line.native:
        body["stream"] = request.streaming is not None  # it streams unless told not to
    elif request.streaming is not None:
        body.update(line.dialect.fields(request.streaming, backend))
    return json.dumps(body, separators=(",", ":"), allow_nan=False).encode()


def _reply(request: Request, parsed: Parsed, latency_s: float, attempts: int) -> Reply:
    return Reply(
        request,
        parsed.text,
        parsed.reasoning,
        parsed.finish_reason,
        parsed.prompt_tokens,
        parsed.completion_tokens,
        parsed.logprobs,
        latency_s,
        attempts,
        refusal=parsed.refusal,
        applied=parsed.applied,
        fingerprint=parsed.fingerprint,
        choices=parsed.choices,
    )
