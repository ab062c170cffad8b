"""The most that an attempt can cost, before it is made: what limits in tokens and money reserve for it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from feinschliff.endpoints.protocol import Reply, Request
from feinschliff.records import Message

Tokens = tuple[int, int]
"""(prompt tokens, completion tokens)"""

_TURN_TOKENS = 8
"""What a chat template adds to every turn, at most: markers, the role, line breaks."""
_TEMPLATE_TOKENS = 64
"""What a template adds once (a start token, a system text of its own), while nobody has seen it."""
_MARGIN = 1.25


class Bound:
    """Knows how large requests to one model can become, and learns from what its server counts.

    No tokenizer in use makes more tokens of a text than it has bytes: those over bytes join them, and those over
    characters fall back to single bytes for what they do not know. What a template adds is not known before the first
    answer, and some add whole system texts: it is learned.
    """

    def __init__(self) -> None:
        self.known = False
        """True once there is an answer: its count shows what the template adds, and without one nothing ever will."""
        self.too_long = False
        """True where an answer was longer than its request allowed."""
        self._template = _TEMPLATE_TOKENS
        self._longest = 0

    def of(self, request: Request) -> Tokens:
        """The most that this request can take."""
        return _text_tokens(request.messages) + self._template, max(request.max_tokens, self._longest)

    def learn(self, reply: Reply) -> None:
        """Note what the server counted, where it did."""
        if reply.failure is not None:
            return
        self.known = True
        if reply.prompt_tokens is None or reply.completion_tokens is None:
            return
        above = reply.prompt_tokens - _text_tokens(reply.request.messages)
        self._template = max(self._template, math.ceil(_MARGIN * above))
        if reply.completion_tokens > reply.request.max_tokens:
            self.too_long = True
            self._longest = max(self._longest, reply.completion_tokens)


def most_prompt_tokens(messages: Sequence[Message]) -> int:
    """The most tokens that these messages can be, before the first answer."""
    return _text_tokens(messages) + _TEMPLATE_TOKENS


def _text_tokens(messages: Sequence[Message]) -> int:
    return sum(len(m.content.encode(errors="surrogatepass")) + _TURN_TOKENS for m in messages)
