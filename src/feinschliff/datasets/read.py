"""Rows out of a file, whatever its format. `load` makes examples of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from feinschliff.datasets.formats.csv_file import read_csv
from feinschliff.datasets.formats.json_file import read_json
from feinschliff.datasets.formats.parquet_file import read_parquet
from feinschliff.datasets.formats.plain_file import read_plain
from feinschliff.datasets.formats.table import Table
from feinschliff.errors import DataError
from feinschliff.i18n import tr

_READERS: Mapping[str, Callable[..., Table]] = MappingProxyType(
    {
        ".csv": read_csv,
        ".tsv": read_csv,
        ".jsonl": read_json,
        ".ndjson": read_json,
        ".json": read_json,
        ".parquet": read_parquet,
    }
)

SUFFIXES = tuple(_READERS)
"""Tables that can be read; of a folder, these files are."""

TEXT_SUFFIXES = (".txt", ".md")
"""Plain text: a file is a row; of a folder that holds no table, these files are read."""


def read_table(path: Path, *, limit: int | None = None) -> Table:
    """The first `limit` rows of one file, all if None, read by its suffix: `.csv`, `.tsv` (UTF-8 with or without a byte
    order mark; delimiter `,`, `;` or tab, whichever parts the header into most columns), `.jsonl`, `.ndjson` (one
    object per line), `.json` (a list of objects), `.parquet` (needs pyarrow), `.txt`, `.md` (one row: `file`, `text`).

    CSV values are strings, JSON values keep their types, Parquet's become what `to_json_values` says.

    Raises: DataError for a file that is missing, unreadable, empty, binary, of another format, or broken somewhere.
    """
    if is_plain(path):
        return read_plain(path, name=path.name)
    suffix = path.suffix.lower()
    if suffix not in _READERS:
        raise DataError(
            tr("the format of '{path}' is not known", path=path),
            asked=str(path),
            found=f"suffix '{suffix}'" if suffix else tr("no suffix"),
            mend=tr("give a file that ends in {TEXT_SUFFIXES}", TEXT_SUFFIXES=", ".join((*SUFFIXES, *TEXT_SUFFIXES))),
        )
    return _READERS[suffix](path, limit=limit)


def is_plain(path: Path) -> bool:
    """Whether the name is that of a text that is one row."""
    return path.suffix.lower() in TEXT_SUFFIXES
