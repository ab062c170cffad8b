"""Rows of the catalogue as plain JSON, as `fein parameters --json` prints them."""

from __future__ import annotations

import dataclasses

from pydantic import JsonValue

from feinschliff.parameters.dialects import Dialect
from feinschliff.parameters.rows import Example, Parameter, Support
from feinschliff.parameters.texts import line_of, phrase, texts_of


def row_document(row: Parameter, language: str) -> dict[str, JsonValue]:
    """Everything of a row, its texts in this language."""
    texts = texts_of(row, language)
    return {
        "name": row.name,
        "aliases": list(row.aliases),
        "type": row.kind,
        "role": row.role,
        "low": row.low,
        "high": row.high,
        "neutral": row.neutral,
        "span": None if row.span is None else list(row.span),
        "log": row.log,
        "searchable": row.searchable,
        "words": list(row.words),
        "language": language,
        "line": line_of(row, language),
        "does": texts.does,
        "levels": {"low": texts.low, "middle": texts.middle, "high": texts.high},
        "formula": phrase(row.formula, language),
        "example": {"text": texts.example, **({} if row.example is None else _example(row.example))},
        "interplay": texts.interplay,
        "pitfalls": texts.pitfalls,
        "code": row.code,
        "backends": {d: support_document(support, language) for d, support in row.backends.items()},
        "sources": list(row.sources),
        "checked": row.checked,
    }


def support_document(support: Support, language: str) -> dict[str, JsonValue]:
    """What one backend makes of a parameter, the note and the source in this language."""
    words = {"note": phrase(support.note, language), "source": phrase(support.source, language)}
    return {**dataclasses.asdict(support), **words}


def backend_document(row: Parameter, dialect: Dialect, language: str) -> dict[str, JsonValue]:
    """A row as one backend has it."""
    support = row.at(dialect)
    checked = support.checked or row.checked
    return {**support_document(support, language), "type": row.kind, "neutral": row.neutral, "checked": checked}


def _example(example: Example) -> dict[str, JsonValue]:
    return {
        "given": list(example.given),
        "counts": list(example.counts),
        "matches": list(example.matches),
        "offset": example.offset,
        "cases": [
            {"settings": dict(case.settings), "probabilities": list(case.probabilities)} for case in example.cases
        ],
    }
