"""What the server's list of candidates leaves out, as a few steps whose probabilities fall off by Zipf's law.

Spread evenly, the rest would weigh too much at high temperatures: 0.07 nats a token at temperature 1.3 on the model of
the project, against 0.01 this way (design/replay.md).
"""

from __future__ import annotations

import numpy as np

from feinschliff.replay.arrays import Floats

LEAST = 1e-9
"""Probability left for all tokens that are not listed, so that none is impossible."""

_STEPS = 5
_STEEPEST = 12.0
_EXPONENTS = np.linspace(0.0, _STEEPEST, 241)


def tail_steps(top_logprobs: Floats, size: int) -> tuple[Floats, Floats]:
    """(log-probability of each token of a step, shape (positions, steps); tokens in each step, shape (steps,)).

    A token's probability is that of the last listed one times (rank / listed)^-s, with the s that makes them add up to
    what is left. `size`: tokens of the vocabulary.
    """
    width = top_logprobs.shape[1]
    size = max(size, width + 1)
    edges = np.unique(np.round(np.geomspace(width, size, _STEPS + 1)).astype(np.int64))
    tokens = np.diff(edges)
    ranks = np.log(np.sqrt((edges[:-1] + 1.0) * edges[1:]) / width)
    listed = top_logprobs.astype(np.float64)
    left = np.maximum(1.0 - np.exp(listed).sum(axis=1), LEAST)
    last = np.where(np.isfinite(listed), listed, np.inf).min(axis=1)
    sums = np.array([float(tokens @ np.exp(-s * ranks)) for s in _EXPONENTS])
    with np.errstate(divide="ignore", over="ignore"):  # some servers list impossible candidates: flat, then
        exponent = np.interp(-left / np.exp(last), -sums, _EXPONENTS)
    steps = -exponent[:, None] * ranks[None, :]
    steps += (np.log(left) - np.log(np.exp(steps) @ tokens))[:, None]
    return steps.astype(np.float32), tokens.astype(np.float32)
