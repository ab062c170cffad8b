"""Hard budgets: nothing is sent that the user has not allowed."""

from __future__ import annotations

import time
from dataclasses import dataclass

from feinschliff.endpoints.protocol import Reply, Request
from feinschliff.generation.usage import completion_tokens, prompt_tokens
from feinschliff.store import Spent


@dataclass(frozen=True)
class Price:
    """USD per million tokens."""

    prompt: float
    completion: float

    def of(self, prompt_tokens: int, completion_tokens: int) -> float:
        """USD for these tokens."""
        return (prompt_tokens * self.prompt + completion_tokens * self.completion) / 1e6


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


class Budget:
    """The gate before every HTTP attempt: counts what was spent and what is in flight.

    `limit` narrows it for a while (the search leaves a quarter to the confirmation).
    """

    def __init__(
        self, caps: Caps, *, spent: Spent | None = None, seconds: float = 0.0, price: Price | None = None
    ) -> None:
        before = spent or Spent()
        self.caps = caps
        self.limit = caps
        self.price = price
        self.requests = before.requests
        self.prompt_tokens = before.prompt_tokens
        self.completion_tokens = before.completion_tokens
        self._reserved_prompt = 0
        self._reserved_completion = 0
        self._seconds_before = seconds
        self._started = time.monotonic()
        self.exhausted: str | None = None
        """Which limit refused an attempt last: `requests`, `tokens`, `seconds`, `usd`; None while none did."""

    @property
    def seconds(self) -> float:
        """Wall seconds over all resumes."""
        return self._seconds_before + self.seconds_now

    @property
    def seconds_now(self) -> float:
        """Wall seconds of this resume."""
        return time.monotonic() - self._started

    @property
    def tokens(self) -> int:
        """Tokens spent so far."""
        return self.prompt_tokens + self.completion_tokens

    @property
    def usd(self) -> float | None:
        """Money spent so far; None without a price."""
        return None if self.price is None else self.price.of(self.prompt_tokens, self.completion_tokens)

    def admit(self, request: Request) -> bool:
        """Charge one attempt and reserve its tokens, if every limit allows it."""
        refusal = self._refusal(request)
        if refusal is not None:
            self.exhausted = refusal
            return False
        self.requests += 1
        self._reserved_prompt += request.prompt_tokens
        self._reserved_completion += request.max_tokens
        return True

    def settle(self, request: Request, reply: Reply | None) -> None:
        """Replace the reservation by what the attempt really took (nothing, where it failed)."""
        self._reserved_prompt -= request.prompt_tokens
        self._reserved_completion -= request.max_tokens
        if reply is not None:
            self.prompt_tokens += prompt_tokens(reply)
            self.completion_tokens += completion_tokens(reply)

    def _refusal(self, request: Request) -> str | None:
        limit = self.limit
        if limit.requests is not None and self.requests + 1 > limit.requests:
            return "requests"
        prompt = self.prompt_tokens + self._reserved_prompt + request.prompt_tokens
        completion = self.completion_tokens + self._reserved_completion + request.max_tokens
        if limit.tokens is not None and prompt + completion > limit.tokens:
            return "tokens"
        if limit.usd is not None and self.price is not None and self.price.of(prompt, completion) > limit.usd:
            return "usd"
        if limit.seconds is not None and self.seconds >= limit.seconds:
            return "seconds"
        return None
