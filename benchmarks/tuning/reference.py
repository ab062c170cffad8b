"""How good a task's best setting is: 200 Sobol points against every point of the first design.

    python -m benchmarks.tuning.reference TASK [TASK ...] [--points 200]

Three stages, so that the best of many noisy means is not taken for the truth: every point on the pool's examples; the
best ones of both kinds again, with more answers; the best few of these once more, with fresh answers on unseen
examples. Only the last stage's figures count. Points are compared on the same examples and seeds. What is measured is
kept point by point, and a run that was stopped goes on from there.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import qmc

from benchmarks.tuning.examples import POOL
from benchmarks.tuning.ground import Ground, score_units
from benchmarks.tuning.kept import STATE, Lines
from benchmarks.tuning.tasks import TASKS, TuningTask, check_frozen
from feinschliff.records import Example, Settings
from feinschliff.tuning.design import first_design

FOLDER = Path(__file__).parent / "reference"

_SEED = 7
_CHUNK = 400
"""Units that are asked for at once."""


def design_points(task: TuningTask) -> list[Settings]:
    """The first design of the task's space; where `n` moves, each point with the fewest and the most answers."""
    points = [settings for settings, _ in first_design(task.decoding, task.start)]
    if "n" not in task.space:
        return points
    return [_with(point, n) for point in points for n in task.space["n"]]


def sobol_points(task: TuningTask, count: int) -> list[Settings]:
    """Points of a scrambled Sobol sequence over the whole space; whole numbers have equal shares."""
    decoding = task.decoding
    dimensions = len(decoding.knobs) + ("n" in task.space)
    drawn = qmc.Sobol(dimensions, rng=_SEED).random(1 << max(1, math.ceil(math.log2(count))))[:count]
    points = [decoding.decode(row[: len(decoding.knobs)]) for row in drawn]
    if "n" not in task.space:
        return points
    low, high = task.space["n"]
    return [_with(p, min(high, low + int(row[-1] * (high - low + 1)))) for p, row in zip(points, drawn, strict=True)]


def _with(settings: Settings, n: int) -> Settings:
    return settings.merged(Settings(values={"n": n}))


class Reference:
    """Measures one task's points, stage by stage."""

    def __init__(self, ground: Ground, task: TuningTask, points: int, examples: int) -> None:
        self._ground, self._task, self._pool = ground, task, task.pool[:examples]
        self._design, self._sobol = design_points(task), sobol_points(task, points)
        self._all = [*self._design, *self._sobol]
        self._kept = Lines(STATE / f"reference-{task.name}.jsonl")

    def measure(
        self, chosen: Sequence[int], examples: Sequence[Example], repeats: int, stream: str
    ) -> dict[int, np.ndarray]:
        """Mean score of each example, by number of the point; the same seeds for all."""
        found: dict[int, np.ndarray] = {}
        for number in chosen:
            key = f"{stream}/{repeats}/{len(examples)}/{self._all[number].canonical()}"
            row = self._kept.get(key)
            if row is None:
                row = {"key": key, "values": self._measure(number, examples, repeats, stream)}
                self._kept.add(row)
                print(f"{self._task.name} {stream} {len(found) + 1}/{len(chosen)}", file=sys.stderr, flush=True)
            found[number] = np.array(row["values"]).reshape(len(examples), repeats).mean(axis=1)
        return found

    def _measure(self, number: int, examples: Sequence[Example], repeats: int, stream: str) -> list[float]:
        names = [(e, f"reference-{stream}/{e.id}/{r}") for e in examples for r in range(repeats)]
        values: list[float] = []
        for start in range(0, len(names), _CHUNK):
            units = [(self._all[number], e, name) for e, name in names[start : start + _CHUNK]]
            values += score_units(self._ground, self._task, units)
        return [round(value, 6) for value in values]

    def run(self, *, first: int, second: int, last: int) -> dict[str, Any]:
        """The document of a task; answers of an example in the three stages."""
        task = self._task
        everything = range(len(self._all))
        one = self.measure(everything, self._pool, first, "one")
        kept = [*self._best(one, design=True, most=5), *self._best(one, design=False, most=20)]
        two = self.measure(kept, self._pool, second, "two")
        final = [*self._best(two, design=True, most=3), *self._best(two, design=False, most=4)]
        three = self.measure(final, task.unseen, last, "three")
        top = {design: self._best(three, design=design, most=1)[0] for design in (True, False)}
        gap = three[top[False]] - three[top[True]]
        return {
            "task": task.name,
            "points": {"design": len(self._design), "sobol": len(self._sobol)},
            "design": self._told(top[True], three[top[True]]),
            "sobol": self._told(top[False], three[top[False]]),
            "gap": {"mean": round(float(gap.mean()), 4), "stderr": round(_stderr(gap), 4)},
            "final": [self._told(n, three[n]) for n in final],
            "all": [[n < len(self._design), self._told(n, one[n])] for n in everything],
        }

    def _best(self, means: dict[int, np.ndarray], *, design: bool, most: int) -> list[int]:
        own = [n for n in means if (n < len(self._design)) == design]
        return sorted(own, key=lambda n: -float(means[n].mean()))[:most]

    def _told(self, number: int, values: np.ndarray) -> dict[str, Any]:
        knobs = {name: v for name, v in self._all[number].values.items() if name in self._task.space}
        return {"mean": round(float(values.mean()), 4), "stderr": round(_stderr(values), 4), "settings": knobs}


def _stderr(values: np.ndarray) -> float:
    return float(values.std(ddof=1) / math.sqrt(len(values)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tasks", nargs="+", choices=tuple(TASKS))
    parser.add_argument("--points", type=int, default=200)
    parser.add_argument("--examples", type=int, default=POOL, help="of the pool, for the first two stages")
    parser.add_argument("--first", type=int, default=1, help="answers of an example and point in the first stage")
    parser.add_argument("--second", type=int, default=3)
    parser.add_argument("--last", type=int, default=4)
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder for a file by task")
    options = parser.parse_args()
    check_frozen()
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.tasks:
        began = time.monotonic()
        with Ground(TASKS[name].model) as ground:
            reference = Reference(ground, TASKS[name], options.points, options.examples)
            document = reference.run(first=options.first, second=options.second, last=options.last)
        document["minutes"] = round((time.monotonic() - began) / 60, 1)
        (options.out / f"{name}.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        print(name, "design", document["design"], "sobol", document["sobol"], "gap", document["gap"], flush=True)


if __name__ == "__main__":
    main()
