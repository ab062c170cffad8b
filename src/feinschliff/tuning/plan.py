"""How many answers a run may plan with, so that every decision is the same however many requests had to be repeated."""

from __future__ import annotations

from collections.abc import Sequence

from feinschliff.errors import BudgetError
from feinschliff.generation import Caps
from feinschliff.records import Answer

CONFIRMATION_SHARE = 0.25
"""Kept for the confirmation."""

PLANNED_SHARE = 0.62
"""Share of the allowed requests that answers are planned for; the rest is kept for retries, so that a server
which fails every third request still gives the same result. See design/budget-and-retries.md."""

_MOST_ANSWERS = 20_000
"""Plan where only time or money limits the run."""


class Plan:
    """Counts answers and tokens by what the run uses, not by who paid and when: a resumed run counts the same."""

    def __init__(self, caps: Caps) -> None:
        self.caps = caps
        self.answers_planned = _MOST_ANSWERS if caps.requests is None else int(caps.requests * PLANNED_SHARE)
        self.answers = 0
        self.tokens = 0

    @property
    def search_answers(self) -> int:
        """Answers that the search may use, the probe included."""
        return int(self.answers_planned * (1 - CONFIRMATION_SHARE))

    def use(self, answers: Sequence[Answer | None]) -> None:
        """Note answers that were used."""
        for answer in answers:
            if answer is not None:
                self.answers += 1
                self.tokens += answer.prompt_tokens + answer.completion_tokens

    def room(self) -> int:
        """How many more answers the search may use, by what an answer has cost so far."""
        return max(0, min(self.search_answers - self.answers, self._affordable(1 - CONFIRMATION_SHARE)))

    def room_to_confirm(self) -> int:
        """How many answers are left for the confirmation."""
        return max(0, min(self.answers_planned - self.answers, self._affordable(1.0)))

    def _affordable(self, share: float) -> int:
        if self.caps.tokens is None or self.answers == 0:
            return _MOST_ANSWERS
        per_answer = self.tokens / self.answers
        return int((self.caps.tokens * share - self.tokens) / max(per_answer, 1.0))


def check_budget(caps: Caps, *, least_answers: int, least_tokens: int) -> None:
    """Refuse a budget that cannot pay for the first design.

    Raises: BudgetError with the smallest one that can.
    """
    needed = int(least_answers / PLANNED_SHARE) + 1
    if caps.requests is not None and caps.requests < needed:
        raise BudgetError(
            f"{caps.requests} requests are too few for a first design and a confirmation",
            asked=f"requests = {caps.requests}",
            found=f"at least {needed} are needed ({least_answers} answers, and a reserve for retries)",
            mend=f"allow {needed} requests or more",
        )
    if caps.tokens is not None and caps.tokens < least_tokens:
        raise BudgetError(
            f"{caps.tokens} tokens are too few for a first design and a confirmation",
            asked=f"tokens = {caps.tokens}",
            found=f"about {least_tokens} are needed, by an estimate of the prompts and max_tokens",
            mend=f"allow {least_tokens} tokens or more, or set a smaller max_tokens",
        )
