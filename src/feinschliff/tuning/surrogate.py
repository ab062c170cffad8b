"""The surrogate: a Gaussian process over settings with a noise of its own for every point."""

from __future__ import annotations

import functools
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np

from feinschliff.tuning.process import Array, Process, condition, fit_kernel

_JITTER = 1e-8


@dataclass
class Surrogate:
    """Posterior over the mean score of any setting; `predict` gives mean and standard deviation."""

    process: Process
    centre: float
    scale: float

    def predict(self, points: Array) -> tuple[Array, Array]:
        """(means, standard deviations) at `points` of shape (n, features), in score units."""
        with _one_thread():
            mean, deviation = self.process.predict(points)
        return mean * self.scale + self.centre, deviation * self.scale


def fit(points: Array, means: Array, variances: Array, *, seed: int) -> Surrogate:
    """As `_fit`; the last few are kept, since a round ends and the next begins with the same data."""
    shape = points.shape
    return _cached_fit(points.tobytes(), means.tobytes(), variances.tobytes(), shape, seed)


@functools.lru_cache(maxsize=4)
def _cached_fit(points: bytes, means: bytes, variances: bytes, shape: tuple[int, int], seed: int) -> Surrogate:
    return _fit(np.frombuffer(points).reshape(shape), np.frombuffer(means), np.frombuffer(variances), seed=seed)


def _fit(points: Array, means: Array, variances: Array, *, seed: int) -> Surrogate:
    """The process through `means` (n,) at `points` (n, features), each with the variance of its own mean.

    Values have a spread of about 1 in there, so the variances are divided by its square.
    """
    centre, scale = _standard(means, variances)
    values, noise = (means - centre) / scale, variances / scale**2 + _JITTER
    with _one_thread():
        kernel = fit_kernel(points, values, noise, seed=seed)
        return Surrogate(condition(kernel, points, values, noise), centre, scale)


def expected_improvement(mean: Array, deviation: Array, best: float) -> Array:
    """Expected improvement over `best` for a mean that is itself uncertain (Jones et al. 1998, eq. 15), score units."""
    from scipy.special import ndtr

    spread = np.maximum(deviation, 1e-12)
    z = (mean - best) / spread
    density = np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
    return np.asarray(spread * (z * ndtr(z) + density), dtype=np.float64)


def _one_thread() -> AbstractContextManager[object]:
    """Matrices of a few dozen rows gain nothing from threads, and lose a lot where the model keeps all cores busy."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(limits=1)
    return limits


def refit(surrogate: Surrogate, points: Array, means: Array, variances: Array) -> Surrogate:
    """The same kernel through other points: hyperparameters are not worth another search within a round."""
    values, noise = (means - surrogate.centre) / surrogate.scale, variances / surrogate.scale**2 + _JITTER
    with _one_thread():
        process = condition(surrogate.process.kernel, points, values, noise)
    return Surrogate(process, surrogate.centre, surrogate.scale)


def _standard(means: Array, variances: Array) -> tuple[float, float]:
    """Centre and scale of the true differences: observed variance less what is noise, never below the noise floor."""
    centre = float(np.average(means, weights=1.0 / variances))
    signal = float(np.var(means)) - float(np.mean(variances))
    floor = max(float(np.mean(variances)) * 0.25, 1e-8)
    return centre, float(np.sqrt(max(signal, floor)))
