"""The body of an answer taken apart; whatever a server may send, it becomes a reply or a `BrokenBody`."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from feinschliff.endpoints.ollama import to_chat
from feinschliff.records import TokenLogprob, TopLogprob


class BrokenBody(Exception):
    """A body that is no answer: worth another attempt, unless it holds an error with a `status` that says otherwise."""

    def __init__(self, what: str, *, status: int | None = None) -> None:
        super().__init__(what)
        self.status = status


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one answer body holds; the fields are those of `Reply`."""

    text: str
    reasoning: str | None
    finish_reason: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    logprobs: tuple[TokenLogprob, ...] | None
    refusal: str | None
    applied: Mapping[str, JsonValue] | None
    fingerprint: str | None
    choices: int = 1


def parse_answer(content: bytes, *, native: bool = False) -> Parsed:
    """An answer of chat or plain completions, or (`native`) of Ollama's own chat. Raises: BrokenBody."""
    body = parse_object(content)
    if native:
        body = to_chat(body, piece=False)
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise BrokenBody(f"no choices: {error_text(content)}" if "error" in body else "no choices")
    choice = choices[0]
    message = choice.get("message", choice)
    if not isinstance(message, dict) or ("message" not in choice and "text" not in choice):
        raise BrokenBody("a choice without a message")
    usage = body.get("usage")
    counts = usage if isinstance(usage, dict) else {}
    return Parsed(
        text=content_text(message["content"] if "content" in message else message.get("text")),
        reasoning=reasoning_of(message),
        finish_reason=string(choice.get("finish_reason")),
        prompt_tokens=count(counts.get("prompt_tokens")),
        completion_tokens=count(counts.get("completion_tokens")),
        logprobs=logprobs_of(choice.get("logprobs")),
        refusal=string(message.get("refusal")),
        applied=applied_of(body.get("__verbose")),
        fingerprint=string(body.get("system_fingerprint")),
        choices=len(choices),
    )


def parse_object(content: bytes) -> dict[str, Any]:
    """A JSON object. Raises: BrokenBody."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as error:
        start = content[:20].lstrip().lower()
        raise BrokenBody("an HTML page instead of JSON" if start.startswith(b"<") else "no valid JSON") from error
    if not isinstance(body, dict):
        raise BrokenBody("no JSON object")
    return body


def error_text(content: bytes) -> str:
    """The server's own words in an error body, else the start of the body."""
    try:
        body = parse_object(content)
    except BrokenBody:
        return content[:1000].decode("utf-8", "replace").strip()
    error = body.get("error", body.get("detail", body.get("message")))
    if isinstance(error, dict):
        error = error.get("message", error)
    return error if isinstance(error, str) else json.dumps(error if error is not None else body)


def content_text(content: Any) -> str:
    """The text of a content: a string, or the text parts of a list. Raises: BrokenBody for anything else."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str))
    raise BrokenBody("a content that is no text")


def reasoning_of(message: Mapping[str, Any]) -> str | None:
    """What the model thought aloud, under either of the names in use."""
    return string(message.get("reasoning_content")) or string(message.get("reasoning"))


def string(value: Any) -> str | None:
    """The value where it is a text with something in it."""
    return value if isinstance(value, str) and value else None


def count(value: Any) -> int | None:
    """The value where it is a number of things."""
    number = finite(value)
    return None if number is None or number < 0 else int(number)


def applied_of(verbose: Any) -> dict[str, JsonValue] | None:
    """llama.cpp's echo of the settings that it applied."""
    settings = verbose.get("generation_settings") if isinstance(verbose, dict) else None
    return settings if isinstance(settings, dict) else None


def logprobs_of(value: Any) -> tuple[TokenLogprob, ...] | None:
    """The positions of a choice's `logprobs`, in the form of chat or of the first completions API."""
    if not isinstance(value, dict):
        return None
    content = value.get("content")
    if isinstance(content, list):
        return tuple(_position(entry) for entry in content if isinstance(entry, dict))
    tokens = value.get("tokens")
    return _legacy(tokens, value) if isinstance(tokens, list) else None


def _position(entry: Mapping[str, Any]) -> TokenLogprob:
    top = entry.get("top_logprobs")
    return TokenLogprob(
        token=str(entry.get("token", "")),
        logprob=finite(entry.get("logprob")),
        id=count(entry.get("id")),
        top=tuple(
            TopLogprob(token=str(one.get("token", "")), logprob=finite(one.get("logprob")), id=count(one.get("id")))
            for one in (top if isinstance(top, list) else ())
            if isinstance(one, dict)
        ),
    )


def _legacy(tokens: list[Any], value: Mapping[str, Any]) -> tuple[TokenLogprob, ...]:
    """The form of the first completions API: a list for each field, and a dict of candidates for each position."""
    chosen = _padded(value.get("token_logprobs"), len(tokens))
    tops = _padded(value.get("top_logprobs"), len(tokens))
    return tuple(
        TokenLogprob(token=str(token), logprob=finite(logprob), top=_candidates(top))
        for token, logprob, top in zip(tokens, chosen, tops, strict=True)
    )


def _padded(values: Any, count: int) -> list[Any]:
    known = values[:count] if isinstance(values, list) else []
    return known + [None] * (count - len(known))


def _candidates(top: Any) -> tuple[TopLogprob, ...]:
    if not isinstance(top, dict):
        return ()
    return tuple(TopLogprob(token=token, logprob=finite(logprob)) for token, logprob in top.items())


def finite(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
