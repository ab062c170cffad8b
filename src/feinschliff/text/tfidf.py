"""TF-IDF vectors, fitted once on a corpus, and the cosine between two texts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from feinschliff.records import digest
from feinschliff.text.normal import words
from feinschliff.text.stopwords import Language, guess_language, stop_words


@dataclass(frozen=True, slots=True)
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

    def vector(self, text: str) -> dict[str, float]:
        """Weight by word, not normalised; empty where the text has function words only, or none at all."""
        left_out = stop_words(self.language)
        counts = Counter(word for word in words(text) if word not in left_out)
        return {word: count * self.idf(word) for word, count in counts.items()}

    def idf(self, word: str) -> float:
        """ln((1 + N) / (1 + df)) + 1, from 1 (in every text) to 1 + ln(1 + N) (in none)."""
        return math.log((1 + self.size) / (1 + self.frequencies.get(word, 0))) + 1

    def cosine(self, a: str, b: str) -> float:
        """Cosine of the two texts' vectors, 0 to 1; 0 where one of them has no content word."""
        x, y = self.vector(a), self.vector(b)
        if not x or not y:
            return 0.0
        dot = math.fsum(x[word] * y[word] for word in sorted(x.keys() & y.keys()))
        return min(1.0, dot / (_norm(x) * _norm(y)))

    def fingerprint(self) -> str:
        """12 hex digits of SHA-256 of all that the numbers depend on; the order of the corpus does not matter."""
        return digest([self.size, self.language, dict(self.frequencies)])[:12]


def _norm(vector: Mapping[str, float]) -> float:
    return math.sqrt(math.fsum(weight * weight for weight in vector.values()))
