"""A small random language model: fixed logits over some 200 words, by the prompt and the last two words."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_ONSETS = ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z")
_RHYMES = ("a", "e", "i", "o", "u", "an", "el", "in", "or", "us", "am", "et", "ol", "ur", "ek")
WORDS = tuple(onset + rhyme for onset in _ONSETS for rhyme in _RHYMES)

END = 0
"""Token that ends an answer."""

Logits = NDArray[np.float64]


@dataclass(frozen=True)
class LanguageModel:
    """Token ids are places in `words`; id 0 ends the answer."""

    seed: int = 0
    size: int = 200
    """Tokens, the end among them."""
    spread: float = 2.0
    """Standard deviation of the logits: 2 is about what chat models have among their likely tokens; 30 is greedy."""
    end: float = -2.0
    """Added to the end's logit: the lower, the longer the answers."""

    @property
    def words(self) -> tuple[str, ...]:
        """Text of each token."""
        return ("", *WORDS[: self.size - 1])

    def encode(self, text: str) -> list[int]:
        """Tokens of a text: its known words, and for each other word one by hash."""
        known = {word: i for i, word in enumerate(self.words)}
        return [known.get(word) or 1 + _hash(word) % (self.size - 1) for word in text.split()]

    def decode(self, tokens: Sequence[int]) -> str:
        """Words with a blank between them."""
        return " ".join(self.words[token] for token in tokens if token != END)

    def logits(self, prompt: int, last: Sequence[int]) -> Logits:
        """Logits after a prompt (its hash) and the answer's last two tokens."""
        return _logits(self, prompt, tuple(last[-2:]))


@functools.lru_cache(maxsize=4096)
def _logits(model: LanguageModel, prompt: int, last: tuple[int, ...]) -> Logits:
    common = _common(model.seed, model.size)
    own = np.random.default_rng([model.seed, 2, prompt, *last]).normal(size=model.size)
    # Some words are frequent everywhere, as in any language.
    logits = model.spread * (0.5 * common + 0.87 * own)
    logits[END] = model.spread * own[END] * 0.5 + model.end
    logits.setflags(write=False)
    return logits


@functools.lru_cache(maxsize=16)
def _common(seed: int, size: int) -> Logits:
    return np.random.default_rng([seed, 1]).normal(size=size)


def _hash(word: str) -> int:
    return int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")


def prompt_number(text: str) -> int:
    """A number for a prompt."""
    return _hash(text)
