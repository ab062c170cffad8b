"""How many tokens a text has, without its model's tokenizer."""

from __future__ import annotations

import math
import unicodedata
from functools import lru_cache


def estimate_tokens(text: str) -> int:
    """Estimate of the number of tokens, 0 for an empty text and at least 1 otherwise.

    Used for budgets, so rather a little high: 0.3 per ASCII letter (English words take 4 to 5 characters with their
    space, German ones 3 to 4, both a token or more), 0.7 per digit (vocabularies join 1 to 3), 0.6 per mark and line
    break, 0.05 per space (most are part of the next word), 0.8 per accented Latin letter, 0.5 per letter of Greek or
    Cyrillic, 1.3 per Han, Kana or Hangul character, 1.5 per other letter, 3 per emoji or other symbol. It adds no
    template: that is the caller's.
    """
    if not text:
        return 0
    return max(1, math.ceil(math.fsum(_weight(character) for character in text)))


@lru_cache(maxsize=4096)
def _weight(character: str) -> float:
    if character.isascii():
        return _ascii_weight(character)
    code, kind = ord(character), unicodedata.category(character)
    if code < 0x250 or 0x1E00 <= code < 0x1F00 or 0x2000 <= code < 0x2070:  # Latin letters; typographic marks
        return 0.8
    if 0x370 <= code < 0x530:
        return 0.5
    if 0x1100 <= code < 0x1200 or 0x3000 <= code < 0xA000 or 0xAC00 <= code < 0xD7B0 or 0xF900 <= code < 0xFB00:
        return 1.3
    return 1.5 if kind[0] in "LMN" else 3.0


def _ascii_weight(character: str) -> float:
    if character.isalpha():
        return 0.3
    if character.isdigit():
        return 0.7
    return 0.05 if character == " " else 0.6
