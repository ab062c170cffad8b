"""Tokens of a reply: as the server counts, else an estimate."""

from __future__ import annotations

from feinschliff.endpoints.protocol import Reply
from feinschliff.text.tokens import estimate_tokens


def prompt_tokens(reply: Reply) -> int:
    """Tokens of the prompt; 0 where nothing was generated."""
    if reply.failure is not None:
        return 0
    return reply.request.prompt_tokens if reply.prompt_tokens is None else reply.prompt_tokens


def completion_tokens(reply: Reply) -> int:
    """Tokens of the answer, reasoning included; an estimate is never above what was allowed.

    Of an answer that was ended early: those that had come by then.
    """
    if reply.failure is not None:
        return 0
    if reply.completion_tokens is not None:
        return reply.completion_tokens
    estimate = estimate_tokens(reply.text) + estimate_tokens(reply.reasoning or "")
    return min(max(estimate, reply.pieces), reply.request.max_tokens)


def is_estimated(reply: Reply) -> bool:
    """True where the server left one of the counts out."""
    return reply.failure is None and (reply.prompt_tokens is None or reply.completion_tokens is None)
