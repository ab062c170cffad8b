"""Bags of words of many texts, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feinschliff.text.normal import joined_words

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LEFT_OUT = -1
_END = -2


class WordIds(dict[str, int]):
    """A number for each word: the given one, else the next that is free. For one batch, so that it does not grow."""

    def __init__(self, known: Mapping[str, int], *, first_free: int) -> None:
        super().__init__({"\n": _END})
        self._known = known
        self._free = first_free

    def __missing__(self, word: str) -> int:
        number = self._known.get(word)
        if number is None:
            number, self._free = self._free, self._free + 1
        self[word] = number
        return number

    @property
    def size(self) -> int:
        """One more than the largest number so far."""
        return self._free


@dataclass(frozen=True)
class Bags:
    """How often each text has each word: three arrays of one length, sorted by text, then by word."""

    texts: int
    """Number of texts; some may have no entry."""
    text: Ints
    """Place of the text."""
    word: Ints
    """Number of the word, 0 or more."""
    count: Ints

    def sums(self, values: NDArray[np.generic]) -> Floats:
        """Sum of the entries' values by text, (texts,): added one by one in the order of the words."""
        return np.bincount(self.text, weights=values, minlength=self.texts).astype(np.float64, copy=False)

    def chosen(self, entries: NDArray[np.bool_]) -> Bags:
        """Only these entries."""
        return Bags(self.texts, self.text[entries], self.word[entries], self.count[entries])


def make_bags(texts: Sequence[str], ids: WordIds) -> Bags:
    """The bags of some texts; words whose number is `LEFT_OUT` are not in them."""
    tokens = joined_words(texts)
    numbers = np.fromiter(map(ids.__getitem__, tokens), dtype=np.int64, count=len(tokens))
    place = np.cumsum(numbers == _END)
    kept = numbers >= 0
    entries, count = np.unique(place[kept] * ids.size + numbers[kept], return_counts=True)
    return Bags(len(texts), entries // ids.size, entries % ids.size, count)


def common_entries(a: Bags, b: Bags) -> tuple[NDArray[np.bool_], Ints]:
    """(which entries of `a` have one in `b` with the same text and word, and the counts that these have in `b`)."""
    if not a.word.size or not b.word.size:
        return np.zeros(a.word.size, dtype=np.bool_), np.zeros(0, dtype=np.int64)
    width = max(int(a.word.max()), int(b.word.max())) + 1
    wanted, there = a.text * width + a.word, b.text * width + b.word
    place = np.minimum(np.searchsorted(there, wanted), there.size - 1)
    found = there[place] == wanted
    return found, b.count[place[found]]
