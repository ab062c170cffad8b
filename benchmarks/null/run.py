"""How often does `tune` say "better" where no setting is? The score is seeded noise over answer and repeat.

    python -m benchmarks.null.run --runs 200 --out benchmarks/null/results.json

Four tasks: 150 examples or one prompt, and noise that is uniform or that is 0 or 1. Everything but the endpoint and
the score is the real thing: store, search, confirmation, verdict.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.fakes.scripted import ScriptedEndpoint

from feinschliff import stats
from feinschliff.build import complete_space, make_baseline
from feinschliff.datasets.task import Task
from feinschliff.endpoints.protocol import Request
from feinschliff.generation import Budget, Caps, Payer
from feinschliff.records import Answer, Example, Score
from feinschliff.store import open_store, start_run
from feinschliff.tuning import Plot, tune

SPACE = {"temperature": (0, 1.5), "top_p": (0.1, 1.0), "frequency_penalty": (0.0, 1.0), "presence_penalty": (0.0, 1.0)}
TOLD = {"temperature": 0.8, "top_p": 0.95}


class Noise:
    """A score that knows nothing of the setting's worth: a number drawn from the answer's key, repeat included."""

    needs_target = False

    def __init__(self, kind: str) -> None:
        self.name = f"noise-{kind}"
        self._binary = kind == "binary"

    def score(self, examples: Sequence[Example], answers: Sequence[Answer]) -> list[Score]:
        draws = [random.Random(answer.key).random() for answer in answers]
        return [Score(value=float(d < 0.3) if self._binary else d) for d in draws]


def one_run(examples: int, kind: str, seed: int) -> str | None:
    """The verdict of one run."""
    task = Task.from_rows([{"id": f"e{i}", "q": f"question {i}"} for i in range(examples)], prompt="{{ q }}")
    space = complete_space(task, SPACE)
    endpoint = ScriptedEndpoint(_answer, told=dict(TOLD))
    baseline = make_baseline(space, None, told=TOLD, backend="unknown")
    plot = Plot(task, space, baseline, Noise(kind))
    with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/s.db") as store:
        run = start_run(store, {"seed": seed}, kind="tune")
        return tune(plot, run, Payer(endpoint, "toy", store, Budget(Caps(requests=800)), run.id, seed=seed)).verdict


def _answer(request: Request) -> str:
    return f"answer {request.fields['seed']}"


def _one(arguments: tuple[int, str, int]) -> str | None:
    return one_run(*arguments)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    rows = []
    with ProcessPoolExecutor(options.workers) as pool:
        for examples in (150, 1):
            for kind in ("uniform", "binary"):
                started = time.monotonic()
                work = [(examples, kind, options.first_seed + seed) for seed in range(options.runs)]
                verdicts = Counter(pool.map(_one, work))
                better = verdicts["better"]
                interval = stats.wilson_interval(better, options.runs)
                row = {
                    "examples": examples,
                    "noise": kind,
                    "runs": options.runs,
                    "better": better,
                    "worse": verdicts["worse"],
                    "share_better": better / options.runs,
                    "low": interval.low,
                    "high": interval.high,
                    "seconds": round(time.monotonic() - started, 1),
                }
                rows.append(row)
                print(json.dumps(row), flush=True)
    if options.out is not None:
        options.out.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
