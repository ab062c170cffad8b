"""A turn of a conversation: answers that somebody waits for, outside of every run."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from feinschliff.endpoints.protocol import Endpoint, Listener, Reply, Request, Streaming
from feinschliff.errors import RunError
from feinschliff.generation.classify import to_answer
from feinschliff.generation.fields import answer_fields, longest_answer
from feinschliff.generation.generate import estimate_prompt_tokens
from feinschliff.generation.render import logged
from feinschliff.parameters.wire import without_fields
from feinschliff.records import Answer, Message, Settings, canonical_json

_LOG = logging.getLogger(__name__)

_ATTEMPTS = 3
"""Somebody waits: a server that does not answer is told of soon."""


@dataclass(frozen=True)
class Turn:
    """A conversation that ends with what the user said, and who hears the answer to it."""

    messages: tuple[Message, ...]
    settings: Settings
    """`system` and `prompt` are not looked at: all that is sent is in the messages."""
    listener: Listener


@dataclass(frozen=True)
class Outcome:
    """An answer, or why there is none."""

    answer: Answer | None
    failure: str | None = None


def converse(
    turns: Sequence[Turn], endpoint: Endpoint, *, model: str, seed: int, omit: Collection[str] = ()
) -> list[Outcome]:
    """The answers to all turns, which are made at the same time with the same seed. Nothing is stored.

    `model` is asked where the settings name none; `omit` are fields that the server refuses (`seed`, `max_tokens`).

    Raises: Interrupted.
    """
    heard = [_Noting(turn.listener) for turn in turns]
    requests = [
        _request(turn, str(number), endpoint, model, seed, omit, listener)
        for number, (turn, listener) in enumerate(zip(turns, heard, strict=True))
    ]
    replies: dict[str, Reply] = {}

    def keep(reply: Reply, done: Callable[[], None]) -> None:
        replies[reply.request.id] = reply
        done()

    try:
        endpoint.send(requests, gate=_Tries(), sink=keep)
    except RunError as error:
        for listener in heard:
            listener.why = str(error)
    outcomes = [_outcome(replies.get(r.id), listener.why) for r, listener in zip(requests, heard, strict=True)]
    for request, outcome in zip(requests, outcomes, strict=True):
        said = outcome.failure if outcome.answer is None else outcome.answer.text
        _LOG.debug("request %s %s", canonical_json(dict(request.fields)), logged(request.messages))
        _LOG.debug("answer %s", canonical_json(said))
    return outcomes


class _Tries:
    """Lets every request be tried a few times."""

    def __init__(self) -> None:
        self._made: Counter[str] = Counter()

    def admit(self, request: Request) -> bool:
        self._made[request.id] += 1
        return self._made[request.id] <= _ATTEMPTS

    def time_left_s(self) -> float | None:
        return None

    def settle(self, request: Request, reply: Reply | None, *, lost: bool = False) -> None:
        return None


class _Noting:
    """Passes on what it hears, and knows why the last attempt failed."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self.why: str | None = None

    def piece(self, text: str, thought: str) -> None:
        self._listener.piece(text, thought)

    def broken(self, why: str) -> None:
        self.why = why
        self._listener.broken(why)


def _request(
    turn: Turn, name: str, endpoint: Endpoint, model: str, seed: int, omit: Collection[str], listener: Listener
) -> Request:
    model = str(turn.settings.values.get("model") or model)
    dialect = endpoint.dialect(model)
    fields = answer_fields(turn.settings, dialect, seed=seed)
    return Request(
        id=name,
        model=model,
        messages=turn.messages,
        fields=without_fields(fields, omit, dialect),
        prompt_tokens=estimate_prompt_tokens(turn.messages),
        max_tokens=longest_answer(fields),
        streaming=Streaming(stop_loops=True, listener=listener),
    )


def _outcome(reply: Reply | None, why: str | None) -> Outcome:
    if reply is None:
        return Outcome(None, why or "no answer")
    if reply.failure is not None:
        return Outcome(None, reply.failure)
    return Outcome(to_answer(reply, key="", example="", repeat=0))
