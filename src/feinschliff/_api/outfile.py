"""The file that a run writes: never over something that came from elsewhere, and known again by the next resume."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from feinschliff.datasets.write import write_rows
from feinschliff.errors import OutputError
from feinschliff.i18n import tr
from feinschliff.i18n.stored import stored
from feinschliff.store import Store, find_run, get_run, update_run

_FILES = "files"
"""In a run's details: by path the SHA-256 of what it wrote there, the last two of them."""


def check_out_file(db: Store, spec: Mapping[str, Any], out: Path) -> None:
    """Raises: OutputError where `out` exists and is not what a run of the same spec wrote."""
    if not out.exists():
        return
    run = find_run(db, spec)
    wrote = _written(run.details if run is not None else None).get(str(out.resolve()), [])
    if not out.is_file() or _file_hash(out) not in wrote:
        raise not_ours(out, tr("a file that this run did not write"))


def not_ours(path: Path, found: str) -> OutputError:
    """The error for a file that must not be written over."""
    return OutputError(
        tr("{path} exists and does not come from the same inputs", path=path),
        asked=f"--out {path}",
        found=found,
        mend=tr("choose another --out, or remove the file"),
    )


def write_out_file(
    db: Store, run: str, out: Path, rows: Sequence[Mapping[str, JsonValue]], *, columns: Sequence[str]
) -> None:
    """Write the rows. First noted, then written: after a kill in between, both the file of before and the new one are
    known as the run's own.

    Raises: as `write_rows`.
    """
    details = get_run(db, run).details
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / out.name
        write_rows(made, rows, columns=columns)
        files, path = _written(details), str(out.resolve())
        before = [known for known in files.get(path, []) if out.is_file() and known == _file_hash(out)]
        files[path] = list(dict.fromkeys([*before, _file_hash(made)]))
    update_run(db, run, details={**(details or {}), _FILES: files})
    write_rows(out, rows, columns=columns)


def replaced(columns: Sequence[str], added: Sequence[str]) -> list[str]:
    """A sentence, as `i18n.stored` makes them, for each column of the data that one of the same name takes the place
    of."""
    return [
        stored("The column '{name}' of the data is replaced: the file holds a new one.", name=name)
        for name in added
        if name in columns
    ]


def _written(details: Mapping[str, Any] | None) -> dict[str, list[str]]:
    return dict((details or {}).get(_FILES, {}))


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
