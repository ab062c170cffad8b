"""Rows out of CSV and JSONL files, as they stand there. `load` makes examples of them."""

from __future__ import annotations

import csv
import io
import json
import math
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from pydantic import JsonValue

from feinschliff.errors import DataError

SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".json")
"""What can be read; of a folder, only these files are."""

Row = dict[str, JsonValue]

_DELIMITERS = ",;\t"
_FIELD_LIMIT = min(sys.maxsize, 2**31 - 1)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one file, with the number that a user finds each by."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    numbers: tuple[int, ...]
    """1 for the first row of data, for error messages."""


def read_table(path: Path) -> Table:
    """The rows of one file, read by its suffix: `.csv`, `.tsv` (UTF-8 with or without a byte order mark; delimiter
    `,`, `;` or tab, whichever parts the header into most columns), `.jsonl`, `.ndjson` (one object per line), `.json`
    (a list of objects).

    CSV values are strings, JSON values keep their types.

    Raises: DataError for a file that is missing, unreadable, empty, binary, of another format, or broken somewhere.
    """
    text = _read_text(path)
    if path.suffix.lower() in {".csv", ".tsv"}:
        return _read_csv(path, text)
    return _read_json(path, text)


def _read_text(path: Path) -> str:
    _check_suffix(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise DataError(
            f"there is no file '{path}'",
            asked=str(path),
            found="nothing there",
            mend="check the path; it is relative to the working folder",
        ) from None
    except OSError as error:
        raise DataError(
            f"'{path}' cannot be read ({error.strerror or error})",
            asked=str(path),
            mend="check what it is and who may read it",
        ) from error
    if b"\0" in data[:1_000_000]:
        raise DataError(
            f"'{path}' is no text: it holds NUL bytes",
            asked=str(path),
            found="binary data (or UTF-16)",
            mend="save it as CSV or JSONL in UTF-8",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"'{path}' is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}",
            asked=str(path),
            found="another encoding (Latin-1 or Windows-1252 perhaps)",
            mend="save it again as UTF-8",
        ) from None


def _check_suffix(path: Path) -> None:
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        raise DataError(
            f"Parquet is not read in this version: '{path}'",
            asked=str(path),
            found=".parquet",
            mend="convert it to CSV or JSONL",
        )
    if suffix not in SUFFIXES:
        raise DataError(
            f"the format of '{path}' is not known",
            asked=str(path),
            found=f"suffix '{suffix}'" if suffix else "no suffix",
            mend=f"give a file that ends in {', '.join(SUFFIXES)}",
        )


def _read_csv(path: Path, text: str) -> Table:
    csv.field_size_limit(_FIELD_LIMIT)
    delimiter = "\t" if path.suffix.lower() == ".tsv" else _sniff(text)
    try:
        lines = [line for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if line]
    except csv.Error as error:
        raise DataError(
            f"'{path}' is no sound CSV ({error})",
            asked=str(path),
            found=str(error),
            mend="look for a quotation mark that is not closed, or not doubled inside a quoted field",
        ) from None
    if not lines:
        raise _empty(path, "an empty file")
    header = [name.strip() for name in lines[0]]
    _check_header(path, header)
    if len(lines) == 1:
        raise _empty(path, "a header without rows")
    for number, line in enumerate(lines[1:], 1):
        if len(line) != len(header):
            raise DataError(
                f"row {number} of '{path}' has {len(line)} fields, the header has {len(header)}",
                asked=str(path),
                found=f"starting with '{line[0][:40]}'",
                mend="put fields that hold the delimiter or a line break in quotation marks",
            )
    rows = tuple(dict[str, JsonValue](zip(header, line, strict=True)) for line in lines[1:])
    return Table(path, tuple(header), rows, tuple(range(1, len(rows) + 1)))


def _sniff(text: str) -> str:
    """The delimiter that parts the header into most fields; a comma where none does.

    Not `csv.Sniffer`, which guesses from all the text, and takes any letter for a delimiter where prose is long.
    """
    counts = {mark: len(next(csv.reader(io.StringIO(text, newline=""), delimiter=mark), [])) for mark in _DELIMITERS}
    return max(_DELIMITERS, key=lambda mark: counts[mark])


def _check_header(path: Path, header: list[str]) -> None:
    if not all(header):
        raise DataError(
            f"column {header.index('') + 1} of '{path}' has no name",
            asked=str(path),
            found=", ".join(header),
            mend="name each column in the first line",
        )
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise DataError(
            f"'{path}' names a column twice: {', '.join(twice)}",
            asked=str(path),
            found=", ".join(header),
            mend="give each column a name of its own",
        )


def _read_json(path: Path, text: str) -> Table:
    if not text.strip():
        raise _empty(path, "an empty file")
    values = _json_list(path, text) if path.suffix.lower() == ".json" else _json_lines(path, text)
    if not values:
        raise _empty(path, "an empty list")
    rows: list[Row] = []
    columns: dict[str, None] = {}
    for number, value in values:
        if not isinstance(value, dict):
            raise DataError(
                f"row {number} of '{path}' is no JSON object",
                asked=str(path),
                found=json.dumps(value, ensure_ascii=False)[:60],
                mend='write each row as {"column": value, ...}',
            )
        rows.append(value)
        columns.update(dict.fromkeys(value))
    if not columns:
        raise _empty(path, "objects without any column")
    return Table(path, tuple(columns), tuple(rows), tuple(number for number, _ in values))


def _json_lines(path: Path, text: str) -> list[tuple[int, JsonValue]]:
    values: list[tuple[int, JsonValue]] = []
    # Not splitlines(): JSON strings may hold U+2028 and other line breaks of Unicode.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            values.append((number, _loads(line)))
        except (ValueError, RecursionError) as error:
            raise DataError(
                f"line {number} of '{path}' is no JSON ({error})",
                asked=str(path),
                found=line.strip()[:60],
                mend="write one JSON object per line, or call a JSON list .json",
            ) from None
    return values


def _json_list(path: Path, text: str) -> list[tuple[int, JsonValue]]:
    try:
        value = _loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"'{path}' is no JSON ({error})",
            asked=str(path),
            found=text.strip()[:60],
            mend="write a list of objects, or call a file with one object per line .jsonl",
        ) from None
    if not isinstance(value, list):
        raise DataError(
            f"'{path}' holds no list",
            asked=str(path),
            found=f"a JSON {type(value).__name__}",
            mend="write a list of objects",
        )
    return list(enumerate(value, 1))


def _loads(text: str) -> JsonValue:
    """JSON as the standard has it. Raises: ValueError for NaN, infinities, and halves of surrogate pairs."""
    value: JsonValue = json.loads(text, parse_constant=_refuse_number, parse_float=_finite)
    if "\\u" in text:
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse_number(digits)


def _refuse_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number that JSON can hold")


def _empty(path: Path, found: str) -> DataError:
    return DataError(f"'{path}' holds no rows", asked=str(path), found=found, mend="give a file with at least one row")
