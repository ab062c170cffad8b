"""Subject lines in a style: what the styles are, and how to tell that a line keeps to one."""

from __future__ import annotations

from feinschliff.datasets.grammar import styles_de, styles_en
from feinschliff.datasets.grammar.phrases import holds_phrase, plain

STYLES = ("short", "question", "place", "formal", "cheerful")

SHORT_WORDS = 4
"""A short line has at most so many words."""

_TEMPLATES = {"de": styles_de.TEMPLATES, "en": styles_en.TEMPLATES}
_FORMAL = {"de": styles_de.FORMAL, "en": styles_en.FORMAL}
_CHEERS = {"de": styles_de.CHEERS, "en": styles_en.CHEERS}


def style_templates(language: str, kind: str, key: str) -> dict[str, tuple[str, ...]]:
    """Templates by style for posts of `kind` whose key fact comes from the pool `key`."""
    return _TEMPLATES[language][kind, key]


def follows_style(line: str, style: str, *, language: str, place: str | None = None) -> bool:
    """Whether `line` keeps to `style`.

    Short: at most four words. Question: ends with "?". Place: holds `place`, the post's phrase for where. Formal: opens
    like an official notice ("Notice of loss:"), without "!" or "?". Cheerful: opens with a cheer, ends with "!".

    Raises: ValueError for an unknown style, or for "place" without a place.
    """
    line = line.strip()
    if style == "short":
        return 1 <= len(line.split()) <= SHORT_WORDS
    if style == "question":
        return line.endswith("?")
    if style == "formal":
        return _opens(line, _FORMAL[language], ":") and not line.endswith(("!", "?"))
    if style == "cheerful":
        return _opens(line, _CHEERS[language], "") and line.endswith("!")
    if style == "place" and place is not None:
        return holds_phrase(line, place)
    raise ValueError(f"no style {style!r} (place: {place!r}); there are {', '.join(STYLES)}")


def _opens(line: str, words: tuple[str, ...], after: str) -> bool:
    return any(plain(line).startswith(plain(word + after)) for word in words)
