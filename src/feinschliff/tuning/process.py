"""A Gaussian process with a Matérn kernel and a noise of its own for every point (Rasmussen and Williams 2006).

Of our own since scikit-learn, which would be installed and loaded for this alone, takes 60 MB and a second; the tests
hold it to scikit-learn's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

AMPLITUDE_BOUNDS = (0.05, 20.0)
"""Of the prior variance, in units of the values' own."""
LENGTH_BOUNDS = (0.1, 20.0)
"""Length scales in the unit cube: below 0.1 a few dozen points say nothing, above 20 a knob makes no difference."""

_FIRST_LENGTH = 0.7


@dataclass(frozen=True)
class Kernel:
    """Matérn with nu = 5/2 (their eq. 4.17), times an amplitude, with a length scale for every feature.

    With `common`, half of it is a Matérn of these features alone: what they do in one place, they do by halves in all
    places of the others too (an additive kernel, Duvenaud et al. 2011).
    """

    amplitude: float
    lengths: Array
    common: tuple[bool, ...] | None = None

    def between(self, a: Array, b: Array) -> Array:
        """Prior covariances, shape (len(a), len(b))."""
        squares = _squares(a / self.lengths, b / self.lengths)
        return np.asarray(self.amplitude * sum(share * _matern(squares @ marks) for share, marks in self.parts()))

    def parts(self) -> list[tuple[float, Array]]:
        """(share, which features count) of each of its parts."""
        every = np.ones(len(self.lengths))
        if self.common is None or all(self.common) or not any(self.common):
            return [(1.0, every)]
        return [(0.5, every), (0.5, np.array(self.common, dtype=np.float64))]


@dataclass(frozen=True)
class Prior:
    """Log-normal beliefs about the kernel, where data alone leave it open."""

    amplitude: float
    """Median, in units of the values' own."""
    amplitude_width: tuple[float, float]
    """Standard deviation of its logarithm, below the median and above it."""
    length: float
    length_width: float

    def centres(self, count: int) -> Array:
        """Medians' logarithms, of `count` numbers: the amplitude, and a length for every feature."""
        return np.log([self.amplitude] + [self.length] * (count - 1))

    def off(self, logs: Array) -> tuple[Array, Array]:
        """How far logarithms lie from their medians in standard deviations, and these."""
        away = logs - self.centres(len(logs))
        widths = np.array([self.amplitude_width[int(away[0] > 0)]] + [self.length_width] * (len(logs) - 1))
        return away / widths, widths


@dataclass(frozen=True)
class Process:
    """A kernel, and the values that are known at some points."""

    kernel: Kernel
    points: Array
    factor: Array
    """Lower Cholesky factor of the covariances of the known values, their noise included."""
    weights: Array

    def predict(self, points: Array) -> tuple[Array, Array]:
        """(means, standard deviations) of the noiseless values at `points`, shape (n, features) (their alg. 2.1)."""
        from scipy.linalg import solve_triangular

        across = self.kernel.between(points, self.points)
        solved = solve_triangular(self.factor, across.T, lower=True, check_finite=False)
        variance = self.kernel.amplitude - np.einsum("ij,ij->j", solved, solved)
        return across @ self.weights, np.sqrt(np.maximum(variance, 0.0))

    def joint(self, points: Array) -> tuple[Array, Array]:
        """(means, covariances) of the noiseless values at `points`, shapes (n,) and (n, n)."""
        from scipy.linalg import solve_triangular

        across = self.kernel.between(points, self.points)
        solved = solve_triangular(self.factor, across.T, lower=True, check_finite=False)
        return across @ self.weights, self.kernel.between(points, points) - solved.T @ solved


def condition(kernel: Kernel, points: Array, values: Array, noise: Array) -> Process:
    """The process given `values` (n,) at `points` (n, features), with the variance of each in `noise` (n,), or the
    covariances of their errors (n, n).

    Raises: LinAlgError where the points lie so close that their noise does not tell them apart.
    """
    from scipy.linalg import cho_solve

    covariance = kernel.between(points, points)
    if noise.ndim == 1:
        covariance[np.diag_indices_from(covariance)] += noise
    else:
        covariance += noise
    factor = np.asarray(np.linalg.cholesky(covariance), dtype=np.float64)
    return Process(kernel, points, factor, cho_solve((factor, True), values, check_finite=False))


def fit_kernel(
    points: Array,
    values: Array,
    noise: Array,
    *,
    seed: int,
    prior: Prior | None = None,
    common: tuple[bool, ...] | None = None,
) -> Kernel:
    """The kernel of the highest marginal likelihood (their eq. 2.30, 5.9), found from two starts by L-BFGS-B.

    With a prior, the one of the highest posterior density, from the prior's medians.
    """
    from scipy.optimize import minimize

    bounds = np.log([AMPLITUDE_BOUNDS] + [LENGTH_BOUNDS] * points.shape[1])
    if prior is None:
        first = np.log([1.0] + [_FIRST_LENGTH] * points.shape[1])
        starts = [first, np.random.RandomState(seed).uniform(bounds[:, 0], bounds[:, 1])]
    else:
        starts = [prior.centres(1 + points.shape[1])]
    found = [
        minimize(_loss, start, args=(points, values, noise, prior, common), method="L-BFGS-B", jac=True, bounds=bounds)
        for start in starts
    ]
    return _kernel(min(found, key=lambda result: float(result.fun)).x, common)


def _loss(
    logs: Array,
    points: Array,
    values: Array,
    noise: Array,
    prior: Prior | None = None,
    common: tuple[bool, ...] | None = None,
) -> tuple[float, Array]:
    """(negative log marginal likelihood, its gradient) at the logarithms of amplitude and lengths; less the prior's log
    density where there is one."""
    from scipy.linalg import cho_solve

    kernel = _kernel(logs, common)
    try:
        process = condition(kernel, points, values, noise)
    except np.linalg.LinAlgError:
        return np.inf, np.zeros_like(logs)
    scaled = _squares(points / kernel.lengths, points / kernel.lengths)
    by_length = np.zeros_like(scaled)
    for share, marks in kernel.parts():
        distance = np.sqrt(5.0 * (scaled @ marks))
        steep = share * kernel.amplitude * 5 / 3 * (1 + distance) * np.exp(-distance)
        by_length += scaled * marks * steep[..., None]
    slopes = np.concatenate([kernel.between(points, points)[..., None], by_length], axis=-1)
    inverse = cho_solve((process.factor, True), np.eye(len(points)), check_finite=False)
    inner = np.outer(process.weights, process.weights) - inverse
    likelihood = (
        -0.5 * values @ process.weights - np.log(np.diag(process.factor)).sum() - len(points) / 2 * np.log(2 * np.pi)
    )
    loss, slope = -float(likelihood), -0.5 * np.einsum("ij,jik->k", inner, slopes)
    if prior is None:
        return loss, slope
    off, widths = prior.off(logs)
    return loss + 0.5 * float(off @ off), slope + off / widths


def _kernel(logs: Array, common: tuple[bool, ...] | None) -> Kernel:
    values = np.exp(logs)
    return Kernel(float(values[0]), values[1:], common)


def _matern(squares: Array) -> Array:
    distance = np.sqrt(5.0 * squares)
    return np.asarray((1 + distance + distance**2 / 3) * np.exp(-distance))


def _squares(a: Array, b: Array) -> Array:
    """Squared differences by feature, shape (len(a), len(b), features)."""
    return np.asarray((a[:, None, :] - b[None, :, :]) ** 2)
