"""The surrogate: a Gaussian process over settings with a noise of its own for every point."""

from __future__ import annotations

import functools
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np

from feinschliff.tuning.process import Array, Kernel, Prior, Process, condition, fit_kernel

_JITTER = 1e-8

_MOST_TO_FIT = 64
"""Points that the kernel is found by."""

_PRIOR = Prior(amplitude=1.0, amplitude_width=(0.15, 1.0), length=0.5, length_width=0.15)
"""In units of the score's spread over the space, and of the knobs' ranges. What replay sees of the space is mostly its
flat part, and by that alone the kernel would take the rest for flat too: so lengths are held, and the amplitude does
not fall. It may grow: where a text, or a limit, moves the score far more than all else, a held one would draw what few
answers say of the best text back to the mean (design/experiments.md)."""


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

    def joint(self, points: Array) -> tuple[Array, Array]:
        """(means, covariances) at `points`, in score units and their square."""
        with _one_thread():
            mean, covariance = self.process.joint(points)
        return mean * self.scale + self.centre, covariance * self.scale**2

    def cautious(self, values: Array, noise: Array, *, least: float) -> Surrogate:
        """The same observations under a kernel by which the score may differ by `least` over the space at the least (a
        standard deviation), and over lengths that are no longer than the prior's median.

        The likeliest kernel of a few noisy means is often flat, and its bands then deny what the answers cannot.
        """
        kernel = self.process.kernel
        amplitude = max(kernel.amplitude, (least / self.scale) ** 2)
        bold = Kernel(amplitude, np.minimum(kernel.lengths, _PRIOR.length), kernel.common)
        errors = noise / self.scale**2 + _jitter(noise)
        with _one_thread():
            process = condition(bold, self.process.points, (values - self.centre) / self.scale, errors)
        return Surrogate(process, self.centre, self.scale)


Common = tuple[bool, ...] | None


def fit(
    points: Array, means: Array, variances: Array, *, seed: int, least: float = 0.0, common: Common = None
) -> Surrogate:
    """As `_fit`; the last few are kept, since a round ends and the next begins with the same data."""
    shape = points.shape
    return _cached_fit(points.tobytes(), means.tobytes(), variances.tobytes(), shape, seed, least, common)


@functools.lru_cache(maxsize=16)
def _cached_fit(
    points: bytes, means: bytes, variances: bytes, shape: tuple[int, int], seed: int, least: float, common: Common
) -> Surrogate:
    errors = np.frombuffer(variances)
    errors = errors if len(errors) == shape[0] else errors.reshape(shape[0], shape[0])
    where = np.frombuffer(points).reshape(shape)
    return _fit(where, np.frombuffer(means), errors, seed=seed, least=least, common=common)


def _fit(
    points: Array, means: Array, variances: Array, *, seed: int, least: float = 0.0, common: Common = None
) -> Surrogate:
    """The process through `means` (n,) at `points` (n, features), each with the variance of its own mean (n,), or with
    the covariances of all (n, n).

    Values have a spread of about 1 in there, so the variances are divided by its square. Of many points the kernel is
    found by some: its few numbers need no more, and the work grows with the cube.

    `least`: how much the score may be taken to differ over the space, at the least (a standard deviation). Above 0 the
    kernel has a prior as well: estimates that share their errors say little of the amplitude, and a likelihood alone
    then takes a few alike for a flat land.
    """
    centre, scale = _standard(means, variances if variances.ndim == 1 else np.diag(variances).copy())
    scale = max(scale, least)
    values, noise = (means - centre) / scale, variances / scale**2 + _jitter(variances)
    some = np.unique(np.linspace(0, len(means) - 1, min(len(means), _MOST_TO_FIT)).round().astype(int))
    errors = noise[some] if noise.ndim == 1 else noise[np.ix_(some, some)]
    with _one_thread():
        prior = _PRIOR if least > 0 else None
        kernel = fit_kernel(points[some], values[some], errors, seed=seed, prior=prior, common=common)
        return Surrogate(condition(kernel, points, values, noise), centre, scale)


def _jitter(variances: Array) -> Array | float:
    return _JITTER if variances.ndim == 1 else _JITTER * np.eye(len(variances))


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
