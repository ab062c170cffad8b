"""Which files a path, a folder or a glob stands for, and all of them as one table."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from feinschliff.datasets.formats.plain_file import pair_up, read_plain
from feinschliff.datasets.formats.table import Table
from feinschliff.datasets.read import SUFFIXES, TEXT_SUFFIXES, is_plain, read_table
from feinschliff.errors import DataError
from feinschliff.i18n import tr


def read_tables(source: str | Path, *, limit: int | None = None) -> list[Table]:
    """The tables of all files that `source` stands for, sorted by path, with `limit` rows together at most.

    A folder (those in it are not searched) stands for its tables; only where it holds none, for its texts, so that a
    README beside the data is no row of it. A glob stands for what it fits. Hidden files are left out.

    Raises: DataError for what is missing, empty or broken, and for a file that shares no column with those before it.
    """
    paths = list_files(source)
    tables = list(_read(paths, limit))
    seen = set(tables[0].columns)
    for table in tables[1:]:
        if not seen & set(table.columns):
            raise DataError(
                tr("'{path}' has no column in common with '{first}'", path=table.path, first=tables[0].path),
                asked=", ".join(tables[0].columns),
                found=", ".join(table.columns),
                mend=tr("load files together whose columns have the same names"),
            )
        seen |= set(table.columns)
    return tables


def list_files(source: str | Path) -> list[Path]:
    """The files, sorted. A file by that very name goes before a glob. Raises: DataError where there are none."""
    path = Path(source)
    if path.is_dir():
        return _of_folder(path)
    if not path.exists() and glob.has_magic(str(source)):
        found = sorted(p for p in map(Path, glob.glob(str(source), recursive=True)) if p.is_file())
        if not found:
            raise DataError(
                tr("no file fits '{source}'", source=source),
                asked=str(source),
                found=tr("nothing there"),
                mend=tr("check the pattern and the folder"),
            )
        return found
    return [path]


def _of_folder(folder: Path) -> list[Path]:
    try:
        files = sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))
    except OSError as error:
        raise DataError(
            tr("the folder '{folder}' cannot be read ({error})", folder=folder, error=error.strerror or error),
            asked=str(folder),
            mend=tr("check who may read it"),
        ) from error
    tables = [p for p in files if p.suffix.lower() in SUFFIXES]
    found = tables or [p for p in files if is_plain(p)]
    if not found:
        raise DataError(
            tr("the folder '{folder}' holds no data files", folder=folder),
            asked=str(folder),
            found=f"no {', '.join((*SUFFIXES, *TEXT_SUFFIXES))}",
            mend=tr("name a folder with such files (folders in it are not searched), or a glob as in 'data/**/*.csv'"),
        )
    return found


def _read(paths: Sequence[Path], limit: int | None) -> Iterator[Table]:
    """The files' tables until there are enough rows; a text is named by its path below the folder of all texts."""
    plain = [path for path in paths if is_plain(path)]
    targets = dict(pair_up(plain))
    folder = os.path.commonpath([path.parent for path in plain]) if plain else ""
    left = limit
    for path in paths:
        if path in targets:
            name = path.relative_to(folder).as_posix()
            table = read_plain(path, name=name, target=targets[path])
        elif is_plain(path):
            continue  # the wanted answer of another
        else:
            table = read_table(path, limit=left)
        yield table
        if left is not None:
            left -= len(table.rows)
            if left <= 0:
                return
