"""Hard budgets: nothing is sent that the user has not allowed."""

from __future__ import annotations

import math
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
        self._reserved: dict[str, tuple[int, int]] = {}
        self._prompt_ratio = 1.0
        self._seconds_before = seconds
        self._started = time.monotonic()
        self.refused: str | None = None
        """Which limit refused an attempt last, perhaps only until others had settled."""
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
    def tokens(self) -> int:
        """Tokens spent so far."""
        return self.prompt_tokens + self.completion_tokens

    def admit(self, request: Request) -> bool:
        """Charge one attempt and reserve its tokens, if every limit allows it."""
        wanted = (math.ceil(request.prompt_tokens * self._prompt_ratio), request.max_tokens)
        self.refused = self._refusal(*wanted)
        if self.refused is not None:
            return False
        self.requests += 1
        self._reserved[request.id] = wanted
        return True

    def time_left_s(self) -> float | None:
        """Seconds until the limit on time; None without one."""
        return None if self.limit.seconds is None else max(0.0, self.limit.seconds - self.seconds)

    def settle(self, request: Request, reply: Reply | None, *, lost: bool = False) -> None:
        """Replace the reservation by what the attempt really took (nothing, where it failed)."""
        self._reserved.pop(request.id, None)
        if reply is not None:
            self.prompt_tokens += prompt_tokens(reply)
            self.completion_tokens += completion_tokens(reply)
            # Estimates that turned out too low are corrected for all that follow; a hard cap must not rest on them.
            self._prompt_ratio = max(self._prompt_ratio, prompt_tokens(reply) / max(1, request.prompt_tokens))

    def _refusal(self, prompt: int, completion: int) -> str | None:
        limit = self.limit
        if limit.requests is not None and self.requests + 1 > limit.requests:
            return "requests"
        prompt += self.prompt_tokens + sum(p for p, _ in self._reserved.values())
        completion += self.completion_tokens + sum(c for _, c in self._reserved.values())
        if limit.tokens is not None and prompt + completion > limit.tokens:
            return "tokens"
        if limit.usd is not None and self.price is not None and self.price.of(prompt, completion) > limit.usd:
            return "usd"
        if limit.seconds is not None and self.seconds >= limit.seconds:
            return "seconds"
        return None
