"""The figures of the runs that are there, held against the bars.

python -m benchmarks.tuning.summary [--ours fein]
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.tuning.kept import FOLDER, RESULTS, Lines
from benchmarks.tuning.recommended import BUDGETS, Recommendation, recommended
from benchmarks.tuning.tasks import TASKS
from benchmarks.tuning.truth import Truth

OUT = FOLDER / "summary.json"

_RESAMPLES = 4000

Cell = dict[int, tuple[Recommendation, float]]
"""By seed: what was recommended, and its TRUE."""


def cells() -> dict[tuple[str, str, int], Cell]:
    """By task, method and budget, what is there and has a TRUE."""
    found: dict[tuple[str, str, int], Cell] = defaultdict(dict)
    truths = {name: Truth(task) for name, task in TASKS.items()}
    for path in sorted(RESULTS.glob("runs-*.jsonl")):
        for row in Lines(path).rows():
            for one in recommended(row):
                if (true := truths[one.task].known(one.settings)) is not None:
                    found[one.task, one.method, one.budget][one.seed] = (one, true["mean"])
    return found


def level(cell: Cell) -> dict[str, Any]:
    """Figures of one cell."""
    true = [value for _, value in cell.values()]
    over = [one.reported - value for one, value in cell.values() if one.reported is not None]
    return {
        "seeds": len(true),
        "true": round(statistics.fmean(true), 4),
        "true_p10": round(float(np.quantile(true, 0.1)), 4),
        "reported_minus_true": round(statistics.fmean(over), 4) if over else None,
        "requests": round(statistics.fmean(one.requests for one, _ in cell.values()), 1),
        "tokens": round(statistics.fmean(one.tokens for one, _ in cell.values())),
        "confirmation": round(statistics.fmean(one.confirmation for one, _ in cell.values()), 1),
    }


def best_peer(found: dict[tuple[str, str, int], Cell], task: str, budget: int, ours: Sequence[str]) -> str | None:
    """The peer with the highest mean TRUE."""
    peers = [m for t, m, b in found if t == task and b == budget and m not in ours]
    return max(peers, key=lambda m: statistics.fmean(v for _, v in found[task, m, budget].values()), default=None)


def against(found: dict[tuple[str, str, int], Cell], ours: str, budget: int, all_ours: Sequence[str]) -> dict[str, Any]:
    """TRUE minus the best peer's, paired by seed: by task, and pooled over tasks with an interval."""
    by_task: dict[str, list[float]] = {}
    for task in TASKS:
        peer = best_peer(found, task, budget, all_ours)
        own = found.get((task, ours, budget))
        if task == "null" or peer is None or not own:
            continue
        theirs = found[task, peer, budget]
        if both := [own[seed][1] - theirs[seed][1] for seed in sorted(own.keys() & theirs.keys())]:
            by_task[task] = both
    if not by_task:
        return {}
    draw = np.random.default_rng(5)
    resampled = [
        np.mean([np.mean(draw.choice(values, len(values))) for values in by_task.values()]) for _ in range(_RESAMPLES)
    ]
    low, high = np.quantile(resampled, [0.025, 0.975])
    return {
        "by_task": {task: round(statistics.fmean(values), 4) for task, values in by_task.items()},
        "pooled": round(statistics.fmean(statistics.fmean(v) for v in by_task.values()), 4),
        "interval": [round(float(low), 4), round(float(high), 4)],
    }


def tokens_to_match(found: dict[tuple[str, str, int], Cell], ours: str, all_ours: Sequence[str]) -> dict[str, Any]:
    """By task, our tokens at the smallest budget that reaches the best peer's TRUE of 800 requests, by that peer's."""
    told: dict[str, Any] = {}
    for task in TASKS:
        peer = best_peer(found, task, BUDGETS[-1], all_ours)
        if task == "null" or peer is None:
            continue
        wanted = level(found[task, peer, BUDGETS[-1]])
        own = {budget: level(found[task, ours, budget]) for budget in BUDGETS if (task, ours, budget) in found}
        reached = [budget for budget, figures in own.items() if figures["true"] >= wanted["true"]]
        share = own[reached[0]]["tokens"] / wanted["tokens"] if reached else None
        told[task] = {"peer": peer, "true": wanted["true"], "budget": reached[0] if reached else None, "share": share}
    shares = [row["share"] for row in told.values()]
    mean = float(np.exp(np.mean(np.log(shares)))) if shares and None not in shares else None
    return {"by_task": told, "geometric_mean": mean}


def verdicts(found: dict[tuple[str, str, int], Cell], ours: str) -> dict[str, Any]:
    """How often "better" was said, by task and budget."""
    told = {}
    for (task, method, budget), cell in found.items():
        if method == ours:
            better = sum(one.verdict == "better" for one, _ in cell.values())
            told[f"{task}/{budget}"] = {"better": better, "runs": len(cell)}
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ours", default="fein", help="names of our methods in the results, the first is judged")
    options = parser.parse_args()
    ours = options.ours.split(",")
    found = cells()
    document = {
        "levels": {"/".join(map(str, key)): level(cell) for key, cell in sorted(found.items())},
        "against_best_peer": {str(budget): against(found, ours[0], budget, ours) for budget in BUDGETS},
        "tokens_to_match": tokens_to_match(found, ours[0], ours),
        "better": verdicts(found, ours[0]),
    }
    OUT.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(document, indent=1))


if __name__ == "__main__":
    main()
