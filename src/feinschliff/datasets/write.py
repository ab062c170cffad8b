"""Rows into CSV, JSONL and Parquet files: whole or not at all."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import JsonValue

from feinschliff.datasets.formats.parquet_file import require_pyarrow
from feinschliff.datasets.formats.parquet_out import to_parquet
from feinschliff.errors import DataError, OutputError
from feinschliff.i18n import tr

_SUFFIXES = frozenset({".csv", ".tsv", ".jsonl", ".ndjson", ".parquet"})


def write_rows(
    path: str | Path, rows: Sequence[Mapping[str, JsonValue]], *, columns: Sequence[str] | None = None
) -> None:
    """Writes rows by the suffix: `.csv`, `.tsv`, `.jsonl`, `.ndjson` (UTF-8 without a byte order mark) or `.parquet`.

    `columns`: which, and in which order; all that occur, in order of first sight, without it. CSV: text as it is
    (line breaks survive in quotation marks), None as an empty field, other values as JSON text; a column that a row
    lacks is empty. Parquet: see `to_parquet`. A file of that name is replaced in one step, so a reader sees the old or
    the new one, never half of it.

    Raises: OutputError for another suffix or a folder that cannot be written to; DataError for a number that JSON
    cannot hold, and for Parquet without pyarrow.
    """
    path = Path(path)
    names = list(columns) if columns is not None else list(dict.fromkeys(name for row in rows for name in row))
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        require_pyarrow(path)
        _replace(path, to_parquet({name: [row.get(name) for row in rows] for name in names}))
        return
    if suffix in {".csv", ".tsv"}:
        text = _to_csv(rows, names, "\t" if suffix == ".tsv" else ",")
    elif suffix in {".jsonl", ".ndjson"}:
        text = "".join(_to_json({name: row[name] for name in names if name in row}) + "\n" for row in rows)
    else:
        raise _unknown_format(path)
    # A model's answer can end in half of a surrogate pair, which UTF-8 cannot hold: it becomes "?".
    _replace(path, text.encode(errors="replace"))


def check_output(path: str | Path) -> None:
    """Say before anything is paid for that a file cannot be written. Raises: OutputError, DataError as `write_rows`."""
    path = Path(path)
    if path.suffix.lower() not in _SUFFIXES:
        raise _unknown_format(path)
    if path.suffix.lower() == ".parquet":
        require_pyarrow(path)
    check_writable(path)


def check_writable(path: str | Path) -> None:
    """Say before anything is paid for that there is no folder for a file of any format, or no right to write to it.

    Raises: OutputError.
    """
    path = Path(path)
    folder = path.parent
    if path.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        found = (
            tr("a folder")
            if path.is_dir()
            else tr("no such folder")
            if not folder.is_dir()
            else tr("a folder without the right")
        )
        raise OutputError(
            tr("'{path}' cannot be written", path=path),
            asked=str(path),
            found=found,
            mend=tr("check the folder and its rights"),
        )


def _unknown_format(path: Path) -> OutputError:
    return OutputError(
        tr("the format of '{path}' is not known", path=path),
        asked=str(path),
        found=f"suffix '{path.suffix.lower()}'",
        mend=tr("end it in .csv, .jsonl or .parquet"),
    )


def _to_csv(rows: Sequence[Mapping[str, JsonValue]], names: Sequence[str], delimiter: str) -> str:
    buffer = io.StringIO(newline="")
    # A lone "\r" is a line break to readers, but Python's writer does not quote it before 3.13; so all text is quoted.
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    quoting = csv.writer(buffer, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(names)
    for row in rows:
        cells = [_cell(row.get(name)) for name in names]
        # An empty line would be taken for no row at all.
        (quoting if any("\r" in cell for cell in cells) or cells == [""] else writer).writerow(cells)
    return buffer.getvalue()


def _cell(value: JsonValue) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else _to_json(value)


def _to_json(value: JsonValue) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise DataError(
            tr("a row holds a number that JSON cannot hold"), found=str(error), mend=tr("write null for it")
        ) from None


def _replace(path: Path, content: bytes) -> None:
    """Writes beside the file, then renames: on one file system that is one step."""
    temporary: str | None = None
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode_of(path))
        os.replace(temporary, path)
    except OSError as error:
        raise OutputError(
            tr("'{path}' cannot be written ({error})", path=path, error=error.strerror or error),
            asked=str(path),
            mend=tr("check the folder and its rights"),
        ) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)


def _mode_of(path: Path) -> int:
    """The rights of the file that is replaced, else those that a new file would get (mkstemp gives 0600)."""
    try:
        return path.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
