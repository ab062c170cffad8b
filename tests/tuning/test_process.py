"""The Gaussian process, held to scikit-learn's."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from feinschliff.tuning.process import (
    AMPLITUDE_BOUNDS,
    LENGTH_BOUNDS,
    Array,
    Kernel,
    Prior,
    _loss,
    condition,
    fit_kernel,
)


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


@pytest.mark.parametrize("common", [None, (True, True, False, False)])
@pytest.mark.parametrize(
    "prior", [None, Prior(amplitude=1.0, amplitude_width=(0.2, 1.0), length=0.5, length_width=0.3)]
)
def test_the_slope_of_the_likelihood_is_that_of_its_values(
    common: tuple[bool, ...] | None, prior: Prior | None
) -> None:
    points, values, noise = world(7, 14, 4)
    logs = np.log([1.7, 0.4, 0.6, 0.9, 1.3])
    _, slope = _loss(logs, points, values, noise, prior, common)
    for i in range(len(logs)):
        step = np.zeros(len(logs))
        step[i] = 1e-5
        above, below = (_loss(logs + sign * step, points, values, noise, prior, common)[0] for sign in (1, -1))
        assert slope[i] == pytest.approx((above - below) / 2e-5, abs=1e-5)


def test_what_a_common_feature_does_with_one_text_is_half_believed_of_another() -> None:
    heat = np.linspace(0, 1, 9)
    first = np.stack([heat, np.ones(9), np.zeros(9)], axis=1)
    second = np.stack([heat, np.zeros(9), np.ones(9)], axis=1)
    values, noise = np.sin(3 * heat), np.full(9, 1e-6)
    lengths = np.array([0.5, 0.5, 0.5])
    alone = condition(Kernel(1.0, lengths), first, values, noise).predict(second)[0]
    shared = condition(Kernel(1.0, lengths, (True, False, False)), first, values, noise).predict(second)[0]
    assert np.abs(alone).max() < 0.1
    assert np.corrcoef(shared, values)[0, 1] > 0.95
    assert 0.3 < np.abs(shared).max() / np.abs(values).max() < 0.8
