"""TF-IDF vectors, fitted once on a corpus, and the cosine between two texts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from feinschliff.records import digest
from feinschliff.text.bags import LEFT_OUT, Bags, Floats, Ints, WordIds, common_entries, make_bags
from feinschliff.text.normal import words
from feinschliff.text.stopwords import Language, guess_language, stop_words


@dataclass(frozen=True)
class Tfidf:
    """Weights of words by a corpus: tf * idf, tf the plain count in the text, idf = ln((1 + N) / (1 + df)) + 1.

    N texts, df of them with the word (Salton and Buckley 1988; smoothed as scikit-learn does by default, and equal to
    its `TfidfVectorizer` on words of the corpus). Plain counts, not 1 + ln(count): repeating a word must cost.

    A word that is not in the corpus has df 0, so the largest weight of all. scikit-learn drops it, and stuffing an
    answer with foreign words would then cost nothing.
    """

    frequencies: Mapping[str, int]
    """Number of texts with the word."""
    size: int
    """Number of texts."""
    language: Language | None
    """Whose function words are left out; None: none are."""

    @classmethod
    def fit(cls, corpus: Sequence[str]) -> Tfidf:
        """Weights from a corpus (the task's targets), its language guessed. Raises: ValueError for an empty corpus."""
        if not corpus:
            raise ValueError("TF-IDF needs at least one text to be fitted on")
        language = guess_language(corpus)
        left_out = stop_words(language)
        counts = Counter(word for text in corpus for word in set(words(text)) - left_out)
        return cls(dict(counts), len(corpus), language)

    def idf(self, word: str) -> float:
        """ln((1 + N) / (1 + df)) + 1, from 1 (in every text) to 1 + ln(1 + N) (in none)."""
        return math.log((1 + self.size) / (1 + self.frequencies.get(word, 0))) + 1

    def cosines(self, a: Sequence[str], b: Sequence[str]) -> list[float | None]:
        """Cosine of the vectors of each pair of texts, 0 to 1; 0 where that of `a` has no content word, and None
        where that of `b` has none. A pair's number is the same whatever else is in the batch.

        Raises: ValueError for lists of different length.
        """
        if len(a) != len(b):
            raise ValueError(f"{len(a)} texts and {len(b)}: one each is needed")
        known, _ = self._vocabulary
        ids = WordIds(known, first_free=len(self.frequencies))
        x, y = make_bags(a, ids), make_bags(b, ids)
        found, counts = common_entries(x, y)
        dot = self._weighed(x.chosen(found), counts)
        squares = self._weighed(x, x.count) * self._weighed(y, y.count)
        with np.errstate(invalid="ignore", divide="ignore"):
            cosine = np.minimum(1.0, dot / np.sqrt(squares))
        empty = np.bincount(y.text, minlength=len(b)) == 0
        return [
            None if nothing else value
            for nothing, value in zip(empty.tolist(), np.where(squares > 0, cosine, 0.0).tolist(), strict=True)
        ]

    def fingerprint(self) -> str:
        """12 hex digits of SHA-256 of all that the numbers depend on; the order of the corpus does not matter."""
        return digest([self.size, self.language, dict(self.frequencies)])[:12]

    @cached_property
    def _vocabulary(self) -> tuple[dict[str, int], Floats]:
        """Number of each known word, in alphabetical order, stop words left out; and the squared weight by number."""
        known = {word: i for i, word in enumerate(sorted(self.frequencies))}
        squared = np.array([self.idf(word) ** 2 for word in known])
        return {**known, **dict.fromkeys(stop_words(self.language), LEFT_OUT)}, squared

    def _weighed(self, bags: Bags, counts: Ints) -> Floats:
        """Sum over a text's words of count * other count * squared weight.

        Known words are added in the order of the alphabet. The others share one weight, and their products are whole
        numbers: so the numbers that a batch happens to give them change no rounding.
        """
        _, squared = self._vocabulary
        products = bags.count * counts
        known = bags.word < squared.size
        inside = bags.chosen(known)
        weighed = inside.sums(products[known] * squared[inside.word])
        if known.all():
            return weighed
        return weighed + bags.chosen(~known).sums(products[~known]) * self.idf("") ** 2
