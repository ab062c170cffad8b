"""TRUE: the mean of 400 fresh answers (or groups of answers) of a setting, one on each unseen example."""

from __future__ import annotations

import math
import statistics
from typing import Any

from benchmarks.tuning.ground import Ground, score_units
from benchmarks.tuning.kept import RESULTS, Lines
from benchmarks.tuning.tasks import TuningTask
from feinschliff.records import Settings, canonical_json

NULL_TRUTH = 0.5
"""Of every setting of the null task: the mean of its noise."""


class Truth:
    """Measures settings of one task, and keeps what it has measured; all settings meet the same examples and seeds."""

    def __init__(self, task: TuningTask) -> None:
        self._task = task
        self._kept = Lines(RESULTS / f"truth-{task.name}.jsonl")

    def known(self, values: dict[str, Any]) -> dict[str, Any] | None:
        """The row of a setting: `mean`, `stderr`."""
        if self._task.name == "null":
            return {"key": canonical_json(values), "mean": NULL_TRUTH, "stderr": 0.0}
        return self._kept.get(canonical_json(values))

    def measure(self, ground: Ground, values: dict[str, Any]) -> dict[str, Any]:
        """The row of a setting, measured where it is not known."""
        if (row := self.known(values)) is not None:
            return row
        task = self._task
        n = values.get("n", task.baseline.get("n", task.answers))
        settings = task.start.merged(Settings(values={**values, "n": n}))
        units = [(settings, example, f"true/{example.id}/0") for example in task.unseen]
        found = score_units(ground, task, units)
        row = {
            "key": canonical_json(values),
            "mean": round(statistics.fmean(found), 5),
            "stderr": round(statistics.stdev(found) / math.sqrt(len(found)), 5),
        }
        self._kept.add(row)
        return row
