"""The Gaussian process, held to scikit-learn's."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from feinschliff.tuning.process import AMPLITUDE_BOUNDS, LENGTH_BOUNDS, Array, Kernel, condition, fit_kernel


def world(seed: int, n: int, features: int) -> tuple[Array, Array, Array]:
    """Points, values and their noise."""
    rng = np.random.default_rng(seed)
    points = rng.random((n, features))
    values = np.sin(4 * points[:, 0]) + 0.3 * rng.standard_normal(n)
    return points, (values - values.mean()) / values.std(), rng.uniform(0.01, 0.5, n)


@pytest.mark.parametrize(("n", "features"), [(4, 1), (9, 3), (25, 2), (30, 5)])
def test_kernel_and_posterior_are_scikit_learns(n: int, features: int) -> None:
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern

    points, values, noise = world(n, n, features)
    start = ConstantKernel(1.0, AMPLITUDE_BOUNDS) * Matern(np.full(features, 0.7), LENGTH_BOUNDS, nu=2.5)
    theirs = GaussianProcessRegressor(kernel=start, alpha=noise, n_restarts_optimizer=1, random_state=3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a length scale at its bound
        theirs.fit(points, values)
    kernel = fit_kernel(points, values, noise, seed=3)
    ours = condition(kernel, points, values, noise)
    elsewhere = np.random.default_rng(1).random((40, features))
    for mine, wanted in zip(ours.predict(elsewhere), theirs.predict(elsewhere, return_std=True), strict=True):
        assert mine == pytest.approx(wanted, abs=1e-5)


def test_far_from_all_points_the_prior_is_left() -> None:
    points, values, noise = world(5, 12, 2)
    process = condition(Kernel(2.0, np.array([0.1, 0.1])), points, values, noise)
    mean, deviation = process.predict(np.array([[50.0, 50.0]]))
    assert mean[0] == pytest.approx(0)
    assert deviation[0] == pytest.approx(np.sqrt(2.0))


def test_a_point_without_noise_is_met() -> None:
    points, values, _ = world(6, 10, 2)
    process = condition(Kernel(1.0, np.array([0.5, 0.5])), points, values, np.full(10, 1e-10))
    mean, deviation = process.predict(points)
    assert mean == pytest.approx(values, abs=1e-4)
    assert deviation == pytest.approx(np.zeros(10), abs=1e-3)
