"""Text out of a file: UTF-8, and what is said where it is something else."""

from __future__ import annotations

from pathlib import Path

from feinschliff.errors import DataError


def read_bytes(path: Path) -> bytes:
    """The file's content. Raises: DataError for a file that is missing or cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(
            f"there is no file '{path}'",
            asked=str(path),
            found="nothing there",
            mend="check the path; it is relative to the working folder",
        ) from None
    except OSError as error:
        raise DataError(
            f"'{path}' cannot be read ({error.strerror or error})",
            asked=str(path),
            mend="check what it is and who may read it",
        ) from error


def read_text(path: Path) -> str:
    """The file's text, without a byte order mark. Raises: DataError for what is missing, binary or not UTF-8."""
    data = read_bytes(path)
    if b"\0" in data[:1_000_000]:
        raise DataError(
            f"'{path}' is no text: it holds NUL bytes",
            asked=str(path),
            found="binary data (or UTF-16)",
            mend="save it as CSV or JSONL in UTF-8",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"'{path}' is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}, in line {line}",
            asked=str(path),
            found="another encoding (Latin-1 or Windows-1252 perhaps)",
            mend="save it again as UTF-8",
        ) from None
