"""Plain text: one example per file, with its wanted answer in a file beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from feinschliff.datasets.formats.table import Row, Table, no_rows
from feinschliff.datasets.formats.text import read_text
from feinschliff.errors import DataError
from feinschliff.i18n import tr

FILE_COLUMN = "file"
TEXT_COLUMN = "text"
TARGET_COLUMN = "target"

_MARK = ".target"


def read_plain(path: Path, *, name: str, target: Path | None = None) -> Table:
    """A table of one row: column `file` (as `name`), `text`, and with a `target` file the column `target`.

    Line ends become "\\n", those at the end of a file are left out.

    Raises: DataError for a file that is missing, empty, binary or not UTF-8.
    """
    text = _text(path)
    if not text.strip():
        raise no_rows(path, tr("a file without text"))
    row: Row = {FILE_COLUMN: name, TEXT_COLUMN: text}
    if target is not None:
        row[TARGET_COLUMN] = _text(target)
    return Table(path, tuple(row), (row,), (1,))


def pair_up(paths: Sequence[Path]) -> list[tuple[Path, Path | None]]:
    """Every text with its target: `NAME.target.txt` beside `NAME.txt`, or `NAME.target.md` beside `NAME.md`.

    Either suffix will do for the target where only one text has that name.

    Raises: DataError for a target without a text.
    """
    texts = [path for path in paths if not is_target(path)]
    by_name: dict[Path, list[Path]] = {}
    for text in texts:
        by_name.setdefault(text.with_suffix(""), []).append(text)
    targets: dict[Path, Path] = {}
    for target in (path for path in paths if is_target(path)):
        name = target.with_suffix("").with_suffix("")
        fitting = by_name.get(name, [])
        same = [text for text in fitting if text.suffix.lower() == target.suffix.lower()] or fitting
        if len(same) != 1 or same[0] in targets:
            raise DataError(
                tr("'{target}' is the wanted answer to no text", target=target),
                asked=f"{name.name}{target.suffix}",
                found=tr("no such file beside it") if not same else ", ".join(text.name for text in same),
                mend=tr("call a text NAME.txt and its wanted answer NAME.target.txt"),
            )
        targets[same[0]] = target
    return [(text, targets.get(text)) for text in texts]


def is_target(path: Path) -> bool:
    """Whether the file's name says that it holds a wanted answer."""
    return path.stem.lower().endswith(_MARK) and len(path.stem) > len(_MARK)


def _text(path: Path) -> str:
    return read_text(path).replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
