"""What the user reads, in the user's language: English in the code, German from a gettext catalogue.

Translated is what is shown (errors, help, progress, reports). What is stored, logged or read by programs (reasons of
scores, kinds of errors, verdicts, names of fields) stays English.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "de")
DOMAIN = "feinschliff"
CATALOGUES = Path(__file__).parent / "locale"

_VARIABLES = ("FEIN_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""Where the user's language is looked up: ours first, then in gettext's order."""

_chosen: str | None = None


def language() -> str:
    """The language of messages, "en" or "de": `FEIN_LANG`, else the locale of the environment, else English."""
    return _chosen or _of_environment(LANGUAGES)


def preferred(known: Collection[str]) -> str:
    """As `language`, for texts that there are in the languages `known`, which English is one of."""
    return _chosen if _chosen is not None and _chosen in known else _of_environment(known)


@contextmanager
def using(code: str) -> Iterator[None]:
    """Messages in this language for a while. Raises: ValueError for a language that has no catalogue."""
    global _chosen
    if code not in LANGUAGES:
        raise ValueError(f"no messages in '{code}'; there are {', '.join(LANGUAGES)}")
    before, _chosen = _chosen, code
    try:
        yield
    finally:
        _chosen = before


def tr(text: str, /, **values: object) -> str:
    """`text` in the user's language, its `{name}` fields filled in with `values` (as `str.format`).

    `text` is the English message, a literal: the catalogue is made from the source. Without values nothing is filled
    in, and braces stand for themselves.
    """
    found = _catalogue(language()).gettext(text)
    return found.format(**values) if values else found


def translated(text: str) -> str:
    """A text that is not written where it is shown (the help of a verb is its docstring), in the user's language."""
    return _catalogue(language()).gettext(text)


def trn(one: str, many: str, n: int, /, **values: object) -> str:
    """As `tr` for a count: `one` for one thing, `many` for any other number; `{n}` is the count."""
    return _catalogue(language()).ngettext(one, many, n).format(n=n, **values)


def _of_environment(known: Collection[str]) -> str:
    for name in _VARIABLES:
        value = os.environ.get(name, "")
        if value:
            code = value.split(":")[0].split(".")[0].split("_")[0].split("-")[0].casefold()
            if name == "LANGUAGE" and _is_plain_c():
                continue
            return code if code in known else "en"
    return "en"


def _is_plain_c() -> bool:
    """gettext's rule: LANGUAGE counts only where the locale itself is not "C"."""
    locale = next((v for n in _VARIABLES[2:] if (v := os.environ.get(n, ""))), "C")
    return locale.split(".")[0] in ("C", "POSIX")


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    if code == "en":
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, CATALOGUES, languages=[code], fallback=True)
