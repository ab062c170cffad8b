"""Stored answers of many settings on the same examples, and how probable each is under any other setting."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from feinschliff.replay.arrays import Array, Marks, Numbers
from feinschliff.replay.outcome import Outcome
from feinschliff.replay.part import Drawn, Part, Score, Source
from feinschliff.replay.rules import Rules


@dataclass(frozen=True)
class View:
    """The pool's answers as one outcome would have left them; arrays of shape (answers,)."""

    scores: Array
    reached: Marks
    """False where an answer does not go that far: it has no score then."""
    log_mixture: Array
    """Log-density under the mixture that the answers of its kind to its example were drawn from."""


class Pool:
    """Answers to the same examples; log-probabilities are computed once and kept."""

    def __init__(
        self, rules: Rules, *, vocabulary: int, offset: float | None = None, score: Score | None = None
    ) -> None:
        """`vocabulary`: tokens that the model knows. `offset`: see `chain.adjust`. `score`: of an answer that another
        outcome shortens; needed where sources have outcomes."""
        self.rules = rules
        self.offset = offset
        self.sources: list[Source] = []
        """Those that answers were drawn from."""
        self._vocabulary = vocabulary
        self._score = score
        self._parts: list[Part] = []
        self._known: dict[tuple[Source, Outcome | None], list[Array]] = {}
        self._sums: dict[int, tuple[Numbers, Array]] = {}
        """By part: answers of each source that are in it, and the logarithm of their densities' sum."""
        self._grouped: tuple[int, ...] = ()
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
            self._parts.append(Part(answers, self._vocabulary, self.rules, self._score))
        self._examples += [d.example for d in answers]
        self._owners += [number[d.source] for d in answers]
        self._scores += [d.score for d in answers]

    @property
    def examples(self) -> Numbers:
        """Example of each answer."""
        return np.array(self._examples, dtype=np.intp)

    @property
    def owners(self) -> Numbers:
        """Number of the source of each answer."""
        return np.array(self._owners, dtype=np.intp)

    @property
    def scores(self) -> Array:
        """Score of each answer."""
        return np.array(self._scores, dtype=np.float64)

    @property
    def followed(self) -> Marks:
        """Answers whose probability is known."""
        return np.concatenate([part.followed for part in self._parts]) if self._parts else np.zeros(0, dtype=bool)

    def log_probabilities(self, sources: Sequence[Source], wanted: Sequence[Outcome | None]) -> list[Array]:
        """For each source, the log-probability of every answer, shape (answers,); -inf for those of other contexts.

        `wanted`: of as much of it as this outcome leaves; None: of the whole answer. Without a sampling to follow, 0
        for the source's own answers and -inf for all others.
        """
        known = [self._known.setdefault(key, []) for key in zip(sources, wanted, strict=True)]
        for number, part in enumerate(self._parts):
            fresh = [i for i, values in enumerate(known) if len(values) == number]
            some = part.log_probabilities([sources[i] for i in fresh], [wanted[i] for i in fresh], offset=self.offset)
            for i, values in zip(fresh, some, strict=True):
                if len(known[i]) == number:  # equal sources share theirs
                    known[i].append(values)
        return [np.concatenate(values) if values else np.zeros(0) for values in known]

    def shared(self) -> Marks:
        """Sources with answers that can be followed: these tell of others too. Shape (sources,)."""
        known = np.zeros(len(self.sources), dtype=bool)
        np.logical_or.at(known, self.owners, self.followed)
        return known

    def groups(self) -> Numbers:
        """Number of the group of each source: those whose answers share a mixture. Sources of a context are one group,
        but one without any answer to follow is a group of its own."""
        names: list[Hashable] = [s.context if k else s for s, k in zip(self.sources, self.shared(), strict=True)]
        number = {name: i for i, name in enumerate(dict.fromkeys(names))}
        return np.array([number[name] for name in names], dtype=np.intp)

    def view(self, wanted: Outcome | None = None) -> View:
        """The answers as an outcome would have left them, and the balance heuristic's denominator (Veach and Guibas
        1995, eq. 9).

        The mixture is the whole pool's, not each example's own: which source answered which example is chance, and an
        example with an answer or two has hardly a mixture.
        """
        endings = [part.ending(wanted) for part in self._parts]
        if not endings:
            return View(np.zeros(0), np.zeros(0, dtype=bool), np.zeros(0))
        mixture = [
            each[np.arange(len(each)), ending.tokens if each.shape[1] > 1 else 0]
            for each, ending in zip(self._log_mixtures(), endings, strict=True)
        ]
        return View(
            np.concatenate([e.scores for e in endings]),
            np.concatenate([e.reached for e in endings]),
            np.concatenate(mixture),
        )

    def _log_mixtures(self) -> list[Array]:
        """By part, the log-density of the beginnings of its answers (see `Part.densities`).

        Only what is new is added: other answers, and other sources of known ones.
        """
        owners, groups = self.owners, self.groups()
        counts = np.bincount(owners, minlength=len(self.sources))
        if tuple(groups[: len(self._grouped)].tolist()) != self._grouped:
            self._sums.clear()
        self._grouped = tuple(groups.tolist())
        by_length = any(source.outcome is not None for source in self.sources)
        starts = np.cumsum([0, *(len(part) for part in self._parts)])
        found = []
        for number, part in enumerate(self._parts):
            own = groups[owners[starts[number] : starts[number + 1]]]
            before, total = self._sums.get(number, (np.zeros(0, dtype=np.intp), None))
            fresh = counts - np.pad(before, (0, len(counts) - len(before)))
            more = [int(i) for i in np.flatnonzero(fresh) if (own == groups[i]).any()]
            densities = part.densities([self.sources[i] for i in more], offset=self.offset, by_length=by_length)
            for index, values in zip(more, densities, strict=True):
                rows = own == groups[index]
                total = np.full(values.shape, -np.inf) if total is None else total
                total[rows] = np.logaddexp(total[rows], values[rows] + np.log(fresh[index]))
            assert total is not None, "its own sources are among all"
            self._sums[number] = (counts, total)
            found.append(total - np.log(np.bincount(groups, counts)[own])[:, None])
        return found

    def impossible(self) -> float:
        """Share of the answers that their own sampling could not have drawn, of those that can be followed.

        More than a few, and replay does not do what the server does.
        """
        own = self.log_probabilities([_loosened(source) for source in self.sources], [None] * len(self.sources))
        known = np.flatnonzero(self.followed)
        values = [own[self._owners[i]][i] for i in known.tolist()]
        return float(np.mean(np.isneginf(values))) if values else 0.0


def _loosened(source: Source) -> Source:
    """With cuts a little wider: where candidates are alike, what is not listed moves a cut by one of them."""
    if source.sampling is None:
        return source
    drawing = source.sampling.drawing
    wider = replace(
        drawing,
        top_k=drawing.top_k + 2 if drawing.top_k > 1 else drawing.top_k,
        top_p=min(1.0, 1.1 * drawing.top_p + 0.02),
        min_p=0.8 * drawing.min_p,
    )
    return replace(source, sampling=replace(source.sampling, drawing=wider))
