"""What kind of answer came back: reasoning is kept apart, and what is odd about it is flagged."""

from __future__ import annotations

import re

from feinschliff.endpoints.protocol import Reply
from feinschliff.generation.usage import completion_tokens, is_estimated, prompt_tokens
from feinschliff.records import Answer, Flag
from feinschliff.text.loops import is_looping

_TAG = r"(?:think|thinking|thought|reasoning)"
_OPEN = re.compile(rf"\s*<{_TAG}>", re.IGNORECASE)
_CLOSE = re.compile(rf"</{_TAG}>\s*", re.IGNORECASE)

_REFUSALS = re.compile(
    r"^\W*(i[’']?m sorry|sorry|i apologi[sz]e|i can(no|[’'])t (help|assist|provide|comply|do that)|"
    r"i[’']?m (not able|unable) to|as an ai\b|(es )?tut mir leid|entschuldigung|ich kann (dir |ihnen )?(dabei |damit )?"
    r"(leider )?nicht (helfen|weiterhelfen|beantworten)|als ki\b|죄송)",
    re.IGNORECASE,
)
_REFUSAL_CHARS = 400
"""A refusal is short; a long text that begins with "Sorry" is an answer."""

_CUT_SHARE = 0.5
_CUT_LEAST_TOKENS = 256
"""A prompt counts as cut where the server read less than half of a low estimate. Small ones are left alone: their
estimate is too rough."""


def to_answer(reply: Reply, *, key: str, example: str, repeat: int) -> Answer:
    """The record of a reply."""
    text, thought = split_reasoning(_storable(reply.text))
    reasoning = "\n".join(part for part in (_storable(reply.reasoning or ""), thought) if part) or None
    return Answer(
        key=key,
        example=example,
        repeat=repeat,
        text=text,
        reasoning=reasoning,
        finish_reason=reply.finish_reason,
        prompt_tokens=prompt_tokens(reply),
        completion_tokens=completion_tokens(reply),
        tokens_estimated=is_estimated(reply),
        logprobs=reply.logprobs,
        latency_s=reply.latency_s,
        first_token_s=reply.first_token_s,
        attempts=reply.attempts,
        flags=() if reply.failure else _flags(reply, text),
        failure=reply.failure,
        applied=dict(reply.applied) if reply.applied is not None else None,
        fingerprint=reply.fingerprint,
        choices=reply.choices,
    )


def _storable(text: str) -> str:
    """Text that can be kept as UTF-8: half an emoji (a token limit can cut one) and NUL bytes are replaced."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\x00", "\ufffd")


def split_reasoning(text: str) -> tuple[str, str | None]:
    """(answer, reasoning): what stands before a closing tag is reasoning, also where the template opened it.

    An opening tag that is never closed makes the whole text reasoning: the answer was cut before it began.
    """
    opening = _OPEN.match(text)
    closing = _CLOSE.search(text)
    if closing is not None:
        start = opening.end() if opening else 0
        if start <= closing.start():
            return text[closing.end() :], text[start : closing.start()].strip() or None
    if opening is not None:
        return "", text[opening.end() :].strip() or None
    return text, None


def _flags(reply: Reply, text: str) -> tuple[Flag, ...]:
    flags: list[Flag] = []
    if reply.finish_reason == "length":
        flags.append("truncated")
    if not text.strip():
        flags.append("empty")
    if reply.refusal or reply.finish_reason == "content_filter" or _is_refusal(text):
        flags.append("refused")
    if reply.stopped_early or is_looping(text):
        flags.append("looping")
    if _prompt_was_cut(reply):
        flags.append("prompt_cut")
    if reply.stopped_early:
        flags.append("stopped_early")
    return tuple(flags)


def _is_refusal(text: str) -> bool:
    return len(text) <= _REFUSAL_CHARS and _REFUSALS.match(text) is not None


def _prompt_was_cut(reply: Reply) -> bool:
    estimate, read = reply.request.prompt_tokens, reply.prompt_tokens
    return read is not None and estimate >= _CUT_LEAST_TOKENS and read < _CUT_SHARE * estimate
