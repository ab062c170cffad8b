"""What an answer takes beside what it is worth: tokens, time, money, or a further score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from feinschliff.generation import Payer, Price
from feinschliff.measure.scoring import score_answers
from feinschliff.records import Answer, Example, Settings
from feinschliff.scorers.protocol import Scorer

TOKENS = "tokens"
LATENCY = "latency"
COST = "cost"
TOTAL = "total tokens"

Gauged = Mapping[str, float | None]
"""Values of one unit by the gauge's name; None where there is none."""


@dataclass(frozen=True)
class Gauge:
    """A quantity that every unit has.

    `tokens`: of the completions, all n of them. `latency`: seconds of the slowest of n answers, since they can be asked
    for at the same time. `cost`: USD of all. `total tokens`: of prompts and completions. Any other name is that of the
    scorer, which scores the answer that is given.
    """

    name: str
    scorer: Scorer | None = None


@dataclass(frozen=True)
class Given:
    """A unit that was answered."""

    example: Example
    settings: Settings
    answers: Sequence[Answer]
    chosen: Answer
    """The answer that is given."""


def read_gauges(gauges: Sequence[Gauge], units: Sequence[Given], payer: Payer) -> list[Gauged]:
    """The values of every unit, in order; a failed answer has none. Raises: RunError for a scorer that fails."""
    values: list[dict[str, float | None]] = [{} for _ in units]
    for gauge in gauges:
        if gauge.scorer is None:
            read = [_taken(gauge.name, unit, payer) for unit in units]
        else:
            examples, chosen = [unit.example for unit in units], [unit.chosen for unit in units]
            read = [s.value for s in score_answers(gauge.scorer, examples, chosen, store=payer.store)]
        for row, value in zip(values, read, strict=True):
            row[gauge.name] = value
    return list(values)


def per_token(answer: Answer, price: Price | None) -> Gauged:
    """What one token less would have saved of each quantity that has no scorer.

    Of an answer that came in one piece, time is taken to grow with its length from 0 on.
    """
    rate = answer.tokens_per_s or (answer.completion_tokens / answer.latency_s if answer.latency_s > 0 else None)
    return {
        TOKENS: 1.0,
        TOTAL: 1.0,
        LATENCY: 1 / rate if rate else 0.0,
        COST: None if price is None else price.of(0, 1),
    }


def _taken(name: str, unit: Given, payer: Payer) -> float | None:
    if unit.chosen.failure is not None:
        return None
    answers = unit.answers
    if name == TOKENS:
        return float(sum(a.completion_tokens for a in answers))
    if name == TOTAL:
        return float(sum(a.prompt_tokens + a.completion_tokens for a in answers))
    if name == LATENCY:
        return max((a.latency_s for a in answers), default=0.0) or None
    price = payer.budget.prices.of(payer.model_of(unit.settings))
    return None if price is None else sum(price.of(a.prompt_tokens, a.completion_tokens) for a in answers)
