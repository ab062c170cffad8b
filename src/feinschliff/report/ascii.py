"""Text for terminals that show ASCII only."""

from __future__ import annotations

import unicodedata

_SPELLED = {
    "ä": "ae",
    "ö": "oe",
    "ü": "ue",
    "Ä": "Ae",
    "Ö": "Oe",
    "Ü": "Ue",
    "ß": "ss",
    "€": "EUR",
    "£": "GBP",
    "„": '"',
    "“": '"',
    "”": '"',
    "‚": "'",
    "‘": "'",
    "’": "'",
    "–": "-",
    "—": "-",
    "−": "-",
    "…": "...",
    "×": "x",
    "±": "+-",
    "\N{NO-BREAK SPACE}": " ",
    "\N{NON-BREAKING HYPHEN}": "-",
}
_TABLE = str.maketrans(_SPELLED)


def ascii_text(text: str) -> str:
    """The text in ASCII: umlauts as ae, oe, ue, other letters without their marks, what has no likeness as `?`."""
    return "".join(c if c.isascii() else _bare(c) for c in text.translate(_TABLE))


def _bare(character: str) -> str:
    if unicodedata.combining(character):
        return ""
    parts = unicodedata.normalize("NFKD", character)
    return "".join(c for c in parts if c.isascii()) or "?"
