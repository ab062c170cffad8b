"""Mean scores of settings from stored answers: importance weights, their effective number, and what is common noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from feinschliff.replay.pool import Array, Pool, Source

LEAST_ANSWERS = 20.0
"""Effective answers below which an estimate has no weight."""

WHOLE = (0.6, 1.6)
"""Between these the weights' mean must lie. It is 1 where the stored answers reach all that a setting would say; below,
they miss some of it, and what is missing cannot be weighed."""

_TRUST = 20.0
"""Effective answers' worth of trust in the pooled noise: an estimate that few answers carry knows its own badly."""
_ROUNDS = 6
_MOST_SHRUNK = 100.0


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
    influence: Array
    """What each example's answers add to the error, shape (sources, examples)."""

    @property
    def usable(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Where the estimates may be believed."""
        low, high = WHOLE
        return (self.answers >= LEAST_ANSWERS) & (self.whole >= low) & (self.whole <= high) & np.isfinite(self.mean)

    def covariance(self) -> Array:
        """Of the estimates' errors: correlations as the shared answers make them, variances as above."""
        norm = np.sqrt((self.influence**2).sum(axis=1))
        unit = self.influence / np.where(norm > 0, norm, 1.0)[:, None]
        correlation = _SHARED * (unit @ unit.T)
        np.fill_diagonal(correlation, 1.0)
        deviation = np.sqrt(self.variance)
        return np.asarray(correlation * deviation[:, None] * deviation[None, :], dtype=np.float64)


_SHARED = 0.95
"""Correlations are known from few examples, and are taken a little smaller: the matrix stays away from singular."""


def estimate(pool: Pool, sources: Sequence[Source]) -> Estimates:
    """The mean score of each source over the pool's examples.

    The balance heuristic weighs every answer by p(answer | source) / p(answer | mixture). What is due to the examples
    is taken out of the scores first (a control variate), so that it does not matter which examples the weighty answers
    belong to; weights are normalised over all answers. Errors are measured with an answer's own score left out of what
    is due to its example: where examples have one answer each, the fit would swallow the noise.
    """
    examples, scores = pool.examples, pool.scores
    number = int(examples.max(initial=0)) + 1
    left, effects, others = _effects(pool, number)
    mixture = pool.log_mixture()
    weights = np.exp(np.stack([pool.log_probability(s) for s in sources]) - mixture)
    total, squares = weights.sum(axis=1), (weights**2).sum(axis=1)
    honest = left - others
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (weights @ (scores - effects[examples])) / total
        answers = np.where(squares > 0, total**2 / squares, 0.0)
        level = (weights @ honest) / total
        errors = weights * (honest[None, :] - np.nan_to_num(level)[:, None]) / total[:, None]
    influence = np.zeros((len(sources), number))
    for row, error in zip(influence, errors, strict=True):
        np.add.at(row, examples, np.nan_to_num(error))
    groups = len(np.unique(examples))
    own = (influence**2).sum(axis=1) * groups / max(1, groups - 1)
    effective = np.maximum(answers, 1e-9)
    spread = float(honest.var())
    variance = (effective * own + _TRUST * spread / effective) / (effective + _TRUST)
    return Estimates(mean, np.maximum(variance, 1e-10), answers, total / max(1, len(pool)), influence)


def _effects(pool: Pool, number: int) -> tuple[Array, Array, Array]:
    """(scores less their source's level, what is due to each example, the same for each answer without its own score).

    Alternating means; effects are shrunk by the ratio of noise to their variance, and centred. The variance is the mean
    product of two different answers to the same example.
    """
    examples, owners, scores = pool.examples, pool.owners, pool.scores
    by_example = np.bincount(examples, minlength=number)
    by_owner = np.bincount(owners, minlength=len(pool.sources)).clip(min=1)
    effects, penalty, left = np.zeros(number), 1.0, scores
    for _ in range(_ROUNDS):
        means = np.bincount(owners, scores - effects[examples], minlength=len(by_owner)) / by_owner
        left = scores - means[owners]
        sums = np.bincount(examples, left, minlength=number)
        products = sums**2 - np.bincount(examples, left**2, minlength=number)
        pairs = float((by_example * (by_example - 1)).sum())
        common = float(products.sum()) / pairs if pairs else 0.0
        noise = max(1e-9, float(left.var()) - max(0.0, common))
        penalty = min(_MOST_SHRUNK, noise / max(1e-9, common))
        effects = sums / (by_example + penalty)
        effects -= effects[by_example > 0].mean() if (by_example > 0).any() else 0.0
    others = (np.bincount(examples, left, minlength=number)[examples] - left) / (by_example[examples] - 1 + penalty)
    return left, effects, others
