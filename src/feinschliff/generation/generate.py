"""The only path to a paid answer: what is in the store is taken from there, the rest is asked for and stored first."""

from __future__ import annotations

import functools
import hashlib
import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from feinschliff.endpoints.protocol import Endpoint, Reply, Request
from feinschliff.generation.account import Account
from feinschliff.generation.budget import Budget
from feinschliff.generation.classify import to_answer
from feinschliff.generation.fields import answer_fields, longest_answer
from feinschliff.generation.order import ModelOrder
from feinschliff.generation.render import logged, render_messages
from feinschliff.generation.streaming import STOP_RULE, streaming_of
from feinschliff.parameters.dialects import Dialect
from feinschliff.parameters.wire import without_fields
from feinschliff.records import Answer, Example, Message, Settings, canonical_json, digest
from feinschliff.store import Paid, Store, prompt_hash
from feinschliff.text.tokens import estimate_tokens

_LOG = logging.getLogger(__name__)

_MESSAGE_TOKENS = 4
"""What a chat template adds to every turn, roughly."""


@dataclass(frozen=True)
class Ask:
    """One wanted answer: this example under these settings, for the `repeat`-th time."""

    example: Example
    settings: Settings
    repeat: int


@dataclass(frozen=True)
class Payer:
    """Who asks, on whose account: an endpoint, a store, a run and its budget."""

    endpoint: Endpoint
    model: str
    """Model where the settings name none."""
    store: Store
    budget: Budget
    run: str
    """Id that is charged."""
    seed: int = 0
    """Run seed; each answer's own seed derives from it, the example and the repeat."""
    salt: str = ""
    """Part of every answer key; runs with different salts share no answers."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """Content hash of a model by name, where the server tells one."""
    omit: Collection[str] = ()
    """Fields that the server refuses and that are not sent (`seed`, `max_tokens`)."""
    stream: bool = False
    """Whether answers come in pieces, and those that loop are ended."""
    on_answer: Callable[[Answer], None] | None = None
    """Told of every new answer, from another thread."""
    order: ModelOrder = field(default_factory=ModelOrder)
    """Which model is asked first; remembers the one that was asked last."""

    def model_of(self, settings: Settings) -> str:
        """The model that these settings ask."""
        return str(settings.values.get("model") or self.model)


def generate(asks: Sequence[Ask], payer: Payer) -> list[Answer | None]:
    """The answers, in the order of `asks`; None where the budget did not allow another request.

    All returned answers are durable. Answers found in the store cost nothing.

    Raises: EndpointGone, RequestRefused, Interrupted, StoreError; what came before is in the store.
    """
    speaks = functools.cache(payer.endpoint.dialect)
    wanted = [_plan(ask, payer, speaks) for ask in asks]
    found = payer.store.get_answers(plan.request.id for plan in wanted)
    missing: dict[str, _Plan] = {}
    for plan in wanted:
        if plan.request.id not in found:
            missing.setdefault(plan.request.id, plan)
    if missing:
        found |= _send(missing, payer)
    return [found.get(plan.request.id) for plan in wanted]


def look_up(asks: Sequence[Ask], payer: Payer) -> tuple[list[Answer], list[Request]]:
    """(the answers that are in the store, the requests that would be made for all others); sends nothing."""
    speaks = functools.cache(payer.endpoint.dialect)
    requests = {plan.request.id: plan.request for plan in (_plan(ask, payer, speaks) for ask in asks)}
    found = payer.store.get_answers(requests)
    return list(found.values()), [request for key, request in requests.items() if key not in found]


def answer_seed(seed: int, example: str, repeat: int) -> int:
    """The seed that is sent, 0 to 2^31 - 1: the same for every setting, so that settings are compared in pairs."""
    hashed = hashlib.sha256(f"{seed}/{example}/{repeat}".encode()).digest()
    return int.from_bytes(hashed[:4], "big") & 0x7FFFFFFF


@dataclass(frozen=True, slots=True)
class _Plan:
    ask: Ask
    request: Request
    prompt: str


def _plan(ask: Ask, payer: Payer, speaks: Callable[[str], Dialect]) -> _Plan:
    messages = render_messages(ask.example, ask.settings)
    model = payer.model_of(ask.settings)
    dialect = speaks(model)
    fields = answer_fields(ask.settings, dialect, seed=answer_seed(payer.seed, ask.example.id, ask.repeat))
    prompt = prompt_hash(messages)
    longest = longest_answer(fields)
    streaming = streaming_of(fields, longest) if payer.stream else None
    request = Request(
        id=_key(payer, model, prompt, fields, ask.repeat, stops=streaming is not None and streaming.stop_loops),
        model=model,
        messages=messages,
        fields=without_fields(fields, payer.omit, dialect),
        prompt_tokens=estimate_prompt_tokens(messages),
        max_tokens=longest,
        streaming=streaming,
    )
    return _Plan(ask, request, prompt)


def estimate_prompt_tokens(messages: Sequence[Message]) -> int:
    """Estimate of what the server will count for these messages."""
    return sum(estimate_tokens(m.content) + _MESSAGE_TOKENS for m in messages)


def _key(payer: Payer, model: str, prompt: str, fields: Mapping[str, JsonValue], repeat: int, *, stops: bool) -> str:
    what = [payer.endpoint.identity, model, payer.digests.get(model), prompt, dict(fields), payer.seed, repeat]
    # An answer that is streamed to its end is the same answer; one that is ended when it loops need not be.
    return digest([*what, *([payer.salt] if payer.salt else []), *([STOP_RULE] if stops else [])])


def _send(missing: Mapping[str, _Plan], payer: Payer) -> dict[str, Answer]:
    """Ask for what is missing, one model after the other."""
    payer.store.put_prompts({plan.prompt: plan.request.messages for plan in missing.values()})
    account = Account(payer.store, payer.run, payer.budget, slots=payer.endpoint.concurrency)
    batch = _Batch(missing, payer, account)
    for models in payer.order.rounds({plan.request.model for plan in missing.values()}, payer.endpoint.backend):
        requests = [plan.request for model in models for plan in missing.values() if plan.request.model == model]
        with account.under_way(requests):
            report = payer.endpoint.send(requests, gate=account, sink=batch.take)
        if report.unsent:
            payer.budget.exhausted = payer.budget.refused
    return batch.answers


class _Batch:
    """The answers of one call as they come."""

    def __init__(self, plans: Mapping[str, _Plan], payer: Payer, account: Account) -> None:
        self._plans = plans
        self._payer = payer
        self._account = account
        self._lock = threading.Lock()
        self.answers: dict[str, Answer] = {}

    def take(self, reply: Reply, done: Callable[[], None]) -> None:
        plan, payer = self._plans[reply.request.id], self._payer
        answer = to_answer(reply, key=reply.request.id, example=plan.ask.example.id, repeat=plan.ask.repeat)
        fields = plan.request.fields
        if _LOG.isEnabledFor(logging.DEBUG):
            what = (plan.request.model, canonical_json(dict(fields)), logged(plan.request.messages))
            _LOG.debug("request %s %s %s %s", answer.example, *what)
            _LOG.debug("answer %s %s %s", answer.example, answer.flags, canonical_json(answer.failure or answer.text))
        with self._lock:
            self.answers[answer.key] = answer
        paid = Paid(answer, payer.endpoint.identity, plan.request.model, plan.prompt, fields)
        self._account.put(paid, reply, done=done)
        if payer.on_answer is not None:
            payer.on_answer(answer)
