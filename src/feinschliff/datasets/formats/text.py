"""Text out of a file: UTF-8, and what is said where it is something else."""

from __future__ import annotations

from pathlib import Path

from feinschliff.errors import DataError
from feinschliff.i18n import tr


def read_bytes(path: Path) -> bytes:
    """The file's content. Raises: DataError for a file that is missing or cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(
            tr("there is no file '{path}'", path=path),
            asked=str(path),
            found=tr("nothing there"),
            mend=tr("check the path; it is relative to the working folder"),
        ) from None
    except OSError as error:
        raise DataError(
            tr("'{path}' cannot be read ({error})", path=path, error=error.strerror or error),
            asked=str(path),
            mend=tr("check what it is and who may read it"),
        ) from error


def read_text(path: Path) -> str:
    """The file's text, without a byte order mark. Raises: DataError for what is missing, binary or not UTF-8."""
    data = read_bytes(path)
    if b"\0" in data[:1_000_000]:
        raise DataError(
            tr("'{path}' is no text: it holds NUL bytes", path=path),
            asked=str(path),
            found=tr("binary data (or UTF-16)"),
            mend=tr("save it as CSV or JSONL in UTF-8"),
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError(
            tr(
                "'{path}' is not UTF-8: byte {start} is 0x{start2:02x}, in line {line}",
                path=path,
                start=error.start,
                start2=data[error.start],
                line=line,
            ),
            asked=str(path),
            found=tr("another encoding (Latin-1 or Windows-1252 perhaps)"),
            mend=tr("save it again as UTF-8"),
        ) from None
