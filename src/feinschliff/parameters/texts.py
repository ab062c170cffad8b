"""The catalogue in words: English, German and Korean."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from feinschliff.errors import ParameterError
from feinschliff.i18n import preferred, tr
from feinschliff.parameters.read import LANGUAGES, read_texts
from feinschliff.parameters.rows import Parameter, Texts

FOLDER = Path(__file__).parent / "texts"

_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def text_language(asked: str | None = None) -> str:
    """The language of the catalogue's texts: as asked, else the user's where there are texts in it, else English.

    Raises: ParameterError for another one.
    """
    if asked is None:
        return preferred(LANGUAGES)
    code = asked.strip().casefold()
    if code not in LANGUAGES:
        raise ParameterError(
            tr("the parameters are not explained in '{asked}'", asked=asked),
            asked=f"--language {asked}",
            found=", ".join(LANGUAGES),
            mend=tr("use one of these"),
        )
    return code


def texts_of(row: Parameter, language: str) -> Texts:
    """All texts of a row; English stands in for what is not there in this language, the row's help for what it does."""
    layers = [
        Texts(does=row.help),
        _packaged("en").get(row.name, Texts()),
        row.own_texts.get("en", Texts()),
        _packaged(language).get(row.name, Texts()),
        row.own_texts.get(language, Texts()),
    ]
    said = {key: value for layer in layers for key, value in dataclasses.asdict(layer).items() if value}
    return Texts(**said)


def line_of(row: Parameter, language: str) -> str:
    """The row in one line."""
    return row.help if language == "en" else _SENTENCE.split(texts_of(row, language).does, maxsplit=1)[0]


def labels(language: str) -> Mapping[str, str]:
    """Words of headings, and of what backends make of a parameter, by the English word."""
    return _labels()[language]


def phrase(text: str, language: str) -> str:
    """A note, a source or a formula of the catalogue in this language; as it is where there is no translation."""
    return text if language == "en" else _phrases()[language].get(text, text)


@cache
def _phrases() -> dict[str, dict[str, str]]:
    return tomllib.loads((FOLDER / "phrases.toml").read_text(encoding="utf-8"))


@cache
def _packaged(language: str) -> dict[str, Texts]:
    return read_texts((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


@cache
def _labels() -> dict[str, dict[str, str]]:
    return tomllib.loads((FOLDER / "labels.toml").read_text(encoding="utf-8"))
