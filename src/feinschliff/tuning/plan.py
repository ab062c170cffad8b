"""How many answers a run may plan with, so that every decision is the same however many requests had to be repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from feinschliff.errors import BudgetError
from feinschliff.generation import Caps, Prices
from feinschliff.i18n import tr
from feinschliff.records import Answer

CONFIRMATION_SHARE = 0.25
"""Kept for the confirmation, at the least."""

_MOST_CONFIRMATION = 0.5
"""Share of the answers up to which whole rounds over the held-out examples are kept (design/split-of-answers.md)."""

_WANTED_ROUNDS = (2, 1)

PLANNED_SHARE = 0.62
"""Share of the allowed requests that answers are planned for; the rest is kept for retries, so that a server
which fails every third request still gives the same result. See design/budget-and-retries.md."""

_SHARE_OF_ANSWERS = 0.9
"""Where the score asks a server too: it takes many answers in one request, but few where rounds are small."""

_MOST_ANSWERS = 20_000
"""Plan where only time or money limits the run."""


_SLACK = 1.15
"""Later answers may be longer than those so far: tokens and money are planned with so much more per answer."""


@dataclass(frozen=True)
class Cost:
    """What one answer is taken to cost before the first one is there."""

    prompt_tokens: int
    """Estimate of the longest prompt."""
    completion_tokens: int
    """Expected length of an answer."""
    most: tuple[int, int]
    """The most (prompt, completion) tokens that any answer can take: what the gate reserves."""


class Plan:
    """Counts answers and tokens by what the run uses, not by who paid and when: a resumed run counts the same.

    Limits in tokens and money are turned into answers as well: by the estimate before the first answer, then by what
    answers have cost so far. The plan ends before the gate would, by one reservation of the longest answer allowed.
    `keep` answers at least are left to the confirmation, and one or two whole rounds where half of the answers pay for
    them.
    """

    def __init__(
        self,
        caps: Caps,
        *,
        first: Cost | None = None,
        prices: Prices | None = None,
        models: Sequence[str | None] = (None,),
        keep: int = 0,
        one_round: int = 0,
        scoring_costs: bool = False,
    ) -> None:
        """`models`: all that may be asked; before the first answer, and for reservations, the dearest counts.

        `one_round`: answers to ask for every held-out example with both settings once; 0 where none are held out.
        `scoring_costs`: the score asks a server as well, which takes each answer's tokens once more.
        """
        self.caps = caps
        self.answers = 0
        self.prompt_tokens = 0
        self.completion_tokens = 0
        self.usd = 0.0
        self._probed: tuple[int, int, float] = (0, 0, 0.0)
        self._first = first or Cost(0, 0, (0, 0))
        self._prices = prices or Prices()
        self._dearest = self._prices.dearest(models)
        self._keep = keep
        self._one_round = one_round
        self._scoring_costs = scoring_costs
        # By requests alone: answers can turn out cheaper than expected, and then limits in tokens reach further.
        self.share = planned_share(scoring_costs=scoring_costs)
        self._by_requests = _MOST_ANSWERS if caps.requests is None else int(caps.requests * self.share)
        self.answers_planned = min(self._by_requests, self._affordable(1.0))

    @property
    def search_answers(self) -> int:
        """Answers that the search may use, the probe included."""
        return self._for_search(self.answers_planned)

    def use_probe(self, answers: Sequence[Answer | None]) -> None:
        """Note answers of the probe: paid for like all others, they say nothing of what the task's own will cost."""
        self.use(answers)
        self._probed = (self.answers, self.prompt_tokens + self.completion_tokens, self.usd)

    def use(self, answers: Sequence[Answer | None], *, models: Sequence[str] | None = None) -> None:
        """Note answers that were used, each of its model where there are several."""
        for index, answer in enumerate(answers):
            if answer is not None:
                self.answers += 1
                prompt_tokens = answer.prompt_tokens + self._scored(answer.completion_tokens)
                self.prompt_tokens += prompt_tokens
                self.completion_tokens += answer.completion_tokens
                price = self._dearest if models is None else self._prices.of(models[index])
                if price is not None:
                    self.usd += price.of(prompt_tokens, answer.completion_tokens)

    def room(self) -> int:
        """How many more answers the search may use, by what an answer has cost so far."""
        total = min(self._by_requests, self.answers + self._affordable(1.0))
        return max(0, min(self._for_search(total) - self.answers, self._affordable(1 - CONFIRMATION_SHARE)))

    def room_to_confirm(self) -> int:
        """How many answers are left for the confirmation."""
        return max(0, min(self._by_requests - self.answers, self._affordable(1.0)))

    def _scored(self, tokens: int) -> int:
        """Tokens that the score of an answer of so many takes."""
        return tokens if self._scoring_costs else 0

    def _for_search(self, planned: int) -> int:
        """What the confirmation leaves: three quarters at most."""
        rounds = (count * self._one_round for count in _WANTED_ROUNDS)
        whole = next((answers for answers in rounds if answers <= planned * _MOST_CONFIRMATION), 0)
        return min(int(planned * (1 - CONFIRMATION_SHARE)), planned - max(self._keep, whole))

    def _affordable(self, share: float) -> int:
        """Answers left by tokens and money."""
        first, dearest, left = self._first, self._dearest, [float(_MOST_ANSWERS)]
        prompt = first.prompt_tokens + self._scored(first.completion_tokens)
        own = self.answers - self._probed[0]
        if self.caps.tokens is not None:
            used = self.prompt_tokens + self.completion_tokens
            each = (used - self._probed[1]) / own if own else prompt + first.completion_tokens
            left.append((self.caps.tokens * share - used - sum(first.most)) / max(1.0, each * _SLACK))
        if self.caps.usd is not None and dearest is not None:
            before = dearest.of(prompt, first.completion_tokens)
            each = (self.usd - self._probed[2]) / own if own else before
            left.append((self.caps.usd * share - self.usd - dearest.of(*first.most)) / max(1e-12, each * _SLACK))
        return int(min(left))


def planned_share(*, scoring_costs: bool) -> float:
    """Answers that are planned for each request that is allowed."""
    return PLANNED_SHARE * (_SHARE_OF_ANSWERS if scoring_costs else 1.0)


def check_budget(plan: Plan, *, least_answers: int, searches: bool = True) -> None:
    """Refuse a budget that cannot pay for the first design and a confirmation; where nothing is searched, for the
    comparison of two settings.

    Raises: BudgetError with the smallest one that can.
    """
    caps = plan.caps
    needed = -int(-least_answers // plan.share)
    if caps.requests is not None and int(caps.requests * plan.share) < least_answers:
        raise BudgetError(
            tr("{requests} requests are too few for a first design and a confirmation", requests=caps.requests)
            if searches
            else tr("{requests} requests are too few to compare two settings", requests=caps.requests),
            asked=f"requests = {caps.requests}",
            found=tr(
                "at least {needed} are needed ({least_answers} answers, and a reserve for retries)",
                needed=needed,
                least_answers=least_answers,
            ),
            mend=tr("allow {needed} requests or more", needed=needed),
        )
    if plan.answers_planned < least_answers:
        asked = f"tokens = {caps.tokens}" if caps.tokens is not None else f"usd = {caps.usd}"
        raise BudgetError(
            tr("the limit of tokens or money is too small for a first design and a confirmation")
            if searches
            else tr("the limit of tokens or money is too small to compare two settings"),
            asked=asked,
            found=tr(
                "it pays for about {answers_planned} answers, and at least {least_answers} are needed",
                answers_planned=max(0, plan.answers_planned),
                least_answers=least_answers,
            ),
            mend=tr("allow more, or set a smaller max_tokens"),
        )
