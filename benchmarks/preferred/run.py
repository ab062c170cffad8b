"""Do the most robust and the cheapest of the tied settings score less than the one of the highest estimate? In worlds
whose truth is known.

    python -m benchmarks.preferred.run --worlds 60 --out benchmarks/preferred/results.json

Each world is searched once at each budget; each rule then chooses from what that search knew. Everything but the
endpoint and the score is the real thing.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from tests.fakes.scripted import ScriptedEndpoint
from tests.replay.world import World as MarkovWorld
from tests.tuning.test_evidence import EXAMPLES, replayed
from tests.tuning.worlds import ReadNumber

from feinschliff.build import complete_space, make_baseline
from feinschliff.datasets.split import split
from feinschliff.datasets.task import Task
from feinschliff.endpoints.protocol import Reply, Request
from feinschliff.generation import Budget, Caps, Payer
from feinschliff.parameters.space import Space
from feinschliff.records import Settings
from feinschliff.store import open_store, start_run
from feinschliff.tuning.opening import block_size, first_state, opening
from feinschliff.tuning.plot import Plot, make_plan
from feinschliff.tuning.preferred import RULES, nearby, prefer
from feinschliff.tuning.samplers.candidates import cover
from feinschliff.tuning.search import Search
from feinschliff.tuning.state import State
from feinschliff.tuning.tune import units_of

KNOBS = {
    "temperature": (0, 1.5),
    "top_p": (0.1, 1.0),
    "frequency_penalty": (0.0, 1.0),
    "presence_penalty": (0.0, 1.0),
}
TOLD = {"temperature": 0.8, "top_p": 0.95, "frequency_penalty": 0.0, "presence_penalty": 0.0}
BUDGETS = (200, 800)
"""Requests."""
LEVEL, NOISE = 0.1, 0.2
"""Standard deviations of examples and of answers, as subject lines have them by similarity."""

World = Callable[[np.ndarray], float]
"""From a point in the unit cube to the true mean score."""


def hill(rng: random.Random, count: int) -> World:
    """One broad hill."""
    centre, widths = _point(rng, count), [rng.uniform(0.3, 0.8) for _ in range(count)]
    return lambda x: 0.4 + 0.2 * _bump(x, centre, widths)


def peak(rng: random.Random, count: int) -> World:
    """A broad hill, and elsewhere a sharp peak that is a little higher."""
    broad, sharp = hill(rng, count), _point(rng, count)
    height, width = rng.uniform(0.1, 0.25), rng.uniform(0.06, 0.15)
    return lambda x: max(broad(x), 0.35 + height * _bump(x, sharp, [width] * count) + 0.1)


def cliff(rng: random.Random, count: int) -> World:
    """Rising with one knob up to an edge, and a fall behind it."""
    knob, edge, slope = rng.randrange(count), rng.uniform(0.3, 0.9), rng.uniform(0.05, 0.2)
    gentle = hill(rng, count)

    def world(x: np.ndarray) -> float:
        behind = 1 / (1 + math.exp(-(x[knob] - edge) / 0.02))
        return 0.6 * gentle(x) + slope * x[knob] - 0.2 * behind + 0.15

    return world


def waves(rng: random.Random, count: int) -> World:
    """Drawn from a Gaussian process with lengths between 0.2 and 0.8."""
    lengths = [rng.uniform(0.2, 0.8) for _ in range(count)]
    parts = [([rng.gauss(0, 1) / n for n in lengths], rng.uniform(0, 2 * math.pi)) for _ in range(64)]
    return lambda x: 0.45 + 0.07 * math.sqrt(2 / 64) * sum(math.cos(float(np.dot(w, x)) + p) for w, p in parts)


def idle(rng: random.Random, count: int) -> World:
    """A hill on which half of the knobs make no difference."""
    gentle = hill(rng, count - count // 2)
    return lambda x: gentle(x[count // 2 :])


WORLDS: Mapping[str, Callable[[random.Random, int], World]] = {
    "hill": hill,
    "peak": peak,
    "cliff": cliff,
    "waves": waves,
    "idle": idle,
}


def one_world(kind: str, seed: int, budget: int) -> dict[str, Any]:
    """By rule what it chooses, after a search of so many requests in pairs."""
    rng = random.Random(f"{kind}/{seed}")
    names = list(KNOBS)[: 2 + seed % 3]
    world, lengths = WORLDS[kind](rng, len(names)), [rng.uniform(0.0, 20.0) for _ in names]
    task = Task.from_rows([{"id": f"e{i}", "q": f"question {i}"} for i in range(150)], prompt="{{ q }}")
    space = complete_space(task, {name: KNOBS[name] for name in names})

    def point(values: Mapping[str, Any]) -> np.ndarray:
        return np.array([space.knobs[n].unit(float(values[n])) for n in names])  # type: ignore[union-attr]

    def tokens(values: Mapping[str, Any]) -> float:
        return 30 + float(np.dot(lengths, point(values)))

    def answer(request: Request) -> Reply:
        fields = request.fields
        level = random.Random(request.messages[-1].content).gauss(0, LEVEL)
        noise = random.Random(f"{seed}/{sorted(map(str, fields.items()))}")
        score = min(1.0, max(0.0, world(point(fields)) + level + noise.gauss(0, NOISE)))
        length = max(1, round(tokens(fields) - 20 + noise.gauss(0, 5)))
        return Reply(request, text=str(score), finish_reason="stop", prompt_tokens=20, completion_tokens=length)

    state = _searched(task, space, answer, budget=budget, seed=seed)
    row = _by_rule(state, lambda settings: world(point(settings.values)), seed=seed)
    for rule in RULES:
        row[rule]["tokens"] = tokens(row[rule]["values"])
    return {"kind": kind, "seed": seed, "budget": budget, **row}


def _searched(task: Task, space: Space, answer: Callable[[Request], Reply], *, budget: int, seed: int) -> State:
    """What a search within this budget knows when it ends."""
    plot = Plot(task, space, make_baseline(space, None, told=TOLD, backend="unknown"), ReadNumber())
    parts = split(task.examples)
    with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/s.db") as store:
        run = start_run(store, {}, kind="tune")
        payer = Payer(ScriptedEndpoint(answer), "toy", store, Budget(Caps(requests=budget)), run.id, seed=seed)
        plan = make_plan(plot, parts, payer.budget.caps, prices=None, model="toy")
        state = first_state(plot, space, units_of(parts, seed, plan.search_answers), payer)
        sampler = plot.make_sampler(seed=seed)
        block = block_size(sampler, plan.search_answers, len(state.units))
        search = Search(state, sampler, plan, payer, plot.scorer, block, seed, gauges=plot.gauges())
        search.run(opening(sampler, state, plot.baseline, block=block, room=plan.room()))
    return state


def chains(seed: int) -> dict[str, Any]:
    """As `one_world`, with replay and without a search: Markov chains, 30 answers to each of 8 settings."""
    rng = np.random.default_rng(seed)
    places = list(zip(rng.uniform(0, 1.5, 8), rng.uniform(0.2, 1.0, 8), strict=True))
    state = replayed([(round(float(t), 2), round(float(p), 2)) for t, p in places], 30, seed=seed)
    state.candidates = cover(state.space, 192, seed=seed)
    world = MarkovWorld(EXAMPLES, seed=seed)

    def true(settings: Settings) -> float:
        assert state.replay is not None
        sampling = state.replay.source(settings).sampling
        assert sampling is not None
        return world.truth(sampling)

    return {"kind": "chains", "seed": seed, "budget": 240, **_by_rule(state, true, seed=seed)}


def _by_rule(state: State, true: Callable[[Settings], float], *, seed: int) -> dict[str, Any]:
    """What each rule chooses, what that scores in truth, and what it scores over small moves."""
    row = {}
    for rule in RULES:
        chosen = prefer(state, rule, seed=seed)
        assert chosen is not None
        moved = [true(s) for s in nearby(state.space, chosen.settings, seed=10_000 + seed)]
        told = {k: v for k, v in chosen.facts.items() if k in {"is_best", "tied", "expected_loss", "cost", "best_cost"}}
        row[rule] = {
            "values": chosen.settings.values,
            "true": true(chosen.settings),
            "moved": float(np.mean(moved)),
            **told,
        }
    return row


def summary(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """By budget and rule the differences to the highest estimate, over all worlds and by kind."""
    found = []
    groups = dict.fromkeys((r["budget"], kind) for kind in ("all", *WORLDS, "chains") for r in rows if kind in _in(r))
    for budget, kind in groups:
        there = [r for r in rows if r["budget"] == budget and kind in _in(r)]
        for rule in RULES[1:]:
            line: dict[str, Any] = {"budget": budget, "kind": kind, "rule": rule, "worlds": len(there)}
            line["tied"] = _mean([r[rule]["tied"] for r in there])
            line["changed"] = _mean([not r[rule]["is_best"] for r in there])
            for what in ("true", "moved"):
                own, best = (np.array([r[name][what] for r in there]) for name in (rule, "best"))
                line[what] = {"mean": _mean(own - best), "half_width": _half(own - best)}
                line[f"{what}_p10"] = round(float(np.quantile(own, 0.1) - np.quantile(best, 0.1)), 5)
            if "tokens" in there[0][rule]:
                line["tokens_saved"] = _mean([r["best"]["tokens"] - r[rule]["tokens"] for r in there])
                line["tokens_claimed"] = _mean([r[rule].get("best_cost", 0) - r[rule].get("cost", 0) for r in there])
            found.append(line)
    return found


def _in(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (row["kind"],) if row["kind"] == "chains" else ("all", row["kind"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=50, help="of each kind")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    seeds, started = range(options.worlds), time.monotonic()
    work = [(kind, seed, budget) for budget in BUDGETS for kind in WORLDS for seed in seeds]
    with ProcessPoolExecutor(options.workers) as pool:
        rows = [*pool.map(_one, work), *pool.map(chains, seeds)]
    lines = summary(rows)
    for line in lines:
        print(json.dumps(line))
    print(f"{time.monotonic() - started:.0f} s")
    if options.out is not None:
        options.out.write_text(json.dumps(lines, indent=1) + "\n", encoding="utf-8")


def _one(arguments: tuple[str, int, int]) -> dict[str, Any]:
    return one_world(*arguments)


def _mean(values: Any) -> float:
    return round(float(np.mean(values)), 5)


def _half(values: np.ndarray) -> float:
    """Half of a 95 % interval of the mean."""
    return round(1.96 * float(values.std(ddof=1)) / math.sqrt(len(values)), 5) if len(values) > 1 else math.nan


def _point(rng: random.Random, count: int) -> np.ndarray:
    return np.array([rng.uniform(0.05, 0.95) for _ in range(count)])


def _bump(x: np.ndarray, centre: np.ndarray, widths: Sequence[float]) -> float:
    return math.exp(-0.5 * float((((x - centre) / np.array(widths)) ** 2).sum()))


if __name__ == "__main__":
    main()
