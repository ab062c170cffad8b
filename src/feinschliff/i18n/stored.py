"""Sentences that are stored (warnings, reasons): kept in English, shown in the user's language.

A run may be made in one language and read in another, so what it keeps is never translated. `stored` fills in a message
and lets the catalogue know of it; `retold` finds the message again by its wording.
"""

from __future__ import annotations

import gettext
import re
from functools import cache
from string import Formatter

from feinschliff.i18n import _catalogue, language

_SCORE = re.compile(r"[+-]?[01]\.\d{3}")

_LEAST_LETTERS = 8
"""Letters that a message must have beside its fields; `{a}: {b}` would be found in anything."""


def stored(text: str, /, **values: object) -> str:
    """`text` in English with its `{name}` fields filled in; a literal, as for `tr`. Without values, `text` as it is.

    A field that is a word of the catalogue itself is named `..._word`.
    """
    return text.format(**values) if values else text


def retold(text: str) -> str:
    """A stored English sentence in the user's language; as it is where it was made from no message that is known."""
    if language() == "en" or not text.strip():
        return text
    translations = _catalogue(language())
    exact = translations.gettext(text)
    if exact != text:
        return exact
    for pattern, translated in _patterns(language()):
        found = pattern.fullmatch(text)
        if found is not None:
            return translated.format(**{name: _field(name, value) for name, value in found.groupdict().items()})
    return text


def _field(name: str, value: str) -> str:
    """A field may be a sentence itself (the reason of a failure); a name, which has no spaces, is none.

    A score, told by its three decimals, has the language's decimal sign; settings keep the point.
    """
    if _SCORE.fullmatch(value):
        return value.replace(".", ",") if language() == "de" else value
    return retold(value) if " " in value.strip() or name.endswith("_word") else value


@cache
def _patterns(code: str) -> list[tuple[re.Pattern[str], str]]:
    """What messages with fields look like once they are filled in, with their translation; the longest first."""
    translations = _catalogue(code)
    if not isinstance(translations, gettext.GNUTranslations):
        return []
    messages: dict[object, str] = translations._catalog  # type: ignore[attr-defined]
    found = [
        (letters, re.compile(pattern, re.DOTALL), translated)
        for text, translated in messages.items()
        if isinstance(text, str) and "{" in text and (made := _pattern(text)) is not None
        for pattern, letters in [made]
        if letters >= _LEAST_LETTERS
    ]
    return [(pattern, translated) for _, pattern, translated in sorted(found, key=lambda f: -f[0])]


def _pattern(text: str) -> tuple[str, int] | None:
    """A regular expression for a message, and the letters in it; None where its fields are no plain names."""
    parts, seen, letters = "", set[str](), 0
    try:
        pieces = list(Formatter().parse(text))
    except ValueError:
        return None
    for literal, name, spec, conversion in pieces:
        parts += re.escape(literal)
        letters += sum(c.isalpha() for c in literal)
        if name is None:
            continue
        if spec or conversion or not name.isidentifier():
            return None
        parts += f"(?P={name})" if name in seen else f"(?P<{name}>.+?)"
        seen.add(name)
    return parts, letters
