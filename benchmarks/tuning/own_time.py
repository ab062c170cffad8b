"""What the search itself takes: its share of a run on the embedded engine, and how it grows.

    python -m benchmarks.tuning.own_time [--requests 200,800] [--seeds 0-2]
    python -m benchmarks.tuning.own_time --growth

Its own time is all of the search's that is not spent on answers and their scores, imports aside. The growth is
measured on made-up answers of 12 tokens, since the model would take hours: the same ten rounds with ever more answers
and settings.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import machine_record
from benchmarks.tuning.fein import SingleScore, fixed_of, pool_of
from benchmarks.tuning.tasks import TASKS, TuningTask
from feinschliff import Endpoint, tune
from feinschliff.parameters.space import make_space
from feinschliff.records import Example, Settings
from feinschliff.replay import RULES, Drawn, Pool, Trace
from feinschliff.tuning import search
from feinschliff.tuning.replaying import WIDTH, Replayer
from feinschliff.tuning.samplers import FeinSampler
from feinschliff.tuning.samplers.candidates import cover
from feinschliff.tuning.state import State, Tried

OUT = Path(__file__).parent / "own_time.json"
TASKS_MEASURED = ("subjects", "words", "joint", "posts")
_SIZES = ((1250, 32), (2500, 63), (5000, 125), (10_000, 250), (20_000, 500))
"""(answers, settings)."""
_ROUNDS = 10
_TOKENS = 12
_VOCABULARY = 1024


@contextmanager
def watched() -> Iterator[dict[str, float]]:
    """Seconds of the searches inside: `search` in all, `answers` of these for answers and scores."""
    told = {"search": 0.0, "answers": 0.0}
    run, measure = search.Search.run, search.measure_units

    def timed_run(self: Any, design: Any) -> None:
        began = time.perf_counter()
        run(self, design)
        told["search"] += time.perf_counter() - began

    def timed_measure(*args: Any, **kwargs: Any) -> Any:
        began = time.perf_counter()
        found = list(measure(*args, **kwargs))
        told["answers"] += time.perf_counter() - began
        return found

    search.Search.run, search.measure_units = timed_run, timed_measure  # type: ignore[method-assign, assignment]
    try:
        yield told
    finally:
        search.Search.run, search.measure_units = run, measure  # type: ignore[method-assign]


def share(task: TuningTask, seed: int, requests: int) -> dict[str, Any]:
    """Seconds of one run of `fein tune` on the embedded engine, and of its search."""
    fixed = fixed_of(task)
    began = time.perf_counter()
    with watched() as told, tempfile.TemporaryDirectory() as folder:
        tune(
            pool_of(task),
            Endpoint(model=task.model),
            score=SingleScore(task, task.score, "own"),
            space={**fixed, **task.space},
            budget={"requests": requests},
            baseline={**task.start.values, **fixed, **task.baseline},
            seed=seed,
            store=f"{folder}/store.db",
        )
    whole = time.perf_counter() - began
    own = told["search"] - told["answers"]
    return {
        "task": task.name,
        "requests": requests,
        "seed": seed,
        "seconds": round(whole, 2),
        "search": round(told["search"], 2),
        "own": round(own, 3),
        "share": round(own / whole, 4),
    }


def growth(answers: int, settings: int) -> dict[str, Any]:
    """Processor seconds of all decisions of a search of so many answers and settings."""
    rng = np.random.default_rng(0)
    knobs = {"temperature": [0.0, 2.0], "top_p": [0.1, 1.0], "min_p": [0.0, 0.5], "frequency_penalty": [-0.5, 1.5]}
    space = make_space(knobs)
    units = [(Example(id=str(i), row={}), 0) for i in range(150)]
    rules = RULES["llama.cpp"]
    replay = Replayer(None, rules, {}, False, Pool(rules, vocabulary=_VOCABULARY), {})  # type: ignore[arg-type]
    state = State(space, units, spread=True, replay=replay)
    sampler = FeinSampler(0)
    all_settings = cover(space, settings, seed=1)
    seconds = 0.0
    for number in range(_ROUNDS):
        some = all_settings[number * settings // _ROUNDS : (number + 1) * settings // _ROUNDS]
        drawn = []
        for one in some:
            tried = Tried(one, "model", number)
            state.tried.append(tried)
            for example, repeat in state.draw(tried, answers // settings):
                score = float(rng.random())
                tried.units.append((example, repeat))
                tried.scores.append(score)
                tried.tokens.append(_TOKENS)
                drawn.append(Drawn(replay.source(one), int(example.id), _made_up(rng, one), score))
        began = time.process_time()
        replay.pool.add(drawn)
        search.recommend(state, seed=0)
        sampler.ask(state, block=4, round=number)
        seconds += time.process_time() - began
    return {"answers": answers, "settings": settings, "rounds": _ROUNDS, "seconds": round(seconds, 2)}


def _made_up(rng: np.random.Generator, settings: Settings) -> Trace:
    """Tokens drawn at the setting's temperature from made-up candidates, a confident model's."""
    logits = -np.sort(-rng.normal(0, 4, (_TOKENS, WIDTH)), axis=1)
    logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True)) + 0.01
    heat = max(0.05, float(settings.values["temperature"] or 0.0))  # type: ignore[arg-type]
    chosen = (logits / heat + rng.gumbel(size=logits.shape)).argmax(axis=1)
    top = np.array([rng.permutation(_VOCABULARY)[:WIDTH] for _ in range(_TOKENS)], dtype=np.int32)
    rows = np.arange(_TOKENS)
    values = logits.astype(np.float32)
    return Trace(top[rows, chosen], values[rows, chosen], top, values, np.zeros(0, dtype=np.int32), True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", default="200,800")
    parser.add_argument("--seeds", default="0-2")
    parser.add_argument("--tasks", default=",".join(TASKS_MEASURED))
    parser.add_argument("--growth", action="store_true")
    options = parser.parse_args()
    document: dict[str, Any] = json.loads(OUT.read_text()) if OUT.exists() else {}
    document["machine"] = machine_record()
    if options.growth:
        document["growth"] = [growth(*size) for size in _SIZES]
    else:
        first, _, last = options.seeds.partition("-")
        # Once without being counted: what a first run loads is not the search's.
        share(TASKS["subjects"], 0, 100)
        document["share"] = [
            share(TASKS[name], seed, int(requests))
            for name in options.tasks.split(",")
            for requests in options.requests.split(",")
            for seed in range(int(first), int(last or first) + 1)
        ]
    OUT.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(document, indent=1))


if __name__ == "__main__":
    main()
