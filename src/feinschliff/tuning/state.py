"""What a search knows: which settings saw which units, and how they scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from feinschliff.parameters.space import Space
from feinschliff.records import Example, Settings, Trial

Unit = tuple[Example, int]
"""(example, repeat): one answer's worth of work."""

_PRIOR_WEIGHT = 10.0
"""Answers' worth of trust in the pooled noise: a setting with 8 answers knows its own badly."""


@dataclass
class Tried:
    """A setting and its scores on the first units of the common order."""

    settings: Settings
    origin: str
    round: int
    scores: list[float | None] = field(default_factory=list)
    """By position in the unit order; None where the answer could not be scored."""

    @property
    def seen(self) -> int:
        """Units answered so far."""
        return len(self.scores)

    @property
    def scored(self) -> int:
        """Units with a score."""
        return sum(s is not None for s in self.scores)


@dataclass
class State:
    """All settings tried so far, over one fixed order of units that every setting walks from its beginning.

    The common order pairs the settings: whatever two of them have seen, they have seen on the same examples and seeds.
    """

    space: Space
    units: Sequence[Unit]
    tried: list[Tried] = field(default_factory=list)

    def known(self, settings: Settings) -> bool:
        """True where an equal setting (equal in effect) has been tried."""
        wanted = self.space.effective(settings)
        return any(self.space.effective(t.settings) == wanted for t in self.tried)

    def features(self) -> NDArray[np.float64]:
        """Points of the tried settings, shape (tried, features)."""
        return np.array([self.space.features(t.settings) for t in self.tried], dtype=np.float64)

    def adjusted(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(means, variances of the means) of the tried settings, with what is due to the units taken out.

        Two-way additive model, score = setting + unit + noise, fitted by alternating means: a setting that has seen
        easy examples only is not taken for a better one. Variances pool the residual noise over settings. Settings
        without a score get NaN.
        """
        scores = _matrix(self.tried)
        seen = ~np.isnan(scores)
        means, effects = _fit_effects(scores, seen, penalty=1.0)
        means, effects = _fit_effects(
            scores, seen, penalty=_noise_to_units(scores - means[:, None] - effects, effects, seen)
        )
        residual = np.where(seen, scores - effects - means[:, None], 0.0)
        counts = seen.sum(axis=1)
        own = (residual**2).sum(axis=1)
        pooled = own.sum() / max(1.0, float((counts - 1).clip(min=0).sum()))
        variance = (_PRIOR_WEIGHT * pooled + own) / (_PRIOR_WEIGHT + (counts - 1).clip(min=0))
        # A floor: scores without any noise would make the surrogate singular.
        return means, np.maximum(variance, 1e-8) / np.maximum(counts, 1)

    def trials(self) -> list[Trial]:
        """The records of all tried settings."""
        return [self._trial(t) for t in self.tried]

    def _trial(self, tried: Tried) -> Trial:
        values = [s for s in tried.scores if s is not None]
        by_unit = {
            f"{example.id}:{repeat}": score for (example, repeat), score in zip(self.units, tried.scores, strict=False)
        }
        mean = float(np.mean(values)) if values else None
        stderr = float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else None
        return Trial(
            settings=tried.settings, origin=tried.origin, round=tried.round, scores=by_unit, mean=mean, stderr=stderr
        )


def _matrix(tried: Sequence[Tried]) -> NDArray[np.float64]:
    """Scores as (tried, units), NaN where there is none."""
    width = max((t.seen for t in tried), default=0)
    matrix = np.full((len(tried), width), np.nan)
    for row, t in zip(matrix, tried, strict=True):
        row[: t.seen] = [np.nan if s is None else s for s in t.scores]
    return matrix


def _fit_effects(
    scores: NDArray[np.float64], seen: NDArray[np.bool_], *, penalty: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(setting means, unit effects) by alternating means; effects are shrunk by `penalty` settings' worth of zeros."""
    effects = np.zeros(scores.shape[1])
    means = np.full(scores.shape[0], np.nan)
    for _ in range(50):
        means = _row_means(scores - effects, seen)
        effects = _shrunk_column_means(scores - means[:, None], seen, penalty)
    return means, effects


def _noise_to_units(residual: NDArray[np.float64], effects: NDArray[np.float64], seen: NDArray[np.bool_]) -> float:
    """Variance of the noise over that of the units: how much an effect seen by one setting is to be believed."""
    noise = float(np.nansum(np.where(seen, residual, 0.0) ** 2)) / max(1, int(seen.sum()))
    units = float(np.var(effects)) if len(effects) else 0.0
    return min(4.0, max(0.02, noise / max(units, 1e-9)))


def _row_means(values: NDArray[np.float64], seen: NDArray[np.bool_]) -> NDArray[np.float64]:
    counts = seen.sum(axis=1)
    sums = np.where(seen, values, 0.0).sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _shrunk_column_means(values: NDArray[np.float64], seen: NDArray[np.bool_], penalty: float) -> NDArray[np.float64]:
    """Means by unit, drawn towards 0 as if `penalty` more settings had seen it without effect; centred on 0."""
    counts = seen.sum(axis=0)
    sums = np.where(seen & ~np.isnan(values), values, 0.0).sum(axis=0)
    effects = sums / (counts + penalty)
    return np.asarray(effects - effects.mean() if len(effects) else effects, dtype=np.float64)
