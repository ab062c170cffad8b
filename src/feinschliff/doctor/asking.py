"""A few short answers outside any run: neither stored nor charged to a budget."""

from __future__ import annotations

import logging
from collections.abc import Callable

from feinschliff.endpoints.protocol import Endpoint, Reply, Request
from feinschliff.parameters.wire import wire_fields
from feinschliff.records import Message, Settings, canonical_json

_LOG = logging.getLogger(__name__)

_PROMPT = "Subject line for this post:\nVerkaufe Damenfahrrad, 80 Euro, gut erhalten."


def short_requests(endpoint: Endpoint, model: str, count: int, max_tokens: int) -> list[Request]:
    """Requests that every chat model can answer."""
    messages = (Message(role="user", content=_PROMPT),)
    settings, dialect = Settings(values={"max_tokens": max_tokens}), endpoint.dialect(model)
    return [
        Request(
            str(seed),
            model,
            messages,
            wire_fields(settings, dialect, seed=seed),
            prompt_tokens=len(_PROMPT) // 2,
            max_tokens=max_tokens,
        )
        for seed in range(count)
    ]


class Counter:
    """A gate that lets everything pass, and a sink that counts."""

    def __init__(self) -> None:
        self.answers = 0
        self.tokens = 0
        self.latency_s = 0.0
        self.failure: str | None = None

    def admit(self, request: Request) -> bool:
        return True

    def time_left_s(self) -> float | None:
        return None

    def settle(self, request: Request, reply: Reply | None, *, lost: bool = False) -> None:
        """Nothing is charged."""

    def take(self, reply: Reply, done: Callable[[], None]) -> None:
        """Count a reply."""
        _LOG.debug("answer %s %s", reply.request.id, canonical_json(reply.failure or reply.text))
        if reply.failure is None:
            self.answers += 1
            self.tokens += reply.completion_tokens or 0
            self.latency_s = max(self.latency_s, reply.latency_s)
        else:
            self.failure = reply.failure
        done()
