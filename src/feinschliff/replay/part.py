"""Answers that came together, as arrays: how probable their tokens are, and where an outcome would have ended them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feinschliff.replay.arrays import Array, Marks
from feinschliff.replay.chain import Adjusted, adjust, log_probabilities
from feinschliff.replay.outcome import Outcome, reach, shorten
from feinschliff.replay.rules import Rules
from feinschliff.replay.sampling import Drawing, Penalties, Sampling
from feinschliff.replay.traces import Batch, Trace

Score = Callable[[int, str], float]
"""Number of the example and an answer's text to its score."""


@dataclass(frozen=True)
class Source:
    """What an answer is drawn from."""

    context: Hashable
    """All that is not sampling: model, texts. Answers of one context say nothing of another."""
    sampling: Sampling | None
    """None where replay cannot follow: then only the source's own answers count for it."""
    outcome: Outcome | None = None
    """Where its answers end; None where that is a part of the context. Within a context all have one, or none has."""


@dataclass(frozen=True)
class Drawn:
    """One stored answer: where it comes from, for which example, and how it scored."""

    source: Source
    example: int
    """Number of the example, from 0."""
    trace: Trace | None
    """None where the server told no log-probabilities; the answer then counts for its own source alone."""
    score: float


@dataclass(frozen=True)
class Ending:
    """What an outcome would have left of each answer; all of shape (answers,)."""

    tokens: NDArray[np.intp]
    """How many of its tokens."""
    scores: Array
    """Of what is left."""
    reached: Marks
    """False where the stored answer does not go that far."""


class Part:
    """Arrays of some answers."""

    def __init__(self, answers: Sequence[Drawn], vocabulary: int, rules: Rules, score: Score | None) -> None:
        self._answers = answers
        self._rules = rules
        self._score = score
        self.followed = np.array([d.trace is not None and d.source.sampling is not None for d in answers], dtype=bool)
        """Answers whose probability is known."""
        self._silent: dict[Source, list[int]] = {}
        for i, drawn in enumerate(answers):
            if not self.followed[i]:
                self._silent.setdefault(drawn.source, []).append(i)
        contexts = [d.source.context for d in answers]
        self._inside = {c: np.array([c == other for other in contexts], dtype=bool) for c in dict.fromkeys(contexts)}
        self._traces = [d.trace for d, known in zip(answers, self.followed, strict=True) if known and d.trace]
        self._batch = Batch(self._traces, vocabulary) if self._traces else None
        self._lengths = np.array([len(t.tokens) for t in self._traces], dtype=np.intp)
        self._adjusted: dict[Penalties, Adjusted] = {}
        self._endings: dict[Outcome | None, Ending] = {}
        self._reach: dict[Outcome, NDArray[np.intp]] = {}

    def log_probability(self, source: Source, wanted: Outcome | None, *, offset: float | None) -> Array:
        """Of each answer as far as `wanted` leaves it; -inf where the source cannot draw, or show, that much of it.

        Answers that cannot be followed have 0 for their own source, and -inf for others.
        """
        values = np.full(len(self._answers), -np.inf)
        if source.context not in self._inside:
            return values
        if source.sampling is not None and self._batch is not None:
            values[self.followed] = self._product(source.sampling, wanted, offset)
            values[~self._inside[source.context]] = -np.inf
            if wanted is not None and source.outcome is not None:
                values[self.followed & (self._reached(source.outcome) < self.ending(wanted).tokens)] = -np.inf
        values[self._silent.get(source, [])] = 0.0
        return values

    def uncut(self, source: Source, wanted: Outcome | None, *, offset: float | None) -> Array:
        """The same as if nothing were cut off, for answers that rounding makes impossible where they came from."""
        if source.sampling is None:
            return np.zeros(len(self._answers))
        drawing = Drawing(temperature=max(source.sampling.drawing.temperature, _COLDEST), top_k=0, top_p=1.0, min_p=0.0)
        values = np.zeros(len(self._answers))
        if self._batch is not None:
            values[self.followed] = self._product(Sampling(source.sampling.penalties, drawing), wanted, offset)
        return values

    def ending(self, wanted: Outcome | None) -> Ending:
        """Where `wanted` would have ended the answers, and their scores then."""
        if wanted not in self._endings:
            self._endings[wanted] = self._end(wanted)
        return self._endings[wanted]

    def _end(self, wanted: Outcome | None) -> Ending:
        number = len(self._answers)
        tokens, reached = np.zeros(number, dtype=np.intp), np.ones(number, dtype=bool)
        scores = np.array([d.score for d in self._answers], dtype=np.float64)
        for i, drawn in enumerate(self._answers):
            own = drawn.source.outcome
            if drawn.trace is None or not self.followed[i]:
                reached[i] = wanted is None or own == wanted
                continue
            tokens[i] = len(drawn.trace.tokens)
            if wanted is None or own is None:
                continue
            left = shorten(drawn.trace, own, wanted)
            tokens[i], reached[i] = left.tokens, left.reached
            if left.reached and left.text is not None:
                if self._score is None:
                    raise ValueError("shortened answers must be scored anew, and there is no score")
                scores[i] = self._score(drawn.example, left.text)
        return Ending(tokens, scores, reached)

    def _product(self, sampling: Sampling, wanted: Outcome | None, offset: float | None) -> Array:
        assert self._batch is not None
        penalties = sampling.penalties
        if penalties not in self._adjusted:
            self._adjusted[penalties] = adjust(self._batch, penalties, self._rules, offset=offset)
        each = log_probabilities(self._adjusted[penalties], sampling.drawing, self._rules).astype(np.float64)
        tokens = self.ending(wanted).tokens[self.followed]
        if (tokens < self._lengths).any():
            place = np.arange(len(each)) - np.repeat(self._batch.starts, self._lengths)
            each[place >= np.repeat(tokens, self._lengths)] = 0.0
        return np.asarray(np.add.reduceat(each, self._batch.starts), dtype=np.float64)

    def _reached(self, outcome: Outcome) -> NDArray[np.intp]:
        """Tokens of each answer that this outcome lets through."""
        if outcome not in self._reach:
            listed = self._rules.stops_listed
            found = np.zeros(len(self._answers), dtype=np.intp)
            found[self.followed] = [reach(trace, outcome, stops_listed=listed) for trace in self._traces]
            self._reach[outcome] = found
        return self._reach[outcome]


_COLDEST = 0.1
"""Temperature that a greedy answer is weighed with where rounding says that it was not the greedy one."""
