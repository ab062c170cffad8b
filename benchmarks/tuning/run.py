"""Peers and `fein tune` on the frozen tasks, in shards that go on where the last one stopped.

    python -m benchmarks.tuning.run --venvs FOLDER [--tasks T,...] [--methods M,...] [--seeds A-B] [--minutes 60]

First all runs that are missing, then TRUE of all that they recommend. What is in `results/` is not made again.
FOLDER holds the peers' virtual environments by name; `peers/README.md` says how to make them.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.tuning import fein
from benchmarks.tuning.arena import BUDGET, EXAMPLES, Arena, Contest, told_space
from benchmarks.tuning.ground import Ground
from benchmarks.tuning.kept import RESULTS, Lines
from benchmarks.tuning.recommended import recommended
from benchmarks.tuning.tasks import TASKS, TuningTask, check_frozen
from benchmarks.tuning.truth import Truth

_BLOCK = 5
"""Seeds that a peer makes in one process: some take ten seconds to be loaded."""

PEERS = Path(__file__).parent / "peers"


@dataclass(frozen=True)
class Peer:
    """A peer's program, and the virtual environment that it needs (none: this one)."""

    script: str
    venv: str | None = None
    arguments: tuple[str, ...] = ()


METHODS: dict[str, Peer | None] = {
    "random": Peer("random_points.py"),
    "grid": Peer("grid.py"),
    "optuna-tpe": Peer("optuna_search.py", "optuna", ("tpe",)),
    "optuna-gp": Peer("optuna_search.py", "optuna", ("gp",)),
    "bayes_opt": Peer("bayes.py", "bo"),
    "blendsearch": Peer("blendsearch.py", "flaml"),
    "opik": Peer("opik_parameters.py", "opik"),
    "fein": None,
    "fein-blind": None,
}
"""By name; None is `fein tune`, blind without the server's log-probabilities."""


class Clock:
    """The shard's time."""

    def __init__(self, minutes: float) -> None:
        self._end = time.monotonic() + 60 * minutes

    @property
    def over(self) -> bool:
        """Whether nothing more is to be begun."""
        return time.monotonic() > self._end


def results_of(task: TuningTask, method: str) -> Lines:
    """The runs of a method on a task."""
    return Lines(RESULTS / f"runs-{task.name}-{method}.jsonl")


def peer_runs(ground: Ground, task: TuningTask, method: str, peer: Peer, seeds: Sequence[int], venvs: Path) -> None:
    """Let a peer make these runs, in one process."""
    kept = results_of(task, method)
    space = told_space(task)
    runs = [
        {
            "seed": seed,
            "space": space,
            "baseline": {name: task.baseline.get(name, task.start.values.get(name)) for name in space},
            "most_trials": BUDGET // (EXAMPLES * (1 if "n" in space else task.answers)),
            "examples": EXAMPLES,
        }
        for seed in seeds
    ]

    def keep(contest: Contest) -> None:
        kept.add(contest.row())
        print(f"{task.name} {method} {contest.row()['key']}: {len(contest.trials)} trials", flush=True)

    with Arena(runs, lambda run: Contest(ground, task, method, run["seed"]), keep) as arena:
        python = sys.executable if peer.venv is None else str(venvs / peer.venv / "bin" / "python")
        subprocess.run([python, str(PEERS / peer.script), arena.url, *peer.arguments], check=True)


def missing(task: TuningTask, method: str, seeds: Sequence[int]) -> list[int]:
    """The seeds whose run is not there."""
    kept = results_of(task, method)
    return [seed for seed in seeds if kept.get(f"{task.name}/{method}/{seed}") is None]


def make_runs(task: TuningTask, ground: Ground, methods: Sequence[str], seeds: Sequence[int], options: Any) -> None:
    """All runs of a task that are missing, a block of seeds after the other, so that all methods get as far."""
    for start in range(0, len(seeds), _BLOCK):
        block = seeds[start : start + _BLOCK]
        for method in methods:
            peer = METHODS[method]
            if options.clock.over:
                return
            if peer is None:
                _own_runs(task, ground, method, block, options.clock)
            elif wanted := missing(task, method, block):
                peer_runs(ground, task, method, peer, wanted, options.venvs)


def _own_runs(task: TuningTask, ground: Ground, method: str, seeds: Sequence[int], clock: Clock) -> None:
    kept = results_of(task, method)
    for seed, budget in itertools.product(seeds, fein.BUDGETS):
        if kept.get(f"{task.name}/{method}/{seed}/{budget}") is None and not clock.over:
            row = fein.run(ground, task, method, seed, budget)
            kept.add(row)
            print(f"{row['key']}: {row['verdict']}, {row['counts']['search']['requests']} requests", flush=True)


def make_truth(task: TuningTask, ground: Ground, methods: Sequence[str], clock: Clock) -> None:
    """TRUE of all that has been recommended."""
    truth = Truth(task)
    for method in methods:
        for row in results_of(task, method).rows():
            for one in recommended(row):
                if clock.over:
                    return
                if truth.known(one.settings) is None:
                    truth.measure(ground, one.settings)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--venvs", type=Path, default=Path(".venvs"), help="folder of the peers' environments")
    parser.add_argument("--tasks", default=",".join(TASKS))
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--seeds", default=None, help="A-B, both included; without it as many as the task wants")
    parser.add_argument("--minutes", type=float, default=60.0)
    options = parser.parse_args()
    check_frozen()
    options.clock = Clock(options.minutes)
    methods = options.methods.split(",")
    for name in options.tasks.split(","):
        task = TASKS[name]
        with Ground(task.model) as ground:
            make_runs(task, ground, methods, list(_seeds(options.seeds, task.seeds)), options)
            make_truth(task, ground, methods, options.clock)


def _seeds(written: str | None, most: int) -> Iterator[int]:
    first, _, last = (written or f"0-{most - 1}").partition("-")
    return iter(range(int(first), min(int(last or first), most - 1) + 1))


if __name__ == "__main__":
    main()
