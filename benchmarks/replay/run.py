"""How often replay's intervals hold the brute-force mean, how often it claims to know, and how fast it is.

    python -m benchmarks.replay.run FOLDER --out benchmarks/replay/results.json

Answers are collected where FOLDER does not hold them (`benchmarks.replay.collect`); the rest is arithmetic.

A cell is one pool and one setting. A pool is what a search leaves after 400 requests: the baseline, greedy, two more
points of the first design and five Sobol points, drawn anew for each pool.
"""

from __future__ import annotations

import argparse
import json
import pickle
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import model_record
from benchmarks.replay.collect import BANK_SOBOL, save
from benchmarks.replay.tasks import REPLAY_TASKS, Kept, ReplayTask
from feinschliff.records import Answer, Settings
from feinschliff.replay import (
    RULES,
    Drawn,
    Pool,
    Sampling,
    Source,
    Trace,
    Vocabulary,
    estimate,
    read_sampling,
    trace_of,
)

RULE = RULES["llama.cpp"]
POOLS = 40
REQUESTS = 400
DESIGN, SOBOL = 4, 5
WIDEST = 0.03
"""Half-width of a 95 % interval beyond which an estimate does not count as usable here."""
_Z = 1.96


def answer_of(kept: Kept) -> Answer:
    """The record that a store would hold."""
    reply = kept.reply
    return Answer(
        key="",
        example=str(kept.example),
        repeat=0,
        text=reply.text,
        finish_reason=reply.finish_reason,
        completion_tokens=reply.completion_tokens or 0,
        logprobs=reply.logprobs,
    )


class Measured:
    """One task with one score, from the kept answers."""

    def __init__(self, task: ReplayTask, score: str, kept: Mapping[str, Any]) -> None:
        self.limit, self._score = task.scores[score]
        self._examples = task.examples
        self._size = int(kept["vocabulary"])
        vocabulary = Vocabulary()
        bank = [self._sampling(s) for s in kept["bank"]]
        self.targets = [self._sampling(s) for s in kept["targets"]]
        self.bank: dict[int, list[Drawn]] = {}
        self.lost = 0
        for one in kept["drawn"]:
            prompt = kept["prompts"][one.example]
            trace = trace_of(answer_of(one), vocabulary, prompt=prompt, width=20)
            self.lost += trace is None
            text = one.reply.text
            if self.limit is not None and trace is not None:
                trace, text = shortened(trace, text, self.limit)
            drawn = Drawn(Source("task", bank[one.setting]), one.example, trace, self._value(one.example, text))
            self.bank.setdefault(one.setting, []).append(drawn)
        self.means, self.errors = self._brute(kept["brute"])
        self.tokens = float(np.mean([min(k.reply.completion_tokens, self.limit or 10**6) for k in kept["brute"]]))

    def pool(self, rng: np.random.Generator) -> Pool:
        """What one search left."""
        design = max(self.bank) + 1 - BANK_SOBOL
        others = rng.choice(np.arange(2, design), DESIGN - 2, replace=False)
        sobol = design + rng.choice(BANK_SOBOL, SOBOL, replace=False)
        settings = [0, 1, *others, *sobol]
        pool = Pool(RULE, vocabulary=self._size)
        chosen: list[Drawn] = []
        for i, setting in enumerate(settings):
            number = REQUESTS // len(settings) + (i < REQUESTS % len(settings))
            own = self.bank[int(setting)]
            chosen += [own[j] for j in rng.choice(len(own), number, replace=False)]
        pool.add(chosen)
        return pool

    def _sampling(self, settings: Settings) -> Sampling:
        return read_sampling(settings, RULE, {})

    def _value(self, example: int, text: str) -> float:
        record = self._examples[example]
        return self._score(text, record.target or "", record)

    def _brute(self, kept: Sequence[Kept]) -> tuple[np.ndarray, np.ndarray]:
        """(mean, its standard error) of each target over the examples."""
        values: dict[tuple[int, int], list[float]] = {}
        for one in kept:
            text = one.reply.text
            if self.limit is not None:
                text = cut_text(one.reply, self.limit)
            values.setdefault((one.setting, one.example), []).append(self._value(one.example, text))
        number = len(self._examples)
        table = np.array([[values[t, e] for e in range(number)] for t in range(len(self.targets))])
        noise = table.var(axis=2, ddof=1) / table.shape[2]
        return table.mean(axis=(1, 2)), np.sqrt(noise.sum(axis=1)) / number


def cut_text(reply: Any, limit: int) -> str:
    """The text of the first tokens of an answer, by its positions."""
    whole: str = reply.text
    if reply.completion_tokens <= limit:
        return whole
    left = reply.completion_tokens - limit
    return whole[: len(whole) - sum(len(p.token) for p in reply.logprobs[len(reply.logprobs) - left :])]


def shortened(trace: Trace, text: str, limit: int) -> tuple[Trace, str]:
    """The answer as a smaller limit would have left it."""
    if len(trace.tokens) <= limit:
        return trace, text
    short = Trace(
        tokens=trace.tokens[:limit],
        logprobs=trace.logprobs[:limit],
        top=trace.top[:limit],
        top_logprobs=trace.top_logprobs[:limit],
        prompt=trace.prompt,
        ended=False,
        texts=trace.texts[:limit],
    )
    return short, "".join(trace.texts[:limit])


def measure(measured: Measured, seed: int) -> dict[str, Any]:
    """The figures of one task."""
    rng = np.random.default_rng(seed)
    sources = [Source("task", s) for s in measured.targets]
    claimed, covered, covered_both, halves, errors, seconds = [], [], [], [], [], 0.0
    believed = []
    for _ in range(POOLS):
        pool = measured.pool(rng)
        began = time.process_time()
        found = estimate(pool, sources)
        seconds += time.process_time() - began
        half = _Z * np.sqrt(found.variance)
        error = found.mean - measured.means
        claimed.append(found.usable & (half <= WIDEST))
        believed.append(found.usable)
        covered.append(np.abs(error) <= half)
        covered_both.append(np.abs(error) <= _Z * np.sqrt(found.variance + measured.errors**2))
        halves.append(half)
        errors.append(error)
    use, believe = np.array(claimed), np.array(believed)
    return {
        "tokens": round(measured.tokens, 1),
        "cells": int(use.size),
        "claimed": round(float(use.mean()), 3),
        "believed": round(float(believe.mean()), 3),
        "covered": _share(covered, use),
        "covered_with_brute_force_noise": _share(covered_both, use),
        "believed_covered": _share(covered, believe),
        "believed_covered_with_brute_force_noise": _share(covered_both, believe),
        "half_width": round(float(np.median(np.array(halves)[use])), 4) if use.any() else None,
        "bias": round(float(np.array(errors)[use].mean()), 4) if use.any() else None,
        "rms_error": round(float(np.sqrt((np.array(errors)[use] ** 2).mean())), 4) if use.any() else None,
        "brute_force_stderr": round(float(measured.errors.mean()), 4),
        "by_target": {"claimed": use.mean(axis=0).round(2).tolist(), "mean": measured.means.round(3).tolist()},
        "seconds_per_1000_answers_100_settings": round(seconds / POOLS / REQUESTS * 1000 / len(sources) * 100, 2),
        "without_trace": measured.lost,
    }


def _share(values: Sequence[np.ndarray], where: np.ndarray) -> float | None:
    return round(float(np.array(values)[where].mean()), 3) if where.any() else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tasks", nargs="+", default=list(REPLAY_TASKS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    document: dict[str, Any] = {"tasks": {}, "models": []}
    for name in options.tasks:
        path = options.folder / f"{name}.pkl"
        if not path.exists():
            save(name, path)
        with path.open("rb") as file:
            kept = pickle.load(file)
        task = REPLAY_TASKS[name]
        document["models"].append(model_record(task.tuning.model))
        for score in task.scores:
            document["tasks"][score] = measure(Measured(task, score, kept), options.seed)
            print(score, json.dumps(document["tasks"][score]), flush=True)
    if options.out:
        options.out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
