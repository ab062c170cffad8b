"""Output files: written whole, and never over something that came from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import JsonValue

from feinschliff.datasets.write import render_rows, write_text
from feinschliff.errors import OutputError


def write_once(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, JsonValue]]) -> None:
    """Write rows that are made anew from their inputs; a file that holds just these rows already is left as it is.

    Raises: OutputError where the file holds something else.
    """
    text = render_rows(path, columns, rows)
    if path.exists():
        if path.is_file() and path.read_bytes() == text.encode():
            return
        raise refuse(path)
    write_text(path, text)


def refuse(path: Path) -> OutputError:
    """The error for a file that is not ours to overwrite."""
    return OutputError(
        f"{path} exists and does not come from the same inputs",
        asked=f"--out {path}",
        found="a file with other content",
        mend="choose another --out, or remove the file",
    )
