"""Output files: written whole, and never over something that came from elsewhere."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import JsonValue

from feinschliff._api.outfile import not_ours
from feinschliff.datasets.read import read_table
from feinschliff.datasets.write import write_rows
from feinschliff.errors import DataError
from feinschliff.i18n import tr


def write_once(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, JsonValue]]) -> None:
    """Write rows that are made anew from their inputs; a file that holds just these rows already is left as it is.

    Raises: OutputError where the file holds something else.
    """
    if not path.exists():
        write_rows(path, rows, columns=columns)
        return
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / path.name
        write_rows(made, rows, columns=columns)
        if path.is_file() and _is_same(path, made):
            return
    raise not_ours(path, tr("a file with other content"))


def _is_same(path: Path, made: Path) -> bool:
    """The same bytes, or the same rows of a Parquet file: another version of pyarrow writes other bytes."""
    if path.read_bytes() == made.read_bytes():
        return True
    if path.suffix.lower() != ".parquet":
        return False
    try:
        return read_table(path).rows == read_table(made).rows
    except DataError:
        return False
