"""What of the scores is due to the examples: it is the same for every setting, so it is no noise of theirs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feinschliff.replay.arrays import Array

_ROUNDS = 6
_MOST_SHRUNK = 100.0


@dataclass(frozen=True)
class Due:
    """Scores taken apart."""

    left: Array
    """Scores less their source's level, shape (answers,)."""
    effects: Array
    """What is due to each example, shape (examples,); their mean is 0."""
    by_others: Array
    """The same for each answer without its own score, shape (answers,)."""


def example_effects(examples: NDArray[np.intp], owners: NDArray[np.intp], scores: Array) -> Due:
    """Alternating means; effects are shrunk by the ratio of noise to their variance, and centred. The variance is the
    mean product of two different answers to the same example."""
    number, sources = int(examples.max(initial=0)) + 1, int(owners.max(initial=0)) + 1
    by_example = np.bincount(examples, minlength=number)
    by_owner = np.bincount(owners, minlength=sources).clip(min=1)
    effects, penalty, left = np.zeros(number), 1.0, scores
    pairs = float((by_example * (by_example - 1)).sum())
    for _ in range(_ROUNDS):
        means = np.bincount(owners, scores - effects[examples], minlength=sources) / by_owner
        left = scores - means[owners]
        sums = np.bincount(examples, left, minlength=number)
        products = sums**2 - np.bincount(examples, left**2, minlength=number)
        common = float(products.sum()) / pairs if pairs else 0.0
        noise = max(1e-9, float(left.var()) - max(0.0, common)) if len(left) else 1.0
        penalty = min(_MOST_SHRUNK, noise / max(1e-9, common))
        effects = sums / (by_example + penalty)
        effects -= effects[by_example > 0].mean() if (by_example > 0).any() else 0.0
    others = (np.bincount(examples, left, minlength=number)[examples] - left) / (by_example[examples] - 1 + penalty)
    return Due(left, effects, others)
