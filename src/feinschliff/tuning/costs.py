"""What a run has cost, in the words of its result."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from feinschliff.generation import Payer, Prices
from feinschliff.i18n.stored import stored
from feinschliff.store import ModelSpent, Run, Spent


@dataclass(frozen=True)
class Costs:
    """Costs over all resumes."""

    spent: dict[str, float | int | None]
    models: list[dict[str, Any]]
    """A row for each model: requests, prompt_tokens, completion_tokens, usd."""
    warnings: list[str]


def run_costs(run: Run, payer: Payer) -> Costs:
    """What `run` has cost so far, with what must be said about it."""
    spent, prices = payer.store.spent(run.id), payer.budget.prices
    return Costs(
        spent_document(spent, prices, payer.budget.seconds),
        [_row(row, payer) for row in spent.models],
        _warnings(spent, payer),
    )


def spent_document(spent: Spent, prices: Prices, seconds: float) -> dict[str, float | int | None]:
    """What every verb shows as `spent`: over all resumes, in USD as the prices are now."""
    return {**spent.to_dict(), "seconds": round(seconds, 3), "usd": prices.spent_usd(spent)}


def _row(row: ModelSpent, payer: Payer) -> dict[str, Any]:
    return {
        "model": row.model,
        "requests": row.requests,
        "prompt_tokens": row.prompt_tokens,
        "completion_tokens": row.completion_tokens,
        "usd": payer.budget.prices.spent_usd(Spent(models=(row,))),
    }


def _warnings(spent: Spent, payer: Payer) -> list[str]:
    budget = payer.budget
    models = [row.model for row in spent.models if row.model is not None]
    today = datetime.datetime.now(datetime.UTC).date()
    notes = budget.prices.warnings(models, today=today)
    limited = budget.caps.tokens is not None or budget.caps.usd is not None
    if limited and spent.uncounted_tokens:
        notes.append(
            stored(
                "Up to {n} tokens more may have been made for answers that were lost on the way or came without a "
                "count: the limits count them, the sum of the costs does not.",
                n=spent.uncounted_tokens,
            )
        )
    if limited and budget.too_long:
        notes.append(
            stored(
                "The server made answers longer than max_tokens: a limit in tokens or USD can be passed by one of them."
            )
        )
    unpriced = sorted(model for model in models if budget.prices.of(model) is None)
    if unpriced and len(unpriced) < len(models):
        notes.append(
            stored("There is no price for {models}: what the run has cost is not known.", models=", ".join(unpriced))
        )
    return notes
