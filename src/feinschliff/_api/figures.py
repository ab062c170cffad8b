"""How well and how fast a model answered: a row of the table in which several stand side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from feinschliff.generation import Price
from feinschliff.measure import speed
from feinschliff.records import Answer, Flag

FAULTS: tuple[Flag, ...] = ("empty", "refused", "truncated")


def model_figures(answers: Sequence[Answer], lines: Sequence[str | None], *, price: Price | None) -> dict[str, Any]:
    """Counts, speed and length of one model's answers, those from the store with what they took when they were made.

    `failure_rate`: share of answers that failed, are empty, refused or cut, 0 to 1. `tokens_per_s`: completion tokens
    per second of an answer's whole time, from sending to the last byte. `words_mean`: of the usable `lines`. None is
    unknown.
    """
    bad = sum(answer.failure is not None or any(fault in answer.flags for fault in FAULTS) for answer in answers)
    arrived = [answer for answer in answers if answer.failure is None]
    words = [len(line.split()) for line in lines if line]
    prompt, completion = sum(a.prompt_tokens for a in answers), sum(a.completion_tokens for a in answers)
    seconds = sum(a.latency_s for a in arrived)
    quantiles = speed(arrived)
    latency, first = quantiles["latency_s"] or {}, quantiles["first_token_s"] or {}
    return {
        "answers": len(answers),
        "failed": len(answers) - len(arrived),
        **{fault: sum(fault in answer.flags for answer in arrived) for fault in FAULTS},
        "failure_rate": bad / len(answers) if answers else None,
        "requests": sum(answer.attempts for answer in answers),
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "usd": None if price is None else price.of(prompt, completion),
        "tokens_per_s": round(sum(a.completion_tokens for a in arrived) / seconds, 4) if seconds > 0 else None,
        "latency_median_s": latency.get("p50"),
        "latency_p95_s": latency.get("p95"),
        "first_token_median_s": first.get("p50"),
        "words_mean": sum(words) / len(words) if words else None,
    }
