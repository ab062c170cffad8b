"""Where the tests are carried out: requests by catalogue names, never more than allowed, each asked once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import JsonValue

from feinschliff.generation import Inquiry, Payer, inquire
from feinschliff.parameters.catalogue import CATALOGUE, EXTRA
from feinschliff.parameters.dialects import Dialect
from feinschliff.probing.finding import Finding, Heard, Step, Test, Wish
from feinschliff.records import Answer, Message, canonical_json

PROMPT = (
    Message(
        role="user",
        content="Tell a story about a cat, a dog and a garden. Say everything three times, again and again and again.",
    ),
)
"""What is asked: many words are likely next, and some come back."""

LENGTH = 48
"""Tokens of an answer: enough that two of them are the same only for a reason."""


class Lab:
    """Asks one model of one endpoint, at most `most` times."""

    def __init__(self, payer: Payer, *, dialect: Dialect, most: int, attempts: int) -> None:
        """`attempts`: at one request, where the server fails."""
        self.payer = payer
        self.dialect = dialect
        self.most = most
        self._attempts = attempts
        self._asked: dict[str, Answer] = {}
        self._over = False
        self._texts: dict[str, set[str | None]] = {}
        self._taken: dict[str, list[float]] = {}
        self._passed: set[str] = set()
        self.sent: set[str] = set()
        """Names of all knobs that were asked about."""

    @property
    def asked(self) -> int:
        """Requests so far, those that the store answered included."""
        return len(self._asked)

    @property
    def left(self) -> int:
        """Requests that may still be asked."""
        return 0 if self._over else self.most - self.asked

    @property
    def answers(self) -> list[Answer]:
        """All answers, in the order of their requests."""
        return list(self._asked.values())

    @property
    def noisy(self) -> bool:
        """The same request with the same seed gave different texts."""
        return any(len(texts) > 1 for texts in self._texts.values())

    def ask(self, wishes: Sequence[Wish], *, messages: tuple[Message, ...] = PROMPT) -> list[Heard] | None:
        """What came of the wishes; None where they are more than are left, or the budget ended."""
        keys = [self._key(messages, wish) for wish in wishes]
        new = {k: w for k, w in zip(keys, wishes, strict=True) if k not in self._asked}
        if len(new) > self.left:
            return None
        proven = any(answer.failure is None for answer in self._asked.values())
        inquiries = [
            Inquiry(messages, self.fields(w.values), w.repeat, trial=proven and not self._known(w))
            for w in new.values()
        ]
        answers = inquire(inquiries, self.payer, attempts=self._attempts, proven=proven) if new else []
        for key, answer in zip(new, answers, strict=True):
            if answer is None:
                self._over = True
            else:
                self._asked[key] = answer
                self.sent.update(new[key].values)
                self._note_taken(new[key], answer)
                if "seed" in new[key].values:
                    same = self._key(messages, Wish(new[key].values))
                    self._texts.setdefault(same, set()).add(Heard(answer).text)
        if self._over and any(key not in self._asked for key in keys):
            return None
        return [Heard(self._asked[key]) for key in keys]

    def taken(self, name: str) -> tuple[float, float] | None:
        """The smallest and the largest value of a knob that the server has answered to; None: no number."""
        values = self._taken.get(name)
        return (min(values), max(values)) if values else None

    def _note_taken(self, wish: Wish, answer: Answer) -> None:
        for name, value in wish.values.items() if answer.failure is None else ():
            self._passed.add(canonical_json([name, value]))
            if isinstance(value, int | float) and not isinstance(value, bool):
                self._taken.setdefault(name, []).append(value)

    def _known(self, wish: Wish) -> bool:
        """All its values have been taken before."""
        return all(canonical_json([name, value]) in self._passed for name, value in wish.values.items())

    def cost(self, wishes: Sequence[Wish]) -> set[str]:
        """Which of the wishes have not been asked yet."""
        return {key for wish in wishes if (key := self._key(PROMPT, wish)) not in self._asked}

    def fields(self, values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """The body's fields, by the names that this dialect has for them."""
        fields: dict[str, Any] = {}
        for name, value in values.items():
            *outer, last = self._path(name)
            place = fields
            for step in outer:
                place = place.setdefault(step, {})
            place[last] = value
        return fields

    def _key(self, messages: tuple[Message, ...], wish: Wish) -> str:
        """By what is sent: two names of one field make one request."""
        return canonical_json([[message.content for message in messages], self.fields(wish.values), wish.repeat])

    def _path(self, name: str) -> list[str]:
        if name.startswith(EXTRA):
            return [name.removeprefix(EXTRA)]
        # An alias is probed as the field that it is: where a server has it under that very name is what is asked.
        row = CATALOGUE.get(name)
        return [name] if row is None else row.at(self.dialect).wire.split(".")


def run_tests(tests: Mapping[str, Test], lab: Lab) -> dict[str, Finding]:
    """All findings. The tests go on side by side, a step of each at a time, in their order while requests are left."""
    findings: dict[str, Finding] = {}
    under_way: dict[str, tuple[Test, Step]] = {}
    for name, test in tests.items():
        _go_on(name, test, None, findings, under_way)
    while under_way:
        stage = list(under_way.items())
        under_way.clear()
        affordable = _affordable([step for _, (_, step) in stage], lab)
        wishes = [wish for (_, (_, step)), fits in zip(stage, affordable, strict=True) if fits for wish in step.wishes]
        replies = iter(lab.ask(wishes) or [])
        for (name, (test, step)), fits in zip(stage, affordable, strict=True):
            own = [reply for _, reply in zip(step.wishes, replies, strict=False)] if fits else []
            if len(own) < len(step.wishes):
                findings[name] = step.otherwise
                test.close()
            else:
                _go_on(name, test, own, findings, under_way)
    return {name: findings[name] for name in tests}


def _go_on(
    name: str,
    test: Test,
    heard: list[Heard] | None,
    findings: dict[str, Finding],
    under_way: dict[str, tuple[Test, Step]],
) -> None:
    try:
        step = next(test) if heard is None else test.send(heard)
    except StopIteration as stopped:
        findings[name] = stopped.value
    else:
        under_way[name] = (test, step)


def _affordable(steps: Sequence[Step], lab: Lab) -> list[bool]:
    """Which of the steps, the first ones first, fit into what is left."""
    new: set[str] = set()
    fit = []
    for step in steps:
        more = new | lab.cost(step.wishes)
        fit.append(len(more) <= lab.left)
        new = more if fit[-1] else new
    return fit
