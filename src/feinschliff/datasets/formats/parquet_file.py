"""Parquet, with pyarrow (`pip install 'feinschliff[parquet]'`): columns in, JSON values out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from feinschliff.datasets.formats.arrow_values import to_json_values
from feinschliff.datasets.formats.table import Table, check_header, no_rows
from feinschliff.datasets.formats.text import read_bytes
from feinschliff.errors import DataError
from feinschliff.i18n import tr

_BATCH_ROWS = 8192
_INDEX = re.compile(r"__index_level_\d+__")
"""What pandas calls the row labels that it stores beside the data: no column of the user's."""


def read_parquet(path: Path, *, limit: int | None = None) -> Table:
    """The first `limit` rows, all if None; no more row groups are read than those take.

    How values become JSON: see `arrow_values.to_json_values`.

    Raises: DataError for a file that is missing or broken, a value that JSON cannot hold, or without pyarrow.
    """
    require_pyarrow(path)
    import pyarrow as pa
    import pyarrow.parquet as pq

    if path.is_dir() or not path.exists():
        read_bytes(path)  # says what is wrong
    try:
        with pq.ParquetFile(path) as file:
            names = [name for name in file.schema_arrow.names if not _INDEX.fullmatch(name)]
            check_header(path, names)
            columns = _read_columns(path, file, names, limit)
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            tr("'{path}' is no sound Parquet file", path=path),
            asked=str(path),
            found=str(error).splitlines()[0][:200],
            mend=tr("write it again"),
        ) from None
    if not names:
        raise no_rows(path, "a file without columns")
    rows = tuple(dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True))
    if not rows:
        raise no_rows(path, "a header without rows")
    return Table(path, tuple(names), rows, tuple(range(1, len(rows) + 1)))


def require_pyarrow(path: Path) -> None:
    """Raises: DataError where Parquet cannot be read or written here."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise DataError(
            tr("'{path}' needs pyarrow, which is not installed", path=path),
            asked=str(path),
            found=str(error),
            mend=tr("pip install 'feinschliff[parquet]', or use CSV or JSONL"),
        ) from None


def _read_columns(path: Path, file: Any, names: Sequence[str], limit: int | None) -> list[list[JsonValue]]:
    """The values of each column, in the order of `names`."""
    columns: list[list[JsonValue]] = [[] for _ in names]
    left = file.metadata.num_rows if limit is None else min(limit, file.metadata.num_rows)
    if not left or not names:
        return columns
    for batch in file.iter_batches(batch_size=min(left, _BATCH_ROWS), columns=list(names)):
        part = batch.slice(0, left)
        for name, column in zip(names, columns, strict=True):
            column.extend(to_json_values(part.column(name), name=name, path=path, first_row=len(column) + 1))
        left -= part.num_rows
        if not left:
            break
    return columns
