"""The default sampler."""

from __future__ import annotations

from feinschliff.tuning.samplers.gp import GPSampler


class FeinSampler(GPSampler):
    """Goes by the Gaussian process."""
