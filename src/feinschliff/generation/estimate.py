"""What a run will probably cost, told before its first request."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from feinschliff.generation.budget import Caps
from feinschliff.generation.prices import Prices
from feinschliff.i18n.stored import stored
from feinschliff.store import Past, Spent

LONG_S = 600.0
DEAR_USD = 1.0
"""Above these a person is asked before the start."""

_MINUTE_S = 60.0


@dataclass(frozen=True)
class Work:
    """Answers that are still to be made by one model."""

    model: str
    answers: float
    prompt_tokens: float
    """Of an answer's prompt, on average."""
    completion_tokens: float
    """Of an answer, on average."""


@dataclass(frozen=True)
class Pace:
    """What is known of an endpoint's speed."""

    concurrency: int
    rpm: int | None = None
    tpm: int | None = None
    past: Mapping[str, Past] = field(default_factory=dict)
    """What earlier answers took, by model."""


@dataclass(frozen=True)
class Estimate:
    """Expected costs, without retries. None is unknown, never 0."""

    requests: int
    prompt_tokens: int
    completion_tokens: int
    usd: float | None
    seconds: float | None
    in_store: int = 0
    """Answers that are there already and cost nothing."""
    limits: Mapping[str, float | int | None] = field(default_factory=dict)
    """The run's hard limits, over all resumes."""
    notes: tuple[str, ...] = ()
    """What the numbers rest on, a sentence each."""
    warnings: tuple[str, ...] = ()
    least_s: float = 0.0
    """Seconds that the limits per minute take, however fast the server is."""

    @property
    def is_large(self) -> bool:
        """True above 10 minutes or 1 USD."""
        return (self.seconds or 0.0) > LONG_S or (self.usd or 0.0) > DEAR_USD

    def to_dict(self) -> dict[str, Any]:
        """As `--dry-run --json` prints it."""
        return {
            "requests": self.requests,
            "tokens": self.prompt_tokens + self.completion_tokens,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "usd": self.usd,
            "seconds": self.seconds,
            "in_store": self.in_store,
            "limits": dict(self.limits),
            "notes": list(self.notes),
            "warnings": list(self.warnings),
        }


def make_estimate(
    work: Sequence[Work],
    *,
    caps: Caps,
    spent: Spent,
    spent_s: float,
    prices: Prices,
    pace: Pace,
    in_store: int = 0,
    notes: Sequence[str] = (),
    warnings: Sequence[str] = (),
) -> Estimate:
    """The sum over all models, cut to what the limits leave after what was `spent` by earlier resumes."""
    share = min(1.0, *_shares(work, caps, spent, prices))
    requests = math.floor(share * sum(w.answers for w in work))
    prompt = share * sum(w.answers * w.prompt_tokens for w in work)
    completion = share * sum(w.answers * w.completion_tokens for w in work)
    seconds, basis = _seconds(work, share, pace)
    if seconds is not None and caps.seconds is not None:
        seconds = min(seconds, max(0.0, caps.seconds - spent_s))
    usd = _usd(work, prices)
    return Estimate(
        requests=requests,
        prompt_tokens=round(prompt),
        completion_tokens=round(completion),
        usd=None if usd is None else usd * share,
        seconds=seconds,
        in_store=in_store,
        limits=caps.to_dict(),
        notes=(*notes, basis),
        warnings=tuple(warnings),
        least_s=max(_floors(work, share, pace), default=0.0),
    )


def _shares(work: Sequence[Work], caps: Caps, spent: Spent, prices: Prices) -> list[float]:
    """How much of the work each limit leaves room for."""
    requests = sum(w.answers for w in work)
    tokens = sum(w.answers * (w.prompt_tokens + w.completion_tokens) for w in work)
    pairs: list[tuple[float | None, float, float | None]] = [
        (caps.requests, spent.requests, requests),
        (caps.tokens, spent.tokens + spent.uncounted_tokens, tokens),
        (caps.usd, prices.most_usd(spent), _usd(work, prices)),
    ]
    return [1.0] + [max(0.0, cap - used) / whole for cap, used, whole in pairs if cap is not None and whole]


def _usd(work: Sequence[Work], prices: Prices) -> float | None:
    total = 0.0
    for w in work:
        price = prices.of(w.model)
        if price is None:
            return None
        total += w.answers * (w.prompt_tokens * price.prompt + w.completion_tokens * price.completion) / 1e6
    return total if work else None


def _seconds(work: Sequence[Work], share: float, pace: Pace) -> tuple[float | None, str]:
    """(seconds, what they rest on); by the endpoint's own pace so far, and by the limits per minute."""
    requests = share * sum(w.answers for w in work)
    floors = _floors(work, share, pace)
    if not requests:
        return 0.0, stored("All answers are there already.")
    if all(w.model in pace.past for w in work):
        own = sum(share * w.answers * pace.past[w.model].latency_s(w.completion_tokens) for w in work)
        answers = min(pace.past[w.model].answers for w in work)
        basis = stored(
            "Time: from the last {answers} answers of this model, {concurrency} at a time.",
            answers=answers,
            concurrency=pace.concurrency,
        )
        return max([own / pace.concurrency, *floors]), basis
    if any(floors):
        return max(floors), stored("Time: what the limits per minute take; how fast the server is, is not known yet.")
    return None, stored("Time: unknown, since this model has answered nothing yet.")


def _floors(work: Sequence[Work], share: float, pace: Pace) -> list[float]:
    """Seconds that each limit per minute takes: the first minute's requests go out at once."""
    requests = share * sum(w.answers for w in work)
    tokens = share * sum(w.answers * (w.prompt_tokens + w.completion_tokens) for w in work)
    return [
        _MINUTE_S * max(0, math.ceil(much / limit) - 1)
        for much, limit in ((requests, pace.rpm), (tokens, pace.tpm))
        if limit is not None
    ]
