"""What a run recommends at each budget, and what it says that it is worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.tuning.tasks import TASKS

BUDGETS = (100, 200, 400, 800)


@dataclass(frozen=True)
class Recommendation:
    """One method's, at one budget."""

    task: str
    method: str
    seed: int
    budget: int
    settings: dict[str, Any]
    reported: float | None
    """None where a run was refused."""
    requests: int
    """Of the search, by the server's counts."""
    tokens: int
    """Prompt and completion tokens of the search, by the server's counts."""
    confirmation: int = 0
    """Requests of the confirmation, which peers do not have."""
    verdict: str | None = None


def recommended(row: dict[str, Any]) -> Iterator[Recommendation]:
    """A peer's run tells all budgets: the best observed of the trials that fit; `fein`'s run is one budget's.

    Where not one trial fits, the user stays with the baseline.
    """
    if "budget" in row:
        yield _ours(row)
        return
    for budget in BUDGETS:
        fitting = [trial for trial in row["trials"] if trial["requests"] <= budget]
        best = max(fitting, key=lambda trial: float(trial["score"]), default=None)
        task = TASKS[row["task"]]
        today = {name: task.baseline.get(name, task.start.values.get(name)) for name in task.space}
        yield Recommendation(
            task=row["task"],
            method=row["method"],
            seed=row["seed"],
            budget=budget,
            settings=today if best is None else best["settings"],
            reported=None if best is None else best["score"],
            requests=fitting[-1]["requests"] if fitting else 0,
            tokens=_tokens(fitting[-1]) if fitting else 0,
        )


def _ours(row: dict[str, Any]) -> Recommendation:
    search, other, held_out = (row["counts"][part] for part in ("search", "other", "held_out"))
    return Recommendation(
        task=row["task"],
        method=row["method"],
        seed=row["seed"],
        budget=row["budget"],
        settings=row["settings"],
        reported=None if row["held_out"] is None else row["held_out"]["best"]["mean"],
        requests=search["requests"] + other["requests"],
        tokens=_tokens(search) + _tokens(other),
        confirmation=held_out["requests"],
        verdict=row["verdict"],
    )


def _tokens(counts: dict[str, Any]) -> int:
    return int(counts["prompt_tokens"]) + int(counts["completion_tokens"])
