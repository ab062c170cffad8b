"""Answers as data: without what models put around them."""

from __future__ import annotations

import re

_QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»", "»": "«", "'": "'", "‘": "’", "‚": "‘", "`": "`"}
_LABEL = re.compile(r"^[*_#\s]*(?:subject(?: line)?|betreff(?:zeile)?|제목)[*_]*\s*[:：][*_]*\s*", re.IGNORECASE)
_MARKUP = re.compile(r"^(?:\*\*|__|#+\s)|(?:\*\*|__)$")


def unquoted(text: str) -> str:
    """The text without white space around it, and without quotation marks around the whole of it."""
    text = text.replace("\r\n", "\n").strip()
    inner = text[1:-1]
    if len(text) > 2 and _QUOTES.get(text[0]) == text[-1] and text[0] not in inner and text[-1] not in inner:
        return inner.strip()
    return text


def one_line(text: str, *, most_words: int | None = None) -> str:
    """A subject line out of an answer: its words in one line, without a label such as "Subject:", emphasis or quotation
    marks around them; the first `most_words` of them, all if None."""
    line = " ".join(text.split())
    line = _LABEL.sub("", unquoted(_MARKUP.sub("", line)))
    words = unquoted(_MARKUP.sub("", line)).split()
    return " ".join(words[:most_words])
