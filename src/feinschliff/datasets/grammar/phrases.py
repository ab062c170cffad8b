"""Whether a text holds a phrase: what every check of a line or a post comes down to."""

from __future__ import annotations

import re
import unicodedata


def holds_phrase(line: str, phrase: str) -> bool:
    """Whether `phrase` stands in `line` between word boundaries, whatever its case."""
    return re.search(rf"(?<!\w){re.escape(plain(phrase))}(?!\w)", plain(line)) is not None


def holds_stem(text: str, stem: str) -> bool:
    """Whether a word (or words) of `text` begins with `stem`, whatever its case: "rot" in "rotes Fahrrad"."""
    return re.search(rf"(?<!\w){re.escape(plain(stem))}", plain(text)) is not None


def plain(text: str) -> str:
    """`text` in one case and composed letters (NFC, casefold; nothing cleverer)."""
    return unicodedata.normalize("NFC", text).casefold()
