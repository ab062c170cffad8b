"""Near-duplicates among many texts, found without comparing each with each.

MinHash (Broder 1997, On the resemblance and containment of documents) with banding (Leskovec, Rajaraman, Ullman,
Mining of Massive Datasets, ch. 3.4) proposes pairs; whether a pair counts is then decided by its exact Jaccard index.
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from feinschliff.text.normal import words

NEAR = 0.6
"""Jaccard index of their sets of pieces from which on two texts are near-duplicates, 0 to 1."""

PIECE = 5
"""Characters in a piece; case, punctuation and runs of white space do not count."""

_BANDS, _ROWS = 32, 4
"""A pair at the threshold is proposed with probability 1 - (1 - 0.6^4)^32 = 0.988, one at 0.7 with 0.9998."""

_DRAW = np.random.default_rng(20_260_101)
_FACTORS = _DRAW.integers(0, 2**63, size=(_BANDS * _ROWS, 1), dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_OFFSETS = _DRAW.integers(0, 2**63, size=(_BANDS * _ROWS, 1), dtype=np.uint64)


class Distinct:
    """Takes texts one by one and keeps each that is no near-duplicate of one that it has kept.

    Memory: the texts that are kept, and about 5 kB for each.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        """What was kept, in the order in which it came."""
        self._bands: dict[int, list[int]] = {}

    def add(self, text: str) -> bool:
        """Keep the text; False where one like it was kept before."""
        own = pieces(text)
        keys = _band_keys(own)
        candidates = {index for key in keys for index in self._bands.get(key, ())}
        if any(jaccard(own, pieces(self.texts[index])) >= NEAR for index in candidates):
            return False
        for key in keys:
            self._bands.setdefault(key, []).append(len(self.texts))
        self.texts.append(text)
        return True


def pieces(text: str) -> frozenset[str]:
    """All runs of five characters of the text's words; a shorter text is one piece."""
    plain = " ".join(words(text))
    return frozenset(plain[start : start + PIECE] for start in range(max(1, len(plain) - PIECE + 1)))


def jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    """Size of the intersection over size of the union, 0 to 1."""
    shared = len(a & b)
    return shared / (len(a) + len(b) - shared)


def _band_keys(own: frozenset[str]) -> list[int]:
    """One number for each band of the signature; texts with many pieces in common have one of them in common."""
    hashed: NDArray[np.uint64] = np.fromiter((zlib.crc32(p.encode()) for p in own), dtype=np.uint64, count=len(own))
    # Multiply-shift hashing (Dietzfelbinger 1996): what overflows is meant to.
    signature = ((_FACTORS * hashed + _OFFSETS) >> np.uint64(32)).min(axis=1).astype(np.uint32).reshape(_BANDS, _ROWS)
    return [hash((band, row.tobytes())) for band, row in enumerate(signature)]
