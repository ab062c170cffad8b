"""Stored answers of many settings on the same examples, and how probable each is under any other setting."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feinschliff.replay.chain import Adjusted, adjust, log_probabilities
from feinschliff.replay.rules import Rules
from feinschliff.replay.sampling import Penalties, Sampling
from feinschliff.replay.traces import Batch, Trace

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Source:
    """What an answer is drawn from."""

    context: Hashable
    """All that is not sampling: model, texts, limits. Answers of one context say nothing of another."""
    sampling: Sampling | None
    """None where replay cannot follow: then only the source's own answers count for it."""


@dataclass(frozen=True)
class Drawn:
    """One stored answer: where it comes from, for which example, and how it scored."""

    source: Source
    example: int
    """Number of the example, from 0."""
    trace: Trace | None
    """None where the server told no log-probabilities; the answer then counts for its own source alone."""
    score: float


class Pool:
    """Answers to the same examples; log-probabilities are computed once and kept."""

    def __init__(self, rules: Rules, *, vocabulary: int, offset: float | None = None) -> None:
        """`vocabulary`: tokens that the model knows. `offset`: see `chain.adjust`."""
        self.rules = rules
        self.offset = offset
        self.sources: list[Source] = []
        """Those that answers were drawn from."""
        self._vocabulary = vocabulary
        self._parts: list[_Part] = []
        self._known: dict[Source, list[Array]] = {}
        self._examples: list[int] = []
        self._owners: list[int] = []
        self._scores: list[float] = []

    def __len__(self) -> int:
        return len(self._scores)

    def add(self, answers: Sequence[Drawn]) -> None:
        """Take in more answers."""
        number = {source: i for i, source in enumerate(self.sources)}
        for drawn in answers:
            if drawn.source not in number:
                number[drawn.source] = len(self.sources)
                self.sources.append(drawn.source)
        if answers:
            self._parts.append(_Part(answers, self._vocabulary))
        self._examples += [d.example for d in answers]
        self._owners += [number[d.source] for d in answers]
        self._scores += [d.score for d in answers]

    @property
    def examples(self) -> NDArray[np.intp]:
        """Example of each answer."""
        return np.array(self._examples, dtype=np.intp)

    @property
    def owners(self) -> NDArray[np.intp]:
        """Number of the source of each answer."""
        return np.array(self._owners, dtype=np.intp)

    @property
    def scores(self) -> Array:
        """Score of each answer."""
        return np.array(self._scores, dtype=np.float64)

    def log_probability(self, source: Source) -> Array:
        """Log-probability of every answer, shape (answers,); -inf for those of other contexts.

        Without a sampling to follow, 0 for the source's own answers and -inf for all others.
        """
        known = self._known.setdefault(source, [])
        for part in self._parts[len(known) :]:
            known.append(part.log_probability(source, self.rules, self.offset))
        return np.concatenate(known) if known else np.zeros(0)

    def log_mixture(self) -> Array:
        """Log-density of every answer under the mixture that its example's answers were drawn from: the balance
        heuristic's denominator (Veach and Guibas 1995, eq. 9), shape (answers,)."""
        examples, owners = self.examples, self.owners
        counts = np.zeros((len(self.sources), examples.max(initial=0) + 1))
        np.add.at(counts, (owners, examples), 1)
        with np.errstate(divide="ignore"):
            shares = np.log(counts / counts.sum(axis=0).clip(min=1))
        each = np.stack([self.log_probability(s) for s in self.sources]) + shares[:, examples]
        # Whatever the arithmetic says, an answer was possible where it came from.
        each[owners, np.arange(len(owners))] = np.maximum(each[owners, np.arange(len(owners))], _POSSIBLE)
        top = each.max(axis=0)
        return np.asarray(top + np.log(np.exp(each - top).sum(axis=0)), dtype=np.float64)

    def impossible(self) -> float:
        """Share of the answers that their own sampling could not have drawn.

        More than a few, and replay does not do what the server does.
        """
        own = [self.log_probability(source) for source in self.sources]
        values = [own[owner][i] for i, owner in enumerate(self._owners)]
        return float(np.mean(np.isneginf(values))) if values else 0.0


_POSSIBLE = -600.0


class _Part:
    """Answers that came together."""

    def __init__(self, answers: Sequence[Drawn], vocabulary: int) -> None:
        self._size = len(answers)
        traces: list[Trace] = []
        followed: list[int] = []
        contexts: dict[Hashable, list[int]] = {}
        opaque: dict[Source, list[int]] = {}
        for i, drawn in enumerate(answers):
            contexts.setdefault(drawn.source.context, []).append(i)
            if drawn.trace is not None and drawn.source.sampling is not None:
                followed.append(i)
                traces.append(drawn.trace)
            else:
                opaque.setdefault(drawn.source, []).append(i)
        self._followed = np.array(followed, dtype=np.intp)
        self._batch = Batch(traces, vocabulary) if traces else None
        self._others = {context: np.setdiff1d(np.arange(self._size), indices) for context, indices in contexts.items()}
        self._opaque = opaque
        self._adjusted: dict[Penalties, Adjusted] = {}

    def log_probability(self, source: Source, rules: Rules, offset: float | None) -> Array:
        values = np.full(self._size, -np.inf)
        if source.context not in self._others:
            return values
        if source.sampling is not None and self._batch is not None:
            penalties = source.sampling.penalties
            if penalties not in self._adjusted:
                self._adjusted[penalties] = adjust(self._batch, penalties, rules, offset=offset)
            each = log_probabilities(self._adjusted[penalties], source.sampling.drawing, rules)
            values[self._followed] = np.add.reduceat(each.astype(np.float64), self._batch.starts)
            values[self._others[source.context]] = -np.inf
        values[self._opaque.get(source, [])] = 0.0
        return values
