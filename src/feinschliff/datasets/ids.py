"""Names of rows: what a run, its answers and the split know an example by."""

from __future__ import annotations

from collections.abc import Sequence

from feinschliff.datasets.formats.table import Row, cell_text
from feinschliff.errors import DataError
from feinschliff.i18n import tr
from feinschliff.records import Example, digest

ID_COLUMN = "id"


def row_ids(placed: Sequence[tuple[str, Row]]) -> list[str]:
    """A name of its own for each row: the text of column `id`, for a row without such a column the first 16 hex digits
    of SHA-256 over its canonical JSON. A name that is taken gets `#2`, `#3` ... in the rows' order.

    `placed`: rows with a text that says where each stands.

    Raises: DataError for an `id` without text.
    """
    count: dict[str, int] = {}
    names: list[str] = []
    for where, row in placed:
        wanted = name = _own_name(row, where)
        while name in count:
            count[wanted] += 1
            name = f"{wanted}#{count[wanted]}"
        count[name] = 1
        names.append(name)
    return names


def shared_name(example: Example) -> str:
    """The name without the number that tells it from rows of the same id or content."""
    given = cell_text(example.row.get(ID_COLUMN))
    if given is not None:
        return given
    base, mark, number = example.id.rpartition("#")
    return base if mark and number.isdigit() and base == digest(example.row)[:16] else example.id


def _own_name(row: Row, where: str) -> str:
    if ID_COLUMN not in row:
        return digest(row)[:16]
    name = cell_text(row[ID_COLUMN])
    if name is None:
        raise DataError(
            tr("{where} has no id", where=where),
            asked=ID_COLUMN,
            found=repr(row[ID_COLUMN]),
            mend=tr("fill the column 'id', or rename it"),
        )
    return name
