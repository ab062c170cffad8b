"""Hard budgets: nothing is sent that the user has not allowed."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

from feinschliff.endpoints.protocol import Reply, Request
from feinschliff.generation.bound import Bound, Tokens
from feinschliff.generation.prices import Price, Prices
from feinschliff.generation.usage import completion_tokens, is_estimated, prompt_tokens
from feinschliff.store import Spent

_CLOSING_S = 2.0
_CLOSING_SHARE = 0.4
"""What is kept of a limit on time for the end of the run (scores, verdict, page), of a short one two fifths."""

_LATE_TOKENS = 32
"""What a server can have made of an answer that was ended early, between the last count that it told and the end."""


@dataclass(frozen=True)
class Caps:
    """Upper limits over all resumes of a run; None is no limit."""

    requests: int | None = None
    """HTTP attempts, retries counted."""
    tokens: int | None = None
    """Prompt and completion tokens."""
    seconds: float | None = None
    """Wall time."""
    usd: float | None = None

    def share(self, part: float) -> Caps:
        """The same limits scaled by `part`, whole numbers rounded down."""
        return Caps(
            requests=None if self.requests is None else int(self.requests * part),
            tokens=None if self.tokens is None else int(self.tokens * part),
            seconds=None if self.seconds is None else self.seconds * part,
            usd=None if self.usd is None else self.usd * part,
        )

    def covers(self, other: Caps) -> bool:
        """True where no limit is higher than in `other`: a run that ended under `other` has nothing more to do."""
        pairs = (
            (self.requests, other.requests),
            (self.tokens, other.tokens),
            (self.seconds, other.seconds),
            (self.usd, other.usd),
        )
        return all(theirs is None or (mine is not None and mine <= theirs) for mine, theirs in pairs)

    def to_dict(self) -> dict[str, float | int | None]:
        """The limits by name."""
        return {"requests": self.requests, "tokens": self.tokens, "seconds": self.seconds, "usd": self.usd}


@dataclass(frozen=True, slots=True)
class _Most:
    """What is reserved for an attempt that is under way."""

    model: str
    prompt: int
    completion: int
    usd: float


class Budget:
    """The gate before every HTTP attempt: counts what was spent and what is in flight.

    An attempt is admitted where the most that it can cost still fits; once it is over, what the server counted takes
    the place of that. What nobody counted (a broken answer, one without usage) stays charged at its most.

    `limit` narrows it for a while (the search leaves a quarter to the confirmation).
    """

    def __init__(
        self,
        caps: Caps,
        *,
        spent: Spent | None = None,
        seconds: float = 0.0,
        prices: Prices | None = None,
        started: float | None = None,
    ) -> None:
        """Args:
        spent: what earlier resumes have spent.
        seconds: how long they took.
        started: `time.monotonic()` from which this resume's seconds count; now if None.
        """
        before = spent or Spent()
        self.caps = caps
        self.limit = caps
        self.prices = prices or Prices()
        self.requests = before.requests
        self.tokens = before.tokens + before.uncounted_tokens
        """Spent so far, with what nobody counted at the most that it can have been."""
        self.usd = self.prices.most_usd(before)
        self._reserved: dict[str, _Most] = {}
        self._reserved_tokens = 0
        self._reserved_usd = 0.0
        self._bounds: dict[str, Bound] = {}
        self._priced: dict[str, Price | None] = {}
        self._seconds_before = seconds
        self._started = time.monotonic() if started is None else started
        self.refused: str | None = None
        """Which limit was the last to refuse an attempt, perhaps only until others had settled."""
        self.exhausted: str | None = None
        """Which limit left a request unsent: `requests`, `tokens`, `seconds`, `usd`; None while none did."""

    @property
    def seconds(self) -> float:
        """Wall seconds over all resumes."""
        return self._seconds_before + self.seconds_now

    @property
    def seconds_now(self) -> float:
        """Wall seconds of this resume."""
        return time.monotonic() - self._started

    @property
    def too_long(self) -> bool:
        """True where an answer was longer than its request allowed: then limits in tokens can be passed by one."""
        return any(bound.too_long for bound in self._bounds.values())

    def most_at_once(self, requests: Sequence[Request], slots: int) -> tuple[int, Tokens, str]:
        """(attempts, tokens, model): the most that `slots` attempts at these requests can cost together.

        As far as the limits reach; the model is that of the dearest.
        """
        sizes = [self._most(request) for request in requests]
        dearest = max(sizes, key=lambda most: (most.usd, most.prompt + most.completion))
        prompt, completion = max(most.prompt for most in sizes), max(most.completion for most in sizes)
        attempts = min(slots, len(sizes))
        if self.caps.requests is not None:
            attempts = max(0, min(attempts, self.caps.requests - self.requests))
        fits = float(attempts)
        if self.caps.tokens is not None:
            fits = min(fits, (self.caps.tokens - self.tokens) / (prompt + completion))
        price = self._price(dearest.model)
        if self.caps.usd is not None and price is not None:
            fits = min(fits, (self.caps.usd - self.usd) / max(1e-12, price.of(prompt, completion)))
        return attempts, (math.ceil(prompt * max(0.0, fits)), math.ceil(completion * max(0.0, fits))), dearest.model

    def admit(self, request: Request) -> bool:
        """Charge one attempt and reserve the most it can cost, if every limit allows it."""
        wanted = self._most(request)
        refusal = self._refusal(wanted)
        if refusal is not None:
            self.refused = refusal
            return False
        self.requests += 1
        self._reserved[request.id] = wanted
        self._reserved_tokens += wanted.prompt + wanted.completion
        self._reserved_usd += wanted.usd
        return True

    def time_left_s(self) -> float | None:
        """Seconds until the limit on time, but for what the end of the run takes; None without a limit."""
        if self.limit.seconds is None:
            return None
        return max(0.0, self.limit.seconds - min(_CLOSING_S, _CLOSING_SHARE * self.limit.seconds) - self.seconds)

    def settle(self, request: Request, reply: Reply | None, *, lost: bool = False) -> None:
        """Replace the reservation by what the attempt really took."""
        self.close(request, reply, lost=lost)

    def close(self, request: Request, reply: Reply | None, *, lost: bool) -> Tokens:
        """As `settle`; returns the (prompt, completion) tokens that nobody counted, at the most they can have been."""
        most = self._reserved.pop(request.id, None)
        if most is None:
            return 0, 0
        self._reserved_tokens -= most.prompt + most.completion
        # Without anything reserved the sum is 0 again, whatever the roundings.
        self._reserved_usd = self._reserved_usd - most.usd if self._reserved else 0.0
        if reply is None and not lost:
            return 0, 0
        counted = (0, 0) if reply is None else (prompt_tokens(reply), completion_tokens(reply))
        uncounted = (0, 0)
        if reply is None or is_estimated(reply):
            uncounted = (max(0, most.prompt - counted[0]), max(0, most.completion - counted[1]))
        elif reply.stopped_early:
            uncounted = (0, max(0, min(_LATE_TOKENS, most.completion - counted[1])))
        if reply is not None:
            self._bounds[request.model].learn(reply)
        self.tokens += sum(counted) + sum(uncounted)
        price = self._price(request.model)
        if price is not None:
            self.usd += price.of(*counted) + price.of(*uncounted)
        return uncounted

    def _most(self, request: Request) -> _Most:
        prompt, completion = self._bounds.setdefault(request.model, Bound()).of(request)
        price = self._price(request.model)
        return _Most(request.model, prompt, completion, 0.0 if price is None else price.of(prompt, completion))

    def _price(self, model: str) -> Price | None:
        if model not in self._priced:
            self._priced[model] = self.prices.of(model)
        return self._priced[model]

    def _refusal(self, wanted: _Most) -> str | None:
        limit = self.limit
        if limit.requests is not None and self.requests + 1 > limit.requests:
            return "requests"
        tokens = self.tokens + self._reserved_tokens + wanted.prompt + wanted.completion
        if limit.tokens is not None and (tokens > limit.tokens or self._unknown(wanted)):
            return "tokens"
        usd = self.usd + self._reserved_usd + wanted.usd
        unpriced = self._price(wanted.model) is None
        if limit.usd is not None and (unpriced or usd > limit.usd or self._unknown(wanted)):
            return "usd"
        left = self.time_left_s()
        return "seconds" if left is not None and left <= 0 else None

    def _unknown(self, wanted: _Most) -> bool:
        """True while a model's first request is under way: only its answer shows what the template adds to a prompt."""
        known = self._bounds[wanted.model].known
        return not known and any(most.model == wanted.model for most in self._reserved.values())
