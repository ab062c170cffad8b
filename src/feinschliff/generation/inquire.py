"""Requests whose fields are sent as they stand, wrong ones among them: what a probe asks with.

What the payer omits is left out by whoever makes the fields: here a field's name no longer tells which parameter it is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from feinschliff.endpoints.protocol import Gate, Reply, Request
from feinschliff.errors import RequestRefused
from feinschliff.generation.account import Account
from feinschliff.generation.classify import to_answer
from feinschliff.generation.fields import longest_answer
from feinschliff.generation.generate import Payer, estimate_prompt_tokens
from feinschliff.records import Answer, Message, digest
from feinschliff.store import Paid, prompt_hash

_FOR_GOOD = ("HTTP 401", "HTTP 402", "HTTP 403", "HTTP 404", "HTTP 501")
"""Refusals that no other field can mend."""


@dataclass(frozen=True)
class Inquiry:
    """One request: what is said, all further fields of its body, and for the how manieth time it is made."""

    messages: tuple[Message, ...]
    fields: Mapping[str, JsonValue]
    repeat: int = 0
    trial: bool = False
    """Something in it has not been taken yet, though a request without it was."""


def inquire(inquiries: Sequence[Inquiry], payer: Payer, *, attempts: int, proven: bool = False) -> list[Answer | None]:
    """The answers in order; one that the server refused has a `failure`, None was not allowed by the budget.

    Answers found in the store cost nothing. At most `attempts` attempts are made at each. `proven`: this server has
    answered before, so that even a 404 is about what is in the request.

    Raises: EndpointGone, RequestRefused (the server refuses whatever it is asked), Interrupted, StoreError.
    """
    requests = [_request(inquiry, payer) for inquiry in inquiries]
    found = payer.store.get_answers(request.id for request in requests)
    missing = {r.id: (r, i) for r, i in zip(requests, inquiries, strict=True) if r.id not in found}
    if missing:
        payer.store.put_prompts({prompt_hash(r.messages): r.messages for r, _ in missing.values()})
        found |= _send(missing, payer, attempts, proven)
    return [found.get(request.id) for request in requests]


def _request(inquiry: Inquiry, payer: Payer) -> Request:
    fields = dict(inquiry.fields)
    software = [payer.endpoint.identity, payer.endpoint.version]
    what = [*software, payer.model, payer.digests.get(payer.model), prompt_hash(inquiry.messages), fields]
    return Request(
        id=digest(["inquiry", *what, inquiry.repeat, *([payer.salt] if payer.salt else [])]),
        model=payer.model,
        messages=inquiry.messages,
        fields=fields,
        prompt_tokens=estimate_prompt_tokens(inquiry.messages),
        max_tokens=longest_answer(fields),
        trial=inquiry.trial,
    )


def _send(
    missing: Mapping[str, tuple[Request, Inquiry]], payer: Payer, attempts: int, proven: bool
) -> dict[str, Answer]:
    account = Account(payer.store, payer.run, payer.budget, slots=payer.endpoint.concurrency)
    answers: dict[str, Answer] = {}
    lock = threading.Lock()

    def take(reply: Reply, done: Callable[[], None]) -> None:
        request = reply.request
        answer = to_answer(reply, key=request.id, example="probe", repeat=missing[request.id][1].repeat)
        with lock:
            answers[answer.key] = answer
        paid = Paid(answer, payer.endpoint.identity, request.model, prompt_hash(request.messages), request.fields)
        account.put(paid, reply, done=done)
        if payer.on_answer is not None:
            payer.on_answer(answer)

    left = [request for request, _ in missing.values()]
    with account.under_way(left):
        while left:
            gate = _Patient(account, attempts)
            try:
                report = payer.endpoint.send(left, gate=gate, sink=take)
            except RequestRefused as refused:
                if not proven and (refused.found or "").startswith(_FOR_GOOD):
                    raise
                # So many refusals in a row end a batch of answers; here they are what was asked for.
                before = len(answers)
                gate.note_refused(answers, str(refused.found))
                if len(answers) == before:
                    raise
            else:
                for request in report.unsent:
                    if request.id in gate.given_up:
                        what = ", ".join(report.failed_attempts)
                        gate.given_up[request.id] = f"given up after {attempts} attempts: {what}"
                gate.note_given_up(answers, missing)
                break
            left = [request for request in left if request.id not in answers]
    return answers


class _Patient:
    """The account's gate, which gives a request up after some attempts: a field can make a server fail for good."""

    def __init__(self, account: Gate, attempts: int) -> None:
        self._account = account
        self._attempts = attempts
        self._made: dict[str, int] = {}
        self._last: Request | None = None
        self.given_up: dict[str, str] = {}
        """Requests that had all their attempts, and why they failed."""

    def admit(self, request: Request) -> bool:
        if self._made.get(request.id, 0) >= self._attempts:
            self.given_up[request.id] = ""
            return False
        if not self._account.admit(request):
            return False
        self._made[request.id] = self._made.get(request.id, 0) + 1
        return True

    def time_left_s(self) -> float | None:
        return self._account.time_left_s()

    def settle(self, request: Request, reply: Reply | None, *, lost: bool = False) -> None:
        self._account.settle(request, reply, lost=lost)
        if reply is None and not lost:  # one that was cancelled with it counts as lost
            self._last = request

    def note_refused(self, answers: dict[str, Answer], why: str) -> None:
        """The request that was settled last without an answer is the refused one."""
        if self._last is not None:
            answers[self._last.id] = _failed(self._last, why)

    def note_given_up(self, answers: dict[str, Answer], missing: Mapping[str, tuple[Request, Inquiry]]) -> None:
        """Requests that had all their attempts are failures."""
        for key, why in self.given_up.items():
            answers.setdefault(key, _failed(missing[key][0], why))


def _failed(request: Request, why: str) -> Answer:
    return Answer(key=request.id, example="probe", repeat=0, text="", failure=why)
