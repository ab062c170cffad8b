"""JSON lines, and JSON lists: values keep their types."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import NoReturn

from pydantic import JsonValue

from feinschliff.datasets.formats.table import Row, Table, no_rows
from feinschliff.datasets.formats.text import read_text
from feinschliff.errors import DataError
from feinschliff.i18n import tr


def read_json(path: Path, *, limit: int | None = None) -> Table:
    """The first `limit` objects, all if None: one per line, in a `.json` file those of a list. Raises: DataError."""
    text = read_text(path)
    if not text.strip():
        raise no_rows(path, "an empty file")
    read = _json_list if path.suffix.lower() == ".json" else _json_lines
    values = read(path, text, limit)
    if not values:
        raise no_rows(path, "an empty list")
    rows: list[Row] = []
    columns: dict[str, None] = {}
    for number, value in values:
        if not isinstance(value, dict):
            raise DataError(
                tr("row {number} of '{path}' is no JSON object", number=number, path=path),
                asked=str(path),
                found=json.dumps(value, ensure_ascii=False)[:60],
                mend=tr('write each row as {"column": value, ...}'),
            )
        rows.append(value)
        columns.update(dict.fromkeys(value))
    if not columns:
        raise no_rows(path, "objects without any column")
    return Table(path, tuple(columns), tuple(rows), tuple(number for number, _ in values))


def _json_lines(path: Path, text: str, limit: int | None) -> list[tuple[int, JsonValue]]:
    values: list[tuple[int, JsonValue]] = []
    # Not splitlines(): JSON strings may hold U+2028 and other line breaks of Unicode.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        if limit is not None and len(values) >= limit:
            break
        try:
            values.append((number, _loads(line)))
        except (ValueError, RecursionError) as error:
            raise DataError(
                tr("line {number} of '{path}' is no JSON ({error})", number=number, path=path, error=error),
                asked=str(path),
                found=line.strip()[:60],
                mend=tr("write one JSON object per line, or call a JSON list .json"),
            ) from None
    return values


def _json_list(path: Path, text: str, limit: int | None) -> list[tuple[int, JsonValue]]:
    try:
        value = _loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(
            tr("'{path}' is no JSON ({error})", path=path, error=error),
            asked=str(path),
            found=text.strip()[:60],
            mend=tr("write a list of objects, or call a file with one object per line .jsonl"),
        ) from None
    if not isinstance(value, list):
        raise DataError(
            tr("'{path}' holds no list", path=path),
            asked=str(path),
            found=tr("a JSON {kind}", kind=type(value).__name__),
            mend=tr("write a list of objects"),
        )
    return list(enumerate(value[:limit], 1))


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
    raise ValueError(tr("{value} is no number that JSON can hold", value=name))
