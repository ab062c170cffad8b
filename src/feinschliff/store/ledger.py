"""What runs were charged, read back: totals, and what each model has cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from feinschliff.store.schema import ledger

Tokens = tuple[int, int]
"""(prompt tokens, completion tokens)"""

VECTORS = "vectors"
"""Key of the rows for embeddings."""


@dataclass(frozen=True)
class ModelSpent:
    """What one model has cost a run."""

    model: str | None
    answers: int
    """That were paid for, by this run."""
    requests: int
    prompt_tokens: int
    completion_tokens: int
    usd: float | None
    """Of all answers that were booked with a price; None where none was."""
    unpriced: Tokens = (0, 0)
    """Tokens of answers that were booked without a price."""
    uncounted: Tokens = (0, 0)
    """The most that attempts can have cost whose answer nobody counted; in none of the other numbers."""


@dataclass(frozen=True)
class Spent:
    """What a run has paid so far, over all its resumes."""

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    usd: float | None = None
    models: tuple[ModelSpent, ...] = ()

    @property
    def tokens(self) -> int:
        """Prompt and completion tokens together, as they were counted."""
        return self.prompt_tokens + self.completion_tokens

    @property
    def answers(self) -> int:
        """Answers that this run paid for."""
        return sum(row.answers for row in self.models)

    @property
    def uncounted_tokens(self) -> int:
        """The most that attempts can have cost whose answer nobody counted."""
        return sum(sum(row.uncounted) for row in self.models)

    def to_dict(self) -> dict[str, Any]:
        """The four totals."""
        return {
            "requests": self.requests,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "usd": self.usd,
        }


def read_spent(connection: sa.Connection, run: str) -> Spent:
    """What `run` has paid."""
    models = tuple(_model_spent(row) for row in connection.execute(_spent_query(run)))
    priced = [m.usd for m in models if m.usd is not None]
    return Spent(
        requests=sum(m.requests for m in models),
        prompt_tokens=sum(m.prompt_tokens for m in models),
        completion_tokens=sum(m.completion_tokens for m in models),
        usd=sum(priced) if priced else None,
        models=models,
    )


def uncounted_row(run: str, requests: int, tokens: Tokens, model: str | None) -> dict[str, Any]:
    """A row of the ledger for attempts that brought no answer."""
    prompt, completion = tokens
    charge = {"requests": requests, "prompt_tokens": prompt, "completion_tokens": completion}
    return {"run": run, "key": None, **charge, "usd": None, "model": model}


def _spent_query(run: str) -> sa.Select[Any]:
    """A row for each model, as `_model_spent` reads it."""
    c = ledger.c
    counted = c.key.is_not(None)

    def tokens(column: sa.Column[int], which: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.coalesce(sa.func.sum(sa.case((which, column), else_=0)), 0)

    return (
        sa.select(
            c.model,
            sa.func.count(sa.case((c.key != VECTORS, c.key))),
            sa.func.coalesce(sa.func.sum(c.requests), 0),
            *(tokens(column, counted) for column in (c.prompt_tokens, c.completion_tokens)),
            sa.func.sum(c.usd),
            *(tokens(column, counted & c.usd.is_(None)) for column in (c.prompt_tokens, c.completion_tokens)),
            *(tokens(column, c.key.is_(None)) for column in (c.prompt_tokens, c.completion_tokens)),
        )
        .where(c.run == run)
        .group_by(c.model)
        .order_by(c.model)
    )


def _model_spent(row: Any) -> ModelSpent:
    model, answers, requests, prompt, completion, usd, *rest = row
    unpriced, uncounted = (int(rest[0]), int(rest[1])), (int(rest[2]), int(rest[3]))
    priced = None if usd is None else float(usd)
    return ModelSpent(model, answers, int(requests), int(prompt), int(completion), priced, unpriced, uncounted)
