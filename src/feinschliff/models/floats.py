"""Weights as 32-bit floats, whatever format they lie in, and back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from feinschliff.models.native import Bytes, Floats, native
from feinschliff.models.tensor_types import TensorType

PLAIN = ("f32", "f16", "bf16")
"""Formats without blocks: nothing, or next to nothing, was lost in them."""


def to_floats(data: Bytes, kind: TensorType) -> Floats:
    """Flat weights. Raises: ModelError for a format that is not read here."""
    if kind.name == "f32":
        return data.view(np.dtype("<f4")).astype(np.float32, copy=False)
    if kind.name == "f16":
        return data.view(np.dtype("<f2")).astype(np.float32)
    if kind.name == "bf16":
        return (data.view(np.dtype("<u2")).astype(np.uint32) << 16).view(np.float32)
    return native().dequantise(data, kind)


def from_floats(weights: Floats, kind: TensorType) -> Bytes:
    """Rows of weights in a format, rounded to the nearest. Raises: ModelError for a format that is not written here."""
    if kind.name == "f32":
        return _bytes(weights.astype(np.dtype("<f4"), copy=False))
    if kind.name == "f16":
        with np.errstate(over="ignore"):
            return _bytes(weights.astype(np.dtype("<f2")))
    if kind.name == "bf16":
        bits = np.ascontiguousarray(weights, np.float32).view(np.uint32)
        return _bytes(((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.dtype("<u2")))
    return native().quantise(weights, kind)


def _bytes(values: NDArray[np.generic]) -> Bytes:
    return np.ascontiguousarray(values).reshape(-1).view(np.uint8)
