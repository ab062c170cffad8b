"""Does `tune` find that penalties or min-p matter? Whole posts from a few facts, by the house model, 20 seeds.

    python -m benchmarks.posts.run

The baseline is temperature 1 and nothing else: top-p 1, no top-k, no min-p, no penalties. Two spaces: one with the
temperature, one where it stays at 1 and only top-p, min-p and the penalties move. Seeds that are in the results file
already are not run again, unless the model is another one.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.common import model_record
from feinschliff import Endpoint, stats, tune
from feinschliff.datasets.bundled import BUNDLED

TASK = BUNDLED["posts"]
BASELINE = {
    "temperature": 1.0,
    "top_p": 1.0,
    "top_k": 0,
    "min_p": 0.0,
    "frequency_penalty": 0.0,
    "presence_penalty": 0.0,
    "max_tokens": TASK.max_tokens,
}
OTHERS = {"top_p": (0.5, 1.0), "min_p": (0.0, 0.5), "frequency_penalty": (0.0, 1.0), "presence_penalty": (0.0, 1.0)}
SPACES: Mapping[str, Mapping[str, object]] = {
    "all": {"temperature": (0.0, 1.5), **OTHERS, "top_k": 0, "max_tokens": TASK.max_tokens},
    "temperature 1": {"temperature": 1.0, **OTHERS, "top_k": 0, "max_tokens": TASK.max_tokens},
}
RESULTS = Path(__file__).parent / "results.json"


def one_run(space: str, seed: int, *, model: str, requests: int, score: str) -> dict[str, Any]:
    """Verdict, settings and figures of one run."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        result = tune(
            TASK.task(),
            Endpoint(model=model),
            score=score,
            space=SPACES[space],
            budget={"requests": requests},
            baseline=BASELINE,
            seed=seed,
            store=f"{folder}/store.db",
            report=f"{folder}/report.html",
        )
    told = result.to_dict()
    return {
        "space": space,
        "seed": seed,
        "verdict": told["verdict"],
        "best": told["held_out"]["best"]["mean"],
        "baseline": told["held_out"]["baseline"]["mean"],
        "difference": told["held_out"]["difference"],
        "settings": {name: told["settings"][name] for name in BASELINE},
        "requests": told["spent"]["requests"],
        "seconds": round(time.monotonic() - started, 1),
    }


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """By space: how often "better", by how much, and how often min-p or a penalty was turned up."""
    told = {}
    for space in SPACES:
        runs = [row for row in rows if row["space"] == space]
        if not runs:
            continue
        better = sum(row["verdict"] == "better" for row in runs)
        interval = stats.wilson_interval(better, len(runs))
        told[space] = {
            "runs": len(runs),
            "better": better,
            "share_interval": [round(interval.low, 3), round(interval.high, 3)],
            "mean_best": _mean([row["best"] for row in runs]),
            "mean_baseline": _mean([row["baseline"] for row in runs]),
            "mean_gain": _mean([row["best"] - row["baseline"] for row in runs]),
            "mean_settings": {name: _mean([row["settings"][name] for row in runs]) for name in BASELINE},
            "minutes": round(sum(row["seconds"] for row in runs) / 60, 1),
        }
    return told


def _mean(values: list[float]) -> float:
    return round(sum(values) / len(values), 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="house-2", help="name of a shipped model")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--requests", type=int, default=800)
    parser.add_argument("--score", default=TASK.scorer)
    parser.add_argument("--space", choices=tuple(SPACES), action="append", help="one of the two; both if not given")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    setup = {"model": model_record(options.model), "requests": options.requests, "score": options.score}
    kept = json.loads(options.out.read_text(encoding="utf-8")) if options.out.exists() else {}
    rows = kept["runs"] if kept.get("setup") == setup else []
    for seed in range(options.seeds):
        for space in options.space or SPACES:
            if any(row["space"] == space and row["seed"] == seed for row in rows):
                continue
            row = one_run(space, seed, model=options.model, requests=options.requests, score=options.score)
            rows.append(row)
            print(json.dumps(row), flush=True)
            document = {"setup": setup, "baseline": BASELINE, "summary": summary(rows), "runs": rows}
            options.out.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(summary(rows), indent=2))


if __name__ == "__main__":
    main()
