"""Mean scores of settings from stored answers: importance weights, their effective number, and what is common noise."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from feinschliff.replay.arrays import Array, Marks, Numbers
from feinschliff.replay.effects import example_effects
from feinschliff.replay.outcome import Outcome
from feinschliff.replay.part import Source
from feinschliff.replay.pool import Pool, View

LEAST_ANSWERS = 20.0
"""Effective answers below which an estimate has no weight."""

WHOLE = (0.6, 1.6)
"""Between these the weights' mean must lie. It is 1 where the stored answers reach all that a setting would say; below,
they miss some of it, and what is missing cannot be weighed."""

MOST_LOST = 0.03
"""Share of a setting's answers that may be out of sight (see `Estimates.lost`)."""

_TRUST = 10.0
"""Effective answers' worth of trust in the pooled noise: an estimate that few answers carry knows its own badly."""

_MOST_WEIGHT = 50.0
"""Logarithm of the largest weight: an answer that weighs so much more than all others is the only one that counts."""

_AT_ONCE = 64
"""Settings whose weights are in memory at a time."""

_SHARED = 0.98
"""Correlations are taken a little smaller than computed: the matrix stays away from singular."""


@dataclass(frozen=True)
class Estimates:
    """One row per source."""

    mean: Array
    """Score, over the examples of the pool; NaN where no stored answer is possible."""
    variance: Array
    """Of that mean, over other answers to the same examples."""
    answers: Array
    """Effective number of answers, (sum w)^2 / sum w^2 (Kong 1992)."""
    whole: Array
    """Mean weight: 1 but for noise where the pool reaches all that the setting says."""
    lost: Array
    """Share of the setting's answers that no stored answer shows: those that go on where all stored ones were cut off,
    and those of which the server told no probabilities."""
    shares: Array
    """What part of each estimate rests on each different answer, rows summing to 1, shape (sources, different answers).
    Equal answers to an example are one observation of what a setting does to that example."""
    beyond: Array
    """Variance of the mean as one over all examples of this kind, seen or not."""
    spread: Array
    """Standard deviation of one answer's score about what is due to its source and example."""

    @property
    def usable(self) -> Marks:
        """Where the estimates may be believed."""
        low, high = WHOLE
        whole = (self.whole + self.lost >= low) & (self.whole + self.lost <= high)
        return (self.answers >= LEAST_ANSWERS) & whole & (self.lost <= MOST_LOST) & np.isfinite(self.mean)

    def covariance(self, rows: Numbers | None = None) -> Array:
        """Of the errors as means over all examples of this kind, of some rows or of all: different answers err
        independently of each other, so two estimates err alike as far as they rest on the same answers."""
        some = slice(None) if rows is None else rows
        shares = self.shares[some]
        norm = np.sqrt((shares**2).sum(axis=1, keepdims=True))
        unit = shares / np.where(norm > 0, norm, 1.0)
        correlation = _SHARED * (unit @ unit.T)
        np.fill_diagonal(correlation, 1.0)
        deviation = np.sqrt(self.beyond[some])
        return np.asarray(correlation * deviation[:, None] * deviation[None, :], dtype=np.float64)


Values = Callable[[Outcome | None], Array]
"""What is known of every answer of a pool as an outcome would have left it, shape (answers,); NaN for nothing."""


def estimate(pool: Pool, sources: Sequence[Source], *, values: Values | None = None) -> Estimates:
    """The mean score of each source over the pool's examples; with `values`, their mean in place of the score's.

    The balance heuristic weighs every answer by p(answer | source) / p(answer | mixture). What is due to the examples
    is taken out of the scores first (a control variate), so that it does not matter which examples the weighty answers
    belong to; weights are normalised over all answers. Errors are measured with an answer's own score left out of what
    is due to its example: where examples have one answer each, the fit would swallow the noise.
    """
    number = len(sources)
    mean, variance, answers, whole, lost, beyond, spread = np.zeros((7, number))
    different = _different(pool)
    shares = np.zeros((number, int(different.max(initial=0)) + 1))
    found = Estimates(mean, variance, answers, whole, lost, shares, beyond, spread)
    logs = pool.log_probabilities(sources, [source.outcome for source in sources])
    for outcome in dict.fromkeys(source.outcome for source in sources):
        rows = np.array([i for i, source in enumerate(sources) if source.outcome == outcome])
        _fill(found, rows, pool, [sources[i] for i in rows], [logs[i] for i in rows], different, values)
    return found


def _fill(
    found: Estimates,
    rows: Numbers,
    pool: Pool,
    sources: Sequence[Source],
    logs: Sequence[Array],
    different: Numbers,
    values: Values | None,
) -> None:
    """The rows of sources with one outcome. `logs`: log-probability of every answer, by source; `different`: number of
    the different answer that each answer is."""
    outcome = sources[0].outcome
    view = pool.view(outcome)
    whole = view.scores if values is None else values(outcome)
    known = np.flatnonzero(view.reached & np.isfinite(whole))
    # By example, equal answers side by side: sums over either are sums over neighbours.
    seen = known[np.argsort(different[known], kind="stable")]
    told = _told(pool.examples[seen], pool.owners[seen], whole[seen], different[seen])
    drawn = np.maximum(1, _drawn(pool, sources))
    for start in range(0, len(rows), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        weights = np.exp(np.minimum(np.stack(logs[some]) - view.log_mixture, _MOST_WEIGHT))
        found.lost[rows[some]] = _lost(pool, sources[some], outcome, view, weights)
        _weigh(found, rows[some], weights[:, seen], told, drawn[some])


@dataclass(frozen=True)
class _Told:
    """The answers that count, equal ones side by side."""

    scores: Array
    """Less what is due to the example."""
    honest: Array
    """Less the source's level and what other answers make due to the example."""
    spread: float
    """Variance of these."""
    different: Numbers
    """The different answers among them, and where each begins."""
    starts: Numbers
    examples: Numbers
    """Where each example begins."""


def _told(examples: Numbers, owners: Numbers, scores: Array, different: Numbers) -> _Told:
    due = example_effects(examples, owners, scores)
    honest = due.left - due.by_others
    numbers, starts = np.unique(different, return_index=True)
    return _Told(
        scores=scores - due.effects[examples],
        honest=honest,
        spread=float(honest.var()) if len(honest) else 0.0,
        different=numbers,
        starts=starts,
        examples=np.flatnonzero(np.diff(examples, prepend=-1)),
    )


def _weigh(found: Estimates, rows: Numbers, weights: Array, told: _Told, drawn: Array) -> None:
    """Some rows from the weights of the answers that count, shape (rows, answers)."""
    total, squared = weights.sum(axis=1), weights**2
    squares = squared.sum(axis=1)
    scale = np.where(total > 0, total, 1.0)
    found.mean[rows] = np.where(total > 0, (weights @ told.scores) / scale, np.nan)
    answers = np.where(squares > 0, total**2 / np.where(squares > 0, squares, 1.0), 0.0)
    level = (weights @ told.honest) / scale
    found.answers[rows], found.whole[rows] = answers, total / drawn
    own = (squared @ told.honest**2 - 2 * level * (squared @ told.honest) + level**2 * squares) / scale**2
    effective, spread = np.maximum(answers, 1e-9), told.spread
    variance = (effective * np.maximum(own, 0.0) + _TRUST * spread / effective) / (effective + _TRUST)
    found.variance[rows] = np.maximum(variance, 1e-10)
    found.spread[rows] = np.sqrt(spread)
    shares = _neighbours(weights, told.starts) / scale[:, None]
    found.shares[np.ix_(rows, told.different)] = shares
    errors = _neighbours(weights * told.honest, told.examples) - level[:, None] * _neighbours(weights, told.examples)
    clustered = ((errors / scale[:, None]) ** 2).sum(axis=1)
    independent = 1.0 / np.maximum((shares**2).sum(axis=1), 1e-12)
    beyond = (independent * clustered + _TRUST * spread / independent) / (independent + _TRUST)
    # What no stored answer shows may score a standard deviation less, or more.
    chance = np.sqrt(np.maximum(squares / drawn - (total / drawn) ** 2, 0.0) / drawn)
    missing = np.maximum(0.0, 1.0 - total / drawn - chance)
    found.beyond[rows] = np.maximum(beyond + missing**2 * spread, 1e-10)


def _neighbours(values: Array, starts: Numbers) -> Array:
    """Sums of columns from each start to the next, shape (rows, starts)."""
    return np.add.reduceat(values, starts, axis=1) if len(starts) else np.zeros((len(values), 0))


def _different(pool: Pool) -> Numbers:
    """Number of the different answer that each answer is: equal ones to an example have the same score."""
    keys = np.stack([pool.examples.astype(np.float64), pool.scores], axis=1)
    return np.asarray(np.unique(keys, axis=0, return_inverse=True)[1], dtype=np.intp).ravel()


def _drawn(pool: Pool, sources: Sequence[Source]) -> Array:
    """Answers that can tell of each source: those that could be followed in its context, and its own."""
    together: dict[Hashable, int] = {}
    alone: dict[Source, int] = {}
    number = np.bincount(pool.owners, minlength=len(pool.sources)).tolist()
    for source, shared, n in zip(pool.sources, pool.shared(), number, strict=True):
        if shared:
            together[source.context] = together.get(source.context, 0) + n
        else:
            alone[source] = n
    followed = [together.get(s.context, 0) if s.sampling is not None else 0 for s in sources]
    return np.array([n + alone.get(s, 0) for s, n in zip(sources, followed, strict=True)], dtype=np.float64)


def _lost(pool: Pool, sources: Sequence[Source], outcome: Outcome | None, view: View, weights: Array) -> Array:
    """Share of each source's answers that is out of sight."""
    followed, owners, own = pool.followed, pool.owners, set(pool.sources)
    contexts = np.array([hash(source.context) for source in pool.sources], dtype=np.int64)[owners]
    shared = pool.shared()[owners]
    # Of an answer that ends too early its beginning has a weight; of one without probabilities nothing is known.
    ended = shared & followed & ~view.reached & ~np.isin(contexts, list(_shown(pool, outcome)))
    untold = shared & ~followed
    if untold.any():
        untold &= ~_covered(pool, outcome)
    lost = weights[:, ended].sum(axis=1)
    for i, source in enumerate(sources):
        if source.sampling is not None and source not in own and untold.any():
            lost[i] += float((untold & (contexts == hash(source.context))).sum())
    whole = lost + weights[:, view.reached].sum(axis=1)
    return np.asarray(np.divide(lost, whole, out=np.zeros(len(sources)), where=whole > 0), dtype=np.float64)


def _shown(pool: Pool, outcome: Outcome | None) -> set[int]:
    """Contexts of which some answers show all that the outcome lets through. These stand for those that end too early:
    which source answered which example is chance, and the weights of the ones that go further make up for the others.
    """
    return {hash(source.context) for source, far in zip(pool.sources, _far(pool, outcome), strict=True) if far}


def _far(pool: Pool, outcome: Outcome | None) -> list[bool]:
    """By source, whether its answers can be followed as far as the outcome lets any go."""
    listed = pool.rules.stops_listed
    return [
        bool(known) and outcome is not None and s.outcome is not None and s.outcome.covers(outcome, stops_listed=listed)
        for s, known in zip(pool.sources, pool.shared(), strict=True)
    ]


def _covered(pool: Pool, outcome: Outcome | None) -> Marks:
    """Answers to examples of which others, in the same context, show all that the outcome lets through."""
    far = _far(pool, outcome)
    places = [(pool.sources[o].context, e) for o, e in zip(pool.owners.tolist(), pool.examples.tolist(), strict=True)]
    reached = {place for place, owner in zip(places, pool.owners.tolist(), strict=True) if far[owner]}
    return np.array([place in reached for place in places], dtype=bool)
