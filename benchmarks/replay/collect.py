"""Answers to measure replay with: a bank that pools are drawn from, and brute force at other settings.

    python -m benchmarks.replay.collect TASK --out FOLDER

Both are kept as one file by task, which `benchmarks.replay.run` reads; the engine is asked as a search asks it.
"""

from __future__ import annotations

import argparse
import pickle
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from scipy.stats import qmc

from benchmarks.replay.tasks import REPLAY_TASKS, Kept, ReplayTask
from benchmarks.tuning.ground import Ground, request_seed
from benchmarks.tuning.reference import design_points
from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.endpoints.protocol import Reply, Request
from feinschliff.generation import render_messages
from feinschliff.records import Message, Settings

TOP = 20
"""Candidates at each position."""
BANK_SOBOL = 10
BANK_ANSWERS = 90
"""Of each setting of the bank."""
TARGETS = 16
REPEATS = 16
"""Answers to each example at each target."""

_SENT = frozenset({"temperature", "top_p", "top_k", "min_p", "frequency_penalty", "presence_penalty", "max_tokens"})


class _Open:
    """A gate that lets everything through."""

    def admit(self, request: Request) -> bool:
        return True

    def time_left_s(self) -> float | None:
        return None

    def settle(self, request: Request, reply: Reply | None, *, lost: bool = False) -> None:
        pass


class Asker:
    """Asks one model about a task's examples."""

    def __init__(self, address: str, task: ReplayTask) -> None:
        self._task = task
        self._client = HttpEndpoint(f"{address}/v1")
        start = task.tuning.start
        self.messages: list[tuple[Message, ...]] = [tuple(render_messages(e, start)) for e in task.examples]

    def ask(self, settings: Settings, examples: Sequence[int], stream: str, **fields: object) -> list[Kept]:
        """One answer for each number in `examples`, its log-probabilities where `fields` ask for them."""
        own = {name: value for name, value in settings.values.items() if name in _SENT}
        found: dict[str, Reply] = {}

        def sink(reply: Reply, done: Callable[[], None]) -> None:
            found[reply.request.id] = reply
            done()

        requests = [
            Request(
                id=str(i),
                model=self._task.tuning.model,
                messages=self.messages[example],
                fields={**own, "max_tokens": self._task.max_tokens, "seed": request_seed(stream, i), **fields},
                prompt_tokens=1,
                max_tokens=1,
            )
            for i, example in enumerate(examples)
        ]
        self._client.send(requests, gate=_Open(), sink=sink)
        return [Kept(0, example, found[str(i)]) for i, example in enumerate(examples)]

    def prompts(self) -> list[tuple[int, ...]]:
        """Token ids of each example's prompt."""
        return [self._client.prompt_ids(self._task.tuning.model, m) or () for m in self.messages]

    def vocabulary(self) -> int | None:
        """Tokens that the model knows."""
        return self._client.vocabulary(self._task.tuning.model)


def sobol(task: ReplayTask, count: int, seed: int) -> list[Settings]:
    """Points over the task's whole space."""
    space = task.tuning.decoding
    return [space.decode(row) for row in qmc.Sobol(len(space.knobs), rng=seed).random(count)]


def collect(name: str) -> dict[str, object]:
    """Bank and brute force of a task."""
    task = REPLAY_TASKS[name]
    number = len(task.examples)
    bank = [*design_points(task.tuning), *sobol(task, 16, 3)[:BANK_SOBOL]]
    targets = sobol(task, TARGETS, 11)
    cut = any(limit is not None for limit, _ in task.scores.values())
    began = time.monotonic()
    with Ground(task.tuning.model) as ground:
        asker = Asker(ground.address, task)
        drawn: list[Kept] = []
        for k, settings in enumerate(bank):
            examples = [(i * 7 + k * 13) % number for i in range(BANK_ANSWERS)]
            answers = asker.ask(settings, examples, f"bank/{k}", logprobs=True, top_logprobs=TOP)
            drawn += [Kept(k, a.example, a.reply) for a in answers]
        print(f"{name}: bank {time.monotonic() - began:.0f} s", flush=True)
        brute: list[Kept] = []
        for k, settings in enumerate(targets):
            fields = {"logprobs": True, "top_logprobs": 1} if cut else {}
            answers = asker.ask(settings, list(range(number)) * REPEATS, f"brute/{k}", **fields)
            brute += [Kept(k, a.example, a.reply) for a in answers]
            print(f"{name}: target {k} {time.monotonic() - began:.0f} s", flush=True)
        return {
            "prompts": asker.prompts(),
            "vocabulary": asker.vocabulary(),
            "bank": bank,
            "targets": targets,
            "drawn": drawn,
            "brute": brute,
            "seconds": time.monotonic() - began,
        }


def save(name: str, path: Path) -> None:
    """Collect a task's answers into a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = collect(name)
    with path.open("wb") as file:
        pickle.dump(kept, file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tasks", nargs="+", choices=tuple(REPLAY_TASKS))
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    for name in options.tasks:
        save(name, options.out / f"{name}.pkl")


if __name__ == "__main__":
    main()
