"""`fein tune` in the benchmark: the public call, through the counting server, on the task's pool."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from typing import Any

from benchmarks.tuning import scores
from benchmarks.tuning.counting import Counting
from benchmarks.tuning.ground import Ground
from benchmarks.tuning.tasks import TuningTask
from feinschliff import Endpoint, tune
from feinschliff.datasets.task import Task
from feinschliff.errors import BudgetError
from feinschliff.records import Answer, Example, Score
from feinschliff.scorers.group import OneGroupScorer

BUDGETS = (100, 200, 400, 800)
"""Requests of the search, as the peers have them."""

GRANTED = {100: 215, 200: 516, 400: 1032, 800: 1720}
"""What `--requests` must be for a search of so many: the confirmation and a reserve for retries come on top, and are
counted apart. With 60 held-out examples and one answer to a unit."""

GRANTED_SEVERAL = {100: 215, 200: 430, 400: 860, 800: 1720}
"""The same where a unit takes several answers: a whole confirmation is dearer then, so the search gets other shares."""


BLIND = "-blind"


class SingleScore:
    """A task's score of one answer, as the package takes scorers."""

    needs_target = True

    def __init__(self, task: TuningTask, function: scores.ScoreFunction, stream: str) -> None:
        self._function, self._stream = function, stream
        self.name = f"{task.name}@{task.score.__name__}/{stream}"

    def score(self, examples: Sequence[Example], answers: Sequence[Answer]) -> list[Score]:
        """One score per pair."""
        return [self._one(example, answer) for example, answer in zip(examples, answers, strict=True)]

    def _one(self, example: Example, answer: Answer) -> Score:
        if answer.failure is not None:
            return Score(value=None, reason=answer.failure)
        unit = f"{self._stream}/{example.id}/{answer.repeat}"
        return Score(value=self._function([answer.text], example.target or "", example.row, unit))


class SeveralScore(OneGroupScorer):
    """A task's score of several answers."""

    def __init__(self, task: TuningTask) -> None:
        self._task = task

    @property
    def name(self) -> str:
        """The function's."""
        return f"{self._task.name}@{self._task.score.__name__}"

    def score_group(self, example: Example, answers: Sequence[Answer]) -> Score:
        """What the function says; a failed answer is an empty one."""
        texts = [answer.text for answer in answers]
        return Score(value=self._task.score(texts, example.target or "", example.row, ""))


def pool_of(task: TuningTask) -> Task:
    """What `tune` is given: the examples that it searches and confirms on."""
    return Task(
        examples=tuple(task.pool),
        columns=tuple(task.pool[0].row),
        system=task.system,
        prompt=task.prompt,
        name=task.title,
    )


def fixed_of(task: TuningTask) -> dict[str, Any]:
    """Parameters that are sent and not searched."""
    return {name: value for name, value in task.decoding.fixed.items() if name not in ("system", "prompt")}


def run(ground: Ground, task: TuningTask, method: str, seed: int, budget: int) -> dict[str, Any]:
    """One run, as it is kept: what it recommends and reports, and what it cost by the server's counts.

    `method`: the sampler; `fein-blind` is `fein` against a server without log-probabilities.
    """
    sampler = method.removesuffix(BLIND)
    more: dict[str, Any] = {}
    granted = GRANTED_SEVERAL if task.answers > 1 or "n" in task.space else GRANTED
    fixed = fixed_of(task)
    stream = f"{method}-{seed}-{budget}"
    score: Any = SingleScore(task, task.score, stream)
    if task.answers > 1:
        fixed["n"], score = task.answers, SeveralScore(task)
    if "n" in task.space:
        score = SingleScore(task, lambda a, target, row, unit: scores.chrf(a[0], target), stream)
        more["pick"] = lambda answers, row: scores.medoid(answers)
    began = time.monotonic()
    with Counting(ground, task, blind=method.endswith(BLIND)) as counting, tempfile.TemporaryDirectory() as folder:
        try:
            told = tune(
                pool_of(task),
                Endpoint(counting.url, concurrency=ground.slots),
                score=score,
                space={**fixed, **task.space},
                budget={"requests": granted[budget]},
                baseline={**task.start.values, **fixed, **task.baseline},
                sampler=sampler,
                seed=seed,
                store=f"{folder}/store.db",
                report=f"{folder}/report.html",
                **more,
            ).to_dict()
        except BudgetError as error:  # too little for a search and a confirmation: the user stays where he is
            told = {"verdict": f"refused: {error.message}", "settings": {}, "recommended": {}, "held_out": None}
        counts = {part: one.to_dict() for part, one in counting.counts.items()}
    today = {name: task.baseline.get(name, task.start.values.get(name)) for name in task.space}
    return {
        "key": f"{task.name}/{method}/{seed}/{budget}",
        "task": task.name,
        "method": method,
        "seed": seed,
        "budget": budget,
        "seconds": round(time.monotonic() - began, 1),
        "verdict": told["verdict"],
        "settings": {name: told["settings"].get(name, value) for name, value in today.items()},
        "recommended": {name: told["recommended"].get(name, value) for name, value in today.items()},
        "held_out": told["held_out"],
        "counts": counts,
    }
