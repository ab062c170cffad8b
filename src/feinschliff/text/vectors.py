"""Embeddings of texts: vectors, why there is none, and how near two are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class NoVector:
    """Why a text has no vector."""

    reason: str
    transient: bool = False
    """True where another attempt may bring one: the budget has ended, the server did not answer."""


def near(a: Vector, b: Vector) -> float:
    """max(0, cosine), 0 to 1, computed in double precision; 0 where one of them is all zeros."""
    x, y = a.astype(np.float64), b.astype(np.float64)
    length = float(np.sqrt(x @ x) * np.sqrt(y @ y))
    return min(1.0, max(0.0, float(x @ y) / length)) if length else 0.0
