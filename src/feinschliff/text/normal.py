"""Unicode normal form and words."""

from __future__ import annotations

import re
import unicodedata

# Hangul is written with spaces between phrases of a noun and its particle, so words of it are runs of syllables as in
# Latin script; Han and Kana are written without spaces, and each character counts as a word of its own.
_UNSPACED = "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HANGUL = "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"
# Vowel signs and the like, which Python's \\w leaves out: Latin, Hebrew, Arabic, the scripts of India, Thai and Lao.
_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u0670\u0900-\u0963\u0981-\u0dff\u0e31-\u0e4e\u0eb1-\u0ecd\u200c\u200d"
_WORD = re.compile(
    rf"[{_HANGUL}]+"
    rf"|[{_UNSPACED}]"
    rf"|(?:[^\W_{_HANGUL}{_UNSPACED}]|[{_MARKS}])+(?:['’](?:[^\W\d_{_HANGUL}{_UNSPACED}])+)*"
)


def nfc(text: str) -> str:
    """The text in Unicode normal form C: `u` + combining diaeresis becomes `ü`, Hangul jamo become syllables."""
    return unicodedata.normalize("NFC", text)


def words(text: str) -> list[str]:
    """Words of a text, in order, lower-cased and in NFC.

    Letters and digits of any script; umlauts, ß and inner apostrophes stay (`don't` is one word, the typographic
    apostrophe becomes the plain one); hyphens and underscores part words. Korean is parted at its spaces and where
    another script begins (`AI가` is `ai`, `가`); Han and Kana give one word per character. ß is not folded to ss:
    `Maße` and `Masse` differ.
    """
    return [match.lower().replace("’", "'") for match in _WORD.findall(nfc(text))]
