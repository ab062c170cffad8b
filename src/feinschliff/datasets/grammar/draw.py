"""Seeded drawing from the lexicon, with what was drawn kept for the record.

Only `random.Random.random()` is used: its sequence for a text seed is the same on every platform and Python version.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from feinschliff.datasets.grammar.words import Noun, Pool, T, is_held_out, split_words, word_list

HELD_OUT_SHARE = 0.5
"""How often a test post takes a held-out word where it has the choice."""

INVENTED_SHARE = 0.3
"""How often a training post names a thing that does not exist, so that copying is learnt rather than a list."""

_ONSETS = word_list("b br d dr f fl g gl gr h j k kl kr l m n p pl pr r s sch sp st t tr v w z")
_VOWELS = word_list("a e i o u a e i o ei au ie")
_CODAS = ["", "", "", "n", "r", "l", "s", "m", "t", "k", "x", "nd", "lt"]


class Draw:
    """One post's source of chance."""

    def __init__(self, seed: str, *, split: str) -> None:
        self._random = Random(seed)
        self.split = split
        self.record: dict[str, list[str]] = {"noun": [], "name": [], "place": []}

    def chance(self, probability: float) -> bool:
        """True with `probability`."""
        return self._random.random() < probability

    def pick(self, options: Sequence[T]) -> T:
        """One of `options`, all equally likely."""
        return options[int(self._random.random() * len(options))]

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def weighted(self, options: Sequence[tuple[float, T]]) -> T:
        """One of `options`, likely in proportion to its weight."""
        left = self._random.random() * sum(weight for weight, _ in options)
        for weight, option in options:
            left -= weight
            if left < 0:
                return option
        return options[-1][1]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """`items` in a random order."""
        rest = list(items)
        return [rest.pop(int(self._random.random() * len(rest))) for _ in range(len(items))]

    def wants_held_out(self) -> bool:
        """Whether this draw takes a held-out word: never in training."""
        return self.split == "test" and self.chance(HELD_OUT_SHARE)

    def noun(self, pool: Pool) -> Noun:
        """A noun of `pool` that this split may use."""
        noun = self.pick(pool.held if self.wants_held_out() and pool.held else pool.known)
        self.record["noun"].append(noun.word)
        return noun

    def word(self, kind: str, words: Sequence[str]) -> str:
        """One of `words`, recorded under `kind`."""
        known, held = split_words(words)
        word = self.pick(held if held and self.wants_held_out() else known)
        self.record[kind].append(word)
        return word

    def made(self, kind: str, make: Callable[[], str]) -> str:
        """A composed word, made again until it is on the wanted side of the split."""
        wanted = self.wants_held_out()
        word = make()
        while is_held_out(word) != wanted:
            word = make()
        self.record[kind].append(word)
        return word

    def syllables(self, low: int, high: int) -> str:
        """An invented word of `low` to `high` syllables, in lower case."""
        count = self.between(low, high)
        parts = [
            self.pick(_ONSETS) + self.pick(_VOWELS) + (self.pick(_CODAS) if i == count - 1 else "")
            for i in range(count)
        ]
        return "".join(parts)
