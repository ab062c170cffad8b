"""The catalogue on the terminal: all parameters, those of one backend, or one with everything known of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from feinschliff.cli.output import tables, writing
from feinschliff.i18n import tr
from feinschliff.parameters import shown
from feinschliff.parameters.dialects import DIALECTS, Dialect
from feinschliff.parameters.rows import Parameter
from feinschliff.parameters.texts import labels, line_of, phrase, texts_of

if TYPE_CHECKING:
    from rich.table import Table


def show_table(rows: Sequence[Parameter], language: str) -> None:
    """All parameters: name, type, range, neutral value, what they do in one line."""
    word = labels(language)
    table = _table(word["parameter"], word["type"], word["range"], word["neutral"], word["meaning"])
    for row in rows:
        limits = shown.limits_text(row, language)
        table.add_row(row.name, row.kind, limits, shown.number(row.neutral), line_of(row, language))
    with writing():
        console = tables()
        console.print(table)
        console.print(tr("fein parameters NAME shows everything known of one."), markup=False, style="dim")


def show_backend(rows: Sequence[Parameter], dialect: Dialect, language: str) -> None:
    """The parameters as one backend has them."""
    word = labels(language)
    table = _table(
        word["parameter"], word["wire"], word["status"], word["range"], word["default"], word["note"], names=(0, 2)
    )
    for row in rows:
        table.add_row(row.name, *_support(row, dialect, language))
    with writing():
        console = tables()
        console.print(table)
        console.print(word["prior"], markup=False, style="dim")


def show_row(row: Parameter, language: str) -> None:
    """Everything of one parameter."""
    from rich.text import Text

    word, texts = labels(language), texts_of(row, language)
    facts = [
        (word["type"], row.kind),
        (word["aliases"], ", ".join(row.aliases)),
        ("", shown.role_text(row, language)),
        (word["range"], shown.limits_text(row, language)),
        (word["neutral"], shown.number(row.neutral)),
        (word["searched"], shown.span_text(row, language)),
    ]
    paragraphs = [
        (word["low"], texts.low),
        (word["middle"], texts.middle),
        (word["high"], texts.high),
        (word["formula"], phrase(row.formula, language)),
        (word["example"], texts.example),
        (word["interplay"], texts.interplay),
        (word["pitfalls"], texts.pitfalls),
    ]
    with writing():
        console = tables()
        console.print(row.name, style="bold", markup=False)
        console.print(texts.does, markup=False)
        console.print(" · ".join(f"{k} {v}".strip() for k, v in facts if v), markup=False, style="dim")
        for title, text in paragraphs:
            if text:
                console.print()
                console.print(Text.assemble((f"{title}: ", "bold"), text))
            if title == word["example"] and row.example is not None:
                console.print(_example(row, language))
        if row.backends:
            console.print()
            console.print(_backends(row, language))
            console.print(word["prior"], markup=False, style="dim")
        if row.code:
            console.print()
            console.print(row.code, markup=False, style="cyan")
        if row.sources:
            date = f" ({word['checked']} {row.checked})" if row.checked else ""
            console.print()
            console.print(f"{word['sources']}: {'; '.join(row.sources)}{date}", markup=False)


def _support(row: Parameter, dialect: Dialect, language: str) -> list[str]:
    support = row.at(dialect)
    return [
        support.wire,
        labels(language)[support.status],
        shown.outside_text(support, language),
        shown.default_text(support, language),
        phrase(support.note, language),
    ]


def _backends(row: Parameter, language: str) -> Table:
    word = labels(language)
    table = _table(
        word["backend"], word["wire"], word["status"], word["range"], word["default"], word["note"], names=(0, 2)
    )
    for dialect in DIALECTS:
        if dialect in row.backends and dialect != "unknown":
            table.add_row(dialect, *_support(row, dialect, language))
    return table


def _example(row: Parameter, language: str) -> Table:
    from rich.table import Table

    assert row.example is not None
    table = Table(box=None, pad_edge=False, show_header=False)
    for line in shown.example_rows(row.example, language):
        table.add_row(*line)
    return table


def _table(*heads: str, names: Sequence[int] = (0,)) -> Table:
    """The columns `names` are never broken; the others are left room for a word."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, head in enumerate(heads):
        table.add_column(head, overflow="fold", no_wrap=number in names, min_width=None if number in names else 8)
    return table
