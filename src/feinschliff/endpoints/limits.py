"""What slows a batch down or ends it: rate limits, patience with a silent server, the circuit breaker."""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque

from feinschliff.endpoints.protocol import Reply, Request

_MINUTE_S = 60.0
_TRANSIT = 0.01
"""The server's minute is not ours: an attempt reaches it a little after it was noted here. The window is longer by this
share, so that attempts which were held up on their way do not crowd into one of its minutes with later ones."""


class RateLimit:
    """At most so many attempts and tokens in any minute. For one event loop.

    Tokens are counted when an attempt is made: the estimate of its prompt and the longest answer that it allows, and
    once the answer is there, what it really took. A failed attempt counts with its estimate.
    """

    def __init__(self, rpm: int | None, tpm: int | None, *, window_s: float = _MINUTE_S) -> None:
        self._rpm = rpm
        self._tpm = tpm
        self._window_s = window_s * (1 + _TRANSIT)
        self._taken: deque[_Slot] = deque()
        self._tokens = 0
        self._prompt_ratio = 1.0

    def weight(self, request: Request) -> int:
        """Tokens that an attempt is taken for; estimates that turned out too low are corrected for all that follow."""
        return math.ceil(request.prompt_tokens * self._prompt_ratio) + request.max_tokens

    async def ready(self, tokens: int) -> None:
        """Return once an attempt of so many tokens fits; nothing else runs between this return and a `take`."""
        while (wait_s := self._wait_s(tokens)) > 0:
            await asyncio.sleep(wait_s)

    def take(self, tokens: int) -> _Slot | None:
        """Note an attempt; None where there is no limit."""
        if self._rpm is None and self._tpm is None:
            return None
        slot = _Slot(time.monotonic(), tokens)
        self._taken.append(slot)
        self._tokens += tokens
        return slot

    def correct(self, slot: _Slot | None, reply: Reply) -> None:
        """Replace an attempt's estimate by what the server counted, where it did."""
        if slot is None or reply.prompt_tokens is None or reply.completion_tokens is None:
            return
        self._prompt_ratio = max(self._prompt_ratio, reply.prompt_tokens / max(1, reply.request.prompt_tokens))
        tokens = reply.prompt_tokens + reply.completion_tokens
        if not slot.gone:
            self._tokens += tokens - slot.tokens
            slot.tokens = tokens

    def _wait_s(self, tokens: int) -> float:
        now = time.monotonic()
        while self._taken and self._taken[0].at + self._window_s <= now:
            old = self._taken.popleft()
            old.gone = True
            self._tokens -= old.tokens
        full = self._rpm is not None and len(self._taken) >= self._rpm
        # A single request larger than the limit must still go through: it waits for an empty window.
        heavy = self._tpm is not None and self._tokens + tokens > self._tpm
        return max(self._taken[0].at + self._window_s - now, 0.001) if self._taken and (full or heavy) else 0.0


class _Slot:
    """One attempt in the window."""

    __slots__ = ("at", "gone", "tokens")

    def __init__(self, at: float, tokens: int) -> None:
        self.at = at
        self.tokens = tokens
        self.gone = False


class Patience:
    """How long an attempt may take, in seconds: `timeout_s`, and less once the server's pace is known."""

    _REPLIES = 20
    _FLOOR_S = 20.0
    _FACTOR = 10.0

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._replies = 0
        self._slowest_s = 0.0

    @property
    def limit_s(self) -> float:
        """Seconds that the next attempt may take."""
        if self._replies < self._REPLIES:
            return self._timeout_s
        return min(self._timeout_s, max(self._FLOOR_S, self._FACTOR * self._slowest_s))

    def saw(self, latency_s: float) -> None:
        """A reply came after so many seconds."""
        self._replies += 1
        self._slowest_s = max(self._slowest_s, latency_s)


class Breaker:
    """Counts failures in a row over all workers and says when the endpoint is to be taken for gone."""

    _QUIET_S = 8.0
    _REFUSED_FAILURES = 5
    _REFUSED_S = 3.0

    def __init__(self) -> None:
        self.failures = 0
        self._since = time.monotonic()
        self._heard = False
        self._accepted = False
        self._rejected = 0

    def reset(self) -> None:
        """A batch begins: old failures and old silence do not count."""
        self.failures = 0
        self._since = time.monotonic()

    def accepted(self) -> None:
        """A request was answered."""
        self._accepted = True
        self._alive()

    def rejected(self) -> int:
        """A request was refused (4xx): a sign of life. Returns how many were, as long as none was ever answered."""
        self._alive()
        self._rejected += 1
        return 0 if self._accepted else self._rejected

    def failure(self, *, workers: int, refused: bool) -> bool:
        """Note a failure; True: the endpoint is gone."""
        self.failures += 1
        quiet_s = time.monotonic() - self._since
        if refused and not self._heard and self.failures >= self._REFUSED_FAILURES and quiet_s >= self._REFUSED_S:
            return True
        return self.failures >= 3 * workers + 5 and quiet_s >= self._QUIET_S

    def _alive(self) -> None:
        self.failures = 0
        self._since = time.monotonic()
        self._heard = True
