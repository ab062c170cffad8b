"""Which answers come in pieces, and which of them are ended when they loop."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from feinschliff.endpoints.protocol import Streaming

_LEAST_TOKENS = 64
"""Shorter answers are over before a loop is certain."""

STOP_RULE = "stop-loops-1"
"""Part of the key of an answer that is ended when it loops; its number changes with the rule (`text.stuck`)."""


def streaming_of(fields: Mapping[str, JsonValue], max_tokens: int) -> Streaming | None:
    """How an answer with these fields is streamed; None where it is not.

    Streamed log-probabilities lack the position of the end (llama.cpp): such answers come in one piece.
    """
    if fields.get("logprobs") not in (None, False):
        return None
    return Streaming(stop_loops=max_tokens >= _LEAST_TOKENS)
