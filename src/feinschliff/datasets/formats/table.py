"""The rows of one file, and what all formats share."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from feinschliff.errors import DataError
from feinschliff.i18n import tr

Row = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one file, with the number that a user finds each by."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    numbers: tuple[int, ...]
    """1 for the first row of data, for error messages."""


def check_header(path: Path, header: Sequence[str]) -> None:
    """Every column needs a name of its own. Raises: DataError."""
    if not all(header):
        raise DataError(
            tr("column {index} of '{path}' has no name", index=list(header).index("") + 1, path=path),
            asked=str(path),
            found=", ".join(header),
            mend=tr("name each column in the first line"),
        )
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise DataError(
            tr("'{path}' names a column twice: {twice}", path=path, twice=", ".join(twice)),
            asked=str(path),
            found=", ".join(header),
            mend=tr("give each column a name of its own"),
        )


def no_rows(path: Path, found: str) -> DataError:
    """The error for a file without data."""
    return DataError(
        tr("'{path}' holds no rows", path=path),
        asked=str(path),
        found=found,
        mend=tr("give a file with at least one row"),
    )


def cell_text(value: JsonValue) -> str | None:
    """A cell as text: numbers and other values as JSON; None for one that is missing or only white space."""
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if text.strip() else None
