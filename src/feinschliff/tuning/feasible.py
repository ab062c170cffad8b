"""Which settings hold the constraints, as far as the answers tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feinschliff.measure import TRUSTED, Constraint
from feinschliff.records import Settings
from feinschliff.tuning.evidence import evidence
from feinschliff.tuning.process import Array
from feinschliff.tuning.state import State
from feinschliff.tuning.surrogate import Surrogate, expected_improvement

_PSEUDO = 2.0
"""Answers' worth of belief that a score on the limit is one of 0 or 1 (see `Constraint.doubt`)."""


@dataclass(frozen=True)
class Known:
    """What is known of a quantity's mean all over the space, in units of its spread over all answers."""

    scale: float
    surrogate: Surrogate
    cautious: Surrogate

    def predict(self, points: Array) -> tuple[Array, Array]:
        """(means, standard deviations), these by a kernel that takes no flat land for granted."""
        mean, deviation = self.surrogate.predict(points)
        return mean * self.scale, np.maximum(deviation, self.cautious.predict(points)[1]) * self.scale


def known(state: State, gauge: str, *, seed: int, doubt: float = 0.0) -> Known | None:
    """The process through what a gauge read; None where fewer than two settings have a value.

    `doubt`: variance of one answer that is believed in until answers speak against it.
    """
    values = np.array([v for t in state.tried for v in t.values(gauge) if v is not None])
    if not len(values):
        return None
    scale = max(float(values.std()), float(np.sqrt(doubt * _PSEUDO / (len(values) + _PSEUDO)))) or 1.0
    found = evidence(state, gauge, scale=scale)
    if found is None:
        return None
    each = doubt / scale**2 * _PSEUDO / (len(values) + _PSEUDO)
    found = found.with_noise(each / np.maximum(found.answers, 1e-9))
    return Known(scale, found.surrogate(seed=seed), found.cautious(seed=seed))


class Feasible:
    """The constraints of a search over its space."""

    def __init__(self, state: State, *, seed: int) -> None:
        self.state = state
        self.constraints: Sequence[Constraint] = state.constraints
        self._known = [known(state, c.gauge.name, seed=seed, doubt=c.doubt) for c in self.constraints]

    def chances(self, settings: Sequence[Settings]) -> Array:
        """Probability that each setting holds each constraint, shape (settings, constraints); one half where nothing is
        known of a quantity."""
        from scipy.special import ndtr

        found = [ndtr(mean / deviation) for mean, deviation in self._slacks(settings)]
        return np.array(found, dtype=np.float64).reshape(len(found), len(settings)).T

    def trusted(self, settings: Sequence[Settings]) -> NDArray[np.bool_]:
        """Where a setting holds each constraint with a probability of at least `TRUSTED`."""
        return np.asarray((self.chances(settings) >= TRUSTED).all(axis=1))

    def order(self, settings: Sequence[Settings], means: Array) -> NDArray[np.intp]:
        """The settings that are trusted to hold all constraints by their mean score; then those that are expected to
        miss them by the least."""
        if not self.constraints or not len(settings):
            return np.argsort(-means, kind="stable")
        trusted = self.trusted(settings)
        missed = sum(expected_improvement(-m, d, 0.0) for m, d in self._slacks(settings))
        return np.lexsort((-means, np.where(trusted, 0.0, missed), ~trusted))

    def missed(self, settings: Sequence[Settings], count: int, *, seed: int) -> Array:
        """By how much settings miss the constraints in each of some joint draws, shape (count, settings): in standard
        deviations of one answer, 0 where all are held."""
        points, rng = self.state.points(settings), np.random.default_rng(seed)
        total = np.zeros((count, len(settings)))
        for constraint, told in zip(self.constraints, self._known, strict=True):
            if told is None:
                continue
            mean, covariance = told.surrogate.joint(points)
            values, vectors = np.linalg.eigh(covariance)
            root = vectors * np.sqrt(np.maximum(values, 0.0))
            draws = mean + rng.standard_normal((count, len(mean))) @ root.T
            total += np.maximum(0.0, -_slack(constraint, draws, told.scale))
        return total

    def _slacks(self, settings: Sequence[Settings]) -> list[tuple[Array, Array]]:
        """By constraint (means, standard deviations) of how far settings are on its right side, in standard deviations
        of one answer."""
        points = self.state.points(settings)
        found = []
        for constraint, told in zip(self.constraints, self._known, strict=True):
            if told is None:
                found.append((np.zeros(len(points)), np.ones(len(points))))
            else:
                mean, deviation = told.predict(points)
                slack = _slack(constraint, mean / told.scale, told.scale)
                found.append((slack, np.maximum(deviation / told.scale, 1e-9)))
        return found


def _slack(constraint: Constraint, values: Array, scale: float) -> Array:
    """As `Constraint.slack`, all in units of the scale."""
    sign = -1.0 if constraint.op == "<=" else 1.0
    return sign * (values - constraint.limit / scale)
