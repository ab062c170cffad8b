"""Answers that came together, as arrays: how probable their tokens are, and where an outcome would have ended them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feinschliff.replay.arrays import Array, Floats, Marks
from feinschliff.replay.chain import follow
from feinschliff.replay.outcome import Outcome, reach, shorten
from feinschliff.replay.rules import Rules
from feinschliff.replay.sampling import Drawing, Sampling
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
        self._endings: dict[Outcome | None, Ending] = {}
        self._reach: dict[Outcome, NDArray[np.intp]] = {}
        self._densities: dict[Source, Floats] = {}

    def __len__(self) -> int:
        return len(self._answers)

    def log_probabilities(
        self, sources: Sequence[Source], wanted: Sequence[Outcome | None], *, offset: float | None
    ) -> list[Array]:
        """For each source, of each answer as far as its `wanted` leaves it; -inf where the source cannot draw, or show,
        that much of it.

        Answers that cannot be followed have 0 for their own source, and -inf for others.
        """
        found = [np.full(len(self._answers), -np.inf) for _ in sources]
        for i, steps in self._steps(sources, offset):
            source, outcome, values = sources[i], wanted[i], found[i]
            tokens = self.ending(outcome).tokens
            values[self.followed] = self._product(steps, tokens[self.followed])
            values[~self._inside[source.context]] = -np.inf
            if outcome is not None and source.outcome is not None:
                values[self.followed & (self._reached(source.outcome) < tokens)] = -np.inf
        for source, values in zip(sources, found, strict=True):
            values[self._silent.get(source, [])] = 0.0
        return found

    def densities(self, sources: Sequence[Source], *, offset: float | None, by_length: bool) -> list[Floats]:
        """For each source, of the first 0, 1, 2 ... tokens of each answer, shape (answers, longest + 1); of whole
        answers, shape (answers, 1), without `by_length`.

        As `log_probabilities`, but that whatever the arithmetic says, an answer was possible where it came from. Kept:
        for sources that answers were drawn from.
        """
        fresh = [source for source in dict.fromkeys(sources) if source not in self._densities]
        columns = 1 + int(self._lengths.max(initial=0)) if by_length else 1
        for source in fresh:
            self._densities[source] = np.full((len(self._answers), columns), -np.inf, dtype=np.float32)
        for i, steps in self._steps(fresh, offset):
            source, values = fresh[i], self._densities[fresh[i]]
            values[self.followed] = self._running(steps, columns)
            values[~self._inside[source.context]] = -np.inf
            if by_length and source.outcome is not None:
                values[self.followed[:, None] & (np.arange(columns) > self._reached(source.outcome)[:, None])] = -np.inf
            self._mend(values, source, offset)
        for source in fresh:
            self._densities[source][self._silent.get(source, [])] = 0.0
        return [self._densities[source] for source in sources]

    def _mend(self, values: Floats, source: Source, offset: float | None) -> None:
        """Answers that rounding makes impossible where they came from, as if nothing were cut off."""
        assert source.sampling is not None
        own = np.array([d.source == source for d in self._answers], dtype=bool) & self.followed
        lengths = np.zeros(len(own), dtype=np.intp)
        lengths[self.followed] = self._lengths
        there = (np.arange(values.shape[1]) <= lengths[:, None]) | (values.shape[1] == 1)
        broken = own[:, None] & there & np.isneginf(values)
        if broken.any():
            heat = max(source.sampling.drawing.temperature, _COLDEST)
            loose = Sampling(source.sampling.penalties, Drawing(temperature=heat, top_k=0, top_p=1.0, min_p=0.0))
            uncut = np.zeros_like(values)
            for _, steps in self._steps([Source(source.context, loose)], offset):
                uncut[self.followed] = self._running(steps, values.shape[1])
            values[broken] = uncut[broken]

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

    def _steps(self, sources: Sequence[Source], offset: float | None) -> Iterator[tuple[int, Array]]:
        """(number of the source, log-probability of each drawn token), for those that can be followed here."""
        if self._batch is None:
            return
        there = [i for i, s in enumerate(sources) if s.sampling is not None and s.context in self._inside]
        most = max(1, _AT_ONCE // len(self._batch.tokens))
        for start in range(0, len(there), most):
            some = there[start : start + most]
            samplings = [sampling for i in some if (sampling := sources[i].sampling) is not None]
            yield from zip(
                some,
                follow(self._batch, samplings, self._rules, offset=offset).astype(np.float64),
                strict=True,
            )

    def _product(self, each: Array, tokens: NDArray[np.intp]) -> Array:
        """Of the first `tokens` of each answer that can be followed."""
        assert self._batch is not None
        if (tokens < self._lengths).any():
            each[self._places() >= np.repeat(tokens, self._lengths)] = 0.0
        return np.asarray(np.add.reduceat(each, self._batch.starts), dtype=np.float64)

    def _running(self, each: Array, columns: int) -> Array:
        """Products up to each token, shape (answers that can be followed, columns); one column: of whole answers."""
        if columns == 1:
            return self._product(each, self._lengths)[:, None]
        steps = np.zeros((len(self._lengths), columns))
        steps[np.repeat(np.arange(len(self._lengths)), self._lengths), self._places() + 1] = each
        return np.cumsum(steps, axis=1)

    def _places(self) -> NDArray[np.intp]:
        """Position of each token in its answer."""
        assert self._batch is not None
        return np.arange(int(self._lengths.sum())) - np.repeat(self._batch.starts, self._lengths)

    def _reached(self, outcome: Outcome) -> NDArray[np.intp]:
        """Tokens of each answer that this outcome lets through."""
        if outcome not in self._reach:
            listed = self._rules.stops_listed
            found = np.zeros(len(self._answers), dtype=np.intp)
            found[self.followed] = [reach(trace, outcome, stops_listed=listed) for trace in self._traces]
            self._reach[outcome] = found
        return self._reach[outcome]


_AT_ONCE = 1 << 20
"""Tokens followed at a time, over all sources."""
_COLDEST = 0.1
"""Temperature that a greedy answer is weighed with where rounding says that it was not the greedy one."""
