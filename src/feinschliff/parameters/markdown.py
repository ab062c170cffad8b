"""The catalogue as a Markdown page, for the documentation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from feinschliff.parameters import shown
from feinschliff.parameters.dialects import DIALECTS
from feinschliff.parameters.rows import Parameter
from feinschliff.parameters.texts import labels, line_of, phrase, texts_of

_BACKENDS = [dialect for dialect in DIALECTS if dialect != "unknown"]


def page(rows: Sequence[Parameter], *, language: str = "en") -> str:
    """All rows: a table of them, a table of what each backend makes of them, and a section for each."""
    lines = ["| " + " | ".join(_word(language, "parameter", "type", "range", "searched", "neutral", "meaning")) + " |"]
    lines.append("|" + "---|" * 6)
    lines += [_row(row, language) for row in rows]
    lines += ["", "| |" + "".join(f" {dialect} |" for dialect in _BACKENDS), "|---|" + "---|" * len(_BACKENDS)]
    lines += [_matrix_row(row, language) for row in rows]
    lines += ["", labels(language)["prior"], ""]
    for row in rows:
        lines += section(row, language)
    return "\n".join(lines)


def section(row: Parameter, language: str) -> Iterator[str]:
    """Everything of one parameter, the lines of a section."""
    word, texts = labels(language), texts_of(row, language)
    yield from (f"## {row.name}", "", texts.does, "")
    if row.aliases:
        yield from (f"{word['aliases']}: " + ", ".join(f"`{alias}`" for alias in row.aliases), "")
    levels = [(word[key], text) for key, text in (("low", texts.low), ("middle", texts.middle), ("high", texts.high))]
    if any(text for _, text in levels):
        yield from ("| | |", "|---|---|", *(f"| {level} | {_cell(text)} |" for level, text in levels if text), "")
    if row.formula:
        yield from ("```text", phrase(row.formula, language), "```", "")
    if texts.example:
        yield from (f"**{word['example']}.** {texts.example}", "")
    if row.example is not None:
        table = shown.example_rows(row.example, language)
        yield from ("| |" + " |" * len(row.example.given), "|---|" + "---|" * len(row.example.given))
        yield from (*("| " + " | ".join(cells) + " |" for cells in table), "")
    for key, text in (("interplay", texts.interplay), ("pitfalls", texts.pitfalls)):
        if text:
            yield from (f"**{word[key].capitalize()}.** {text}", "")
    yield from _support(row, language)
    if row.code:
        yield from ("```python", row.code, "```", "")
    if row.sources:
        date = f" ({word['checked']} {row.checked})" if row.checked else ""
        yield from (f"{word['sources'].capitalize()}: {'; '.join(row.sources)}{date}", "")


def _support(row: Parameter, language: str) -> Iterator[str]:
    if not row.backends:
        return
    yield "| " + " | ".join(_word(language, "backend", "wire", "status", "range", "default", "note", "sources")) + " |"
    yield "|" + "---|" * 7
    for dialect in _BACKENDS:
        support = row.at(dialect)
        cells = [
            dialect,
            f"`{support.wire}`",
            labels(language)[support.status],
            shown.outside_text(support, language),
            shown.default_text(support, language),
            phrase(support.note, language),
            phrase(support.source, language),
        ]
        yield "| " + " | ".join(_cell(cell) for cell in cells) + " |"
    yield ""


def _row(row: Parameter, language: str) -> str:
    cells = [
        f"[`{row.name}`](#{row.name})",
        row.kind,
        shown.limits_text(row, language),
        shown.span_text(row, language),
        shown.number(row.neutral),
        line_of(row, language),
    ]
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _matrix_row(row: Parameter, language: str) -> str:
    statuses = [labels(language)[row.at(dialect).status] for dialect in _BACKENDS]
    return "| " + " | ".join([f"`{row.name}`", *statuses]) + " |"


def _word(language: str, *keys: str) -> list[str]:
    return [labels(language)[key] for key in keys]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").strip()
