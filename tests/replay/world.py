"""A small model whose answers can be drawn and weighed without a server: sequences over a few tokens."""

from __future__ import annotations

import numpy as np

from feinschliff.records import Settings
from feinschliff.replay import RULES, Drawn, Outcome, Rules, Sampling, Source, Trace, read_sampling
from feinschliff.replay.arrays import Array
from feinschliff.replay.part import Marks

SIZE = 12
"""Tokens; the last one is the end."""
LENGTH = 6
END = SIZE - 1

VLLM = RULES["vllm"]


class World:
    """Markov chains, one for each example; the score counts the tokens that the example likes.

    Logits of the next token depend on the token before, so the mean score of a setting can be computed exactly.
    """

    def __init__(self, examples: int, *, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.logits = rng.normal(0, 1.6, (examples, SIZE, SIZE))
        self.likes = rng.uniform(0, 1, (examples, SIZE)) ** 2
        self.examples = examples
        self._known: dict[tuple[int, Sampling], Array] = {}

    def _steps(self, example: int, sampling: Sampling) -> Array:
        """Probabilities of the next token after each, without penalties."""
        key = (example, sampling)
        if key not in self._known:
            self._known[key] = np.stack([direct(row, [], sampling, VLLM) for row in self.logits[example]])
        return self._known[key]

    def draw(self, example: int, sampling: Sampling, rng: np.random.Generator, *, limit: int = LENGTH) -> Trace:
        """One answer, as a server would tell it: log-probabilities before the sampler."""
        tokens: list[int] = []
        rows: list[Array] = []
        while len(tokens) < limit:
            logits = self.logits[example, tokens[-1] if tokens else 0]
            rows.append(logits - np.log(np.exp(logits).sum()))
            chances = self._steps(example, sampling)[tokens[-1] if tokens else 0]
            tokens.append(int(np.searchsorted(np.cumsum(chances), rng.random(), side="right")))
            if tokens[-1] == END:
                break
        order = np.argsort(-np.stack(rows), axis=1)
        return Trace(
            tokens=np.array(tokens, np.int32),
            logprobs=np.array([row[t] for row, t in zip(rows, tokens, strict=True)], np.float32),
            top=order.astype(np.int32),
            top_logprobs=np.take_along_axis(np.stack(rows), order, axis=1).astype(np.float32),
            prompt=np.zeros(0, np.int32),
            ended=tokens[-1] == END,
            texts=tuple("" if t == END else chr(97 + t) for t in tokens),
        )

    def score(self, example: int, text: str) -> float:
        """0 to 1."""
        return float(np.mean([self.likes[example, ord(c) - 97] for c in text])) if text else 0.0

    def answer(self, example: int, source: Source, rng: np.random.Generator, *, told: bool = True) -> Drawn:
        """One stored answer. `told`: whether its log-probabilities were."""
        assert source.sampling is not None
        limit = LENGTH if source.outcome is None else source.outcome.limit or LENGTH
        trace = self.draw(example, source.sampling, rng, limit=limit)
        return Drawn(source, example, trace if told else None, self.score(example, "".join(trace.texts)))

    def truth(self, sampling: Sampling, *, limit: int = LENGTH) -> float:
        """The mean score over the examples: exact, by every sequence (no penalties)."""
        return float(np.mean([self._expected(e, sampling, limit) for e in range(self.examples)]))

    def _expected(self, example: int, sampling: Sampling, limit: int) -> float:
        """By the last token: how likely it is, and that times the mean sum of what was liked so far."""
        steps = self._steps(example, sampling)
        here, mass = np.zeros((1, SIZE)), np.zeros((1, SIZE))
        mass[0, 0] = 1.0
        likes, total = self.likes[example], 0.0
        for length in range(limit):
            moved = mass[0][:, None] * steps
            summed = here[0][:, None] * steps + moved * likes[None, :]
            total += float(here[0] @ steps[:, END]) / max(length, 1)
            mass, here = moved.sum(axis=0)[None], summed.sum(axis=0)[None]
            mass[0, END] = here[0, END] = 0.0
        return total + float(here.sum()) / limit


def direct(logits: Array, before: list[int], sampling: Sampling, rules: Rules) -> Array:
    """Probabilities of the next token, straight from the definitions, over the whole vocabulary."""
    penalties, drawing = sampling.penalties, sampling.drawing
    logits = logits.astype(np.float64).copy()
    for token, bias in penalties.bias:
        logits[token] += bias
    counts = np.bincount(before, minlength=len(logits)).astype(float)
    if penalties.repeat != 1:
        seen = counts > 0
        logits[seen] = np.where(logits > 0, logits / penalties.repeat, logits * penalties.repeat)[seen]
    logits -= penalties.frequency * counts + penalties.presence * (counts > 0)
    if drawing.temperature == 0:
        return np.eye(len(logits))[int(logits.argmax())]
    alive = np.ones(len(logits), dtype=bool)
    if rules.temperature_first:
        logits = logits / drawing.temperature
        alive &= _min_p(logits, alive, drawing.min_p)
        alive &= _top_k(logits, alive, drawing.top_k)
        alive &= _top_p(logits, alive, drawing.top_p)
    else:
        alive &= _top_k(logits, alive, drawing.top_k)
        alive &= _top_p(logits, alive, drawing.top_p)
        alive &= _min_p(logits, alive, drawing.min_p)
        logits = logits / drawing.temperature
    return _softmax(logits, alive)


def _softmax(logits: Array, alive: Marks) -> Array:
    weights = np.where(alive, np.exp(logits - logits.max()), 0.0)
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _min_p(logits: Array, alive: Marks, share: float) -> Marks:
    chances = _softmax(logits, alive)
    return chances >= share * chances.max() if share > 0 else alive


def _top_k(logits: Array, alive: Marks, number: int) -> Marks:
    if not number:
        return alive
    kept = np.zeros(len(logits), dtype=bool)
    kept[np.argsort(-np.where(alive, logits, -np.inf))[:number]] = True
    return kept


def _top_p(logits: Array, alive: Marks, share: float) -> Marks:
    chances = _softmax(logits, alive)
    order = np.argsort(-chances)
    kept = np.zeros(len(logits), dtype=bool)
    kept[order[: 1 + int((np.cumsum(chances[order])[:-1] < share).sum())]] = True
    return kept if share < 1 else alive


def sampling(rules: Rules = VLLM, **values: object) -> Sampling:
    """Of settings over neutral ones."""
    neutral = {"temperature": 1.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0}
    return read_sampling(Settings(values={**neutral, **values}), rules, {})


def source(limit: int | None = None, *, context: str = "c", stops: tuple[str, ...] = (), **values: object) -> Source:
    """Of these settings; with an outcome where there is a limit."""
    outcome = None if limit is None else Outcome(limit, stops)
    return Source(context, sampling(**values), outcome)
