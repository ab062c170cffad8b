"""Small worlds with a known truth: an endpoint whose answers are numbers, and the scorer that reads them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

from feinschliff.build import complete_space, make_baseline
from feinschliff.datasets.task import Task
from feinschliff.endpoints.protocol import Request
from feinschliff.generation import Budget, Caps, Payer
from feinschliff.parameters.space import Space
from feinschliff.records import Answer, Example, Score
from feinschliff.store import open_store, start_run
from feinschliff.tuning import Plot, Result, Step, tune
from tests.fakes.scripted import ScriptedEndpoint

TOLD = {"temperature": 0.8, "top_p": 0.95}


class ReadNumber:
    """The answer is its own score."""

    name = "number"
    needs_target = False

    def score(self, examples: Sequence[Example], answers: Sequence[Answer]) -> list[Score]:
        return [Score(value=None, reason=a.failure) if a.failure else Score(value=float(a.text)) for a in answers]


def hill(request: Request) -> str:
    """Best at temperature 0.3 and top-p 1; every example has its own level, every answer its own noise."""
    fields = request.fields
    t, p = float(fields["temperature"]), float(fields.get("top_p", 1.0))  # type: ignore[arg-type]
    level = random.Random(request.messages[-1].content).gauss(0, 0.1)
    noise = random.Random(f"{fields['seed']}/{t}/{p}").gauss(0, 0.1)
    return str(min(1.0, max(0.0, 0.7 - 0.6 * (t - 0.3) ** 2 - 0.1 * (1 - p) + level + noise)))


def flat(request: Request) -> str:
    """No setting is better than another."""
    return str(random.Random(f"{request.fields}").random())


def make_task(examples: int) -> Task:
    return Task.from_rows([{"id": f"e{i}", "q": f"question {i}"} for i in range(examples)], prompt="{{ q }}")


def make_space(task: Task) -> Space:
    return complete_space(task, {"temperature": (0, 1.5), "top_p": (0.1, 1.0)})


def run_tune(
    folder: Path,
    answer: Callable[[Request], str],
    *,
    examples: int = 60,
    caps: Caps | None = None,
    seed: int = 0,
    sampler: str = "fein",
    endpoint: ScriptedEndpoint | None = None,
    init_points: int | None = None,
    on_step: Callable[[Step], None] | None = None,
) -> Result:
    """One whole run against a store in `folder`."""
    task = make_task(examples)
    space = make_space(task)
    today = make_baseline(space, None, told=TOLD, backend="unknown")
    plot = Plot(task, space, today, ReadNumber(), sampler, on_step, init_points=init_points)
    with open_store(str(folder / "s.db")) as store:
        run = start_run(store, {"seed": seed, "sampler": sampler}, kind="tune")
        budget = Budget(caps or Caps(requests=400), spent=store.spent(run.id))
        return tune(plot, run, Payer(endpoint or ScriptedEndpoint(answer), "toy", store, budget, run.id, seed=seed))
