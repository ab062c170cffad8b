"""What answers of a model took in earlier runs."""

from __future__ import annotations

import json
from dataclasses import dataclass

import sqlalchemy as sa

from feinschliff.store.schema import ledger, runs
from feinschliff.store.store import Store

_MOST_RUNS = 50
_MOST_ANSWERS = 200


@dataclass(frozen=True)
class Past:
    """Means over the latest answers of one model at one endpoint."""

    answers: int
    prompt_tokens: float
    completion_tokens: float
    seconds: float
    """From sending to the last byte."""

    def latency_s(self, completion_tokens: float) -> float:
        """Seconds for an answer of another length: as many for each token."""
        return self.seconds * completion_tokens / max(1.0, self.completion_tokens)


def read_past(store: Store, endpoint: str, model: str) -> Past | None:
    """The latest answers that runs of this store have paid for; None where there is none."""
    with store.transaction() as connection:
        query = sa.select(runs.c.id, runs.c.spec).order_by(runs.c.created_s.desc()).limit(_MOST_RUNS)
        here = [run for run, spec in connection.execute(query) if json.loads(spec).get("endpoint") == endpoint]
        keys: list[str] = []
        for run in here:
            rows = sa.select(ledger.c.key).where(
                ledger.c.run == run, ledger.c.model == model, ledger.c.key.is_not(None)
            )
            latest = rows.order_by(ledger.c.id.desc()).limit(_MOST_ANSWERS - len(keys))
            keys += connection.execute(latest).scalars()
            if len(keys) >= _MOST_ANSWERS:
                break
    answers = [a for a in store.get_answers(keys).values() if a.failure is None and a.latency_s > 0]
    if not answers:
        return None
    return Past(
        answers=len(answers),
        prompt_tokens=sum(a.prompt_tokens for a in answers) / len(answers),
        completion_tokens=sum(a.completion_tokens for a in answers) / len(answers),
        seconds=sum(a.latency_s for a in answers) / len(answers),
    )
