"""CSV and TSV: every value is text."""

from __future__ import annotations

import csv
import io
import sys
from itertools import islice
from pathlib import Path

from pydantic import JsonValue

from feinschliff.datasets.formats.table import Table, check_header, no_rows
from feinschliff.datasets.formats.text import read_text
from feinschliff.errors import DataError
from feinschliff.i18n import tr

_DELIMITERS = ",;\t"
_FIELD_LIMIT = min(sys.maxsize, 2**31 - 1)


def read_csv(path: Path, *, limit: int | None = None) -> Table:
    """The first `limit` rows, all if None; the delimiter is `,`, `;` or tab, whichever parts the header into most
    columns.

    Raises: DataError.
    """
    text = read_text(path)
    csv.field_size_limit(_FIELD_LIMIT)
    delimiter = "\t" if path.suffix.lower() == ".tsv" else _sniff(text)
    lines, starts = _lines(path, text, delimiter, limit)
    if not lines:
        raise no_rows(path, "an empty file")
    header = [name.strip() for name in lines[0]]
    check_header(path, header)
    if len(lines) == 1:
        raise no_rows(path, "a header without rows")
    for number, (line, start) in enumerate(zip(lines[1:], starts[1:], strict=True), 1):
        if len(line) != len(header):
            raise DataError(
                tr(
                    "row {number} of '{path}' (line {start}) has {n_line} fields, the header has {n_header}",
                    number=number,
                    path=path,
                    start=start,
                    n_line=len(line),
                    n_header=len(header),
                ),
                asked=str(path),
                found=tr("starting with '{line}'", line=line[0][:40]),
                mend=tr("put fields that hold the delimiter or a line break in quotation marks"),
            )
    rows = tuple(dict[str, JsonValue](zip(header, line, strict=True)) for line in lines[1:])
    return Table(path, tuple(header), rows, tuple(range(1, len(rows) + 1)))


def _lines(path: Path, text: str, delimiter: str, limit: int | None) -> tuple[list[list[str]], list[int]]:
    """Header and rows, each with the line of the file where it begins."""
    lines: list[list[str]] = []
    starts: list[int] = []
    start = 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for line in reader:
            if line:
                lines.append(line)
                starts.append(start)
                if limit is not None and len(lines) > limit:
                    break
            start = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            tr("'{path}' is no sound CSV from line {start} on ({error})", path=path, start=start, error=error),
            asked=str(path),
            found=_line_of(text, start),
            mend=tr("look for a quotation mark that is not closed, or not doubled inside a quoted field"),
        ) from None
    return lines, starts


def _line_of(text: str, number: int) -> str:
    return next(islice(io.StringIO(text), number - 1, None), "").strip()[:60]


def _sniff(text: str) -> str:
    """The delimiter that parts the header into most fields; a comma where none does.

    Not `csv.Sniffer`, which guesses from all the text, and takes any letter for a delimiter where prose is long.
    """
    counts = {mark: len(next(csv.reader(io.StringIO(text, newline=""), delimiter=mark), [])) for mark in _DELIMITERS}
    return max(_DELIMITERS, key=lambda mark: counts[mark])
