"""The user's data as examples: rows of files or of memory, with targets, conversations, system texts and ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from feinschliff.datasets.conversation import MESSAGES_COLUMN, parse_messages
from feinschliff.datasets.files import read_tables
from feinschliff.datasets.formats.table import Row, Table, cell_text
from feinschliff.datasets.ids import row_ids
from feinschliff.datasets.read import is_plain
from feinschliff.errors import DataError
from feinschliff.i18n import tr
from feinschliff.records import Example, Message


@dataclass(frozen=True, slots=True)
class Dataset:
    """Examples, in the order of the data."""

    examples: tuple[Example, ...]
    columns: tuple[str, ...]
    """All columns, the target's included, in their order."""
    source: str
    """What was asked to be read."""


def load_examples(
    source: str | Path, *, target: str | None = None, system_column: str | None = None, limit: int | None = None
) -> Dataset:
    """Examples from a file (see `read.read_table` for the formats), a folder or a glob of them (see
    `files.read_tables`), one file after the other: columns of the same name are one, and a row keeps to its own.

    `target`: column of the wanted answers. Text as it stands there, numbers and other JSON as text; None for a value
    that is missing or only white space. Without it, an assistant message at the end of a conversation is the target.

    `system_column`: column of the system texts, taken as they stand (no template); a row without text has none.

    `limit`: only the first so many rows are read.

    Column `id`: the examples' ids, else a hash of the content (see `ids.row_ids`).

    Column `messages` (a list in JSON, JSON text in CSV): a conversation of `{"role": text, "content": text}`.

    Raises: DataError for what is missing, empty, broken, or does not fit together.
    """
    tables = read_tables(source, limit=limit)
    columns = tuple(dict.fromkeys(name for table in tables for name in table.columns))
    for name in (target, system_column):
        _check_column(name, columns, tables, source)
    placed = [
        (tr("row {number} of '{path}'", number=number, path=table.path), row)
        for table in tables
        for number, row in zip(table.numbers, table.rows, strict=True)
    ]
    return rows_to_dataset(placed[:limit], columns, target=target, system_column=system_column, source=source)


def rows_to_dataset(
    placed: Sequence[tuple[str, Row]],
    columns: tuple[str, ...],
    *,
    target: str | None,
    source: str | Path,
    system_column: str | None = None,
) -> Dataset:
    """Examples from rows with a text that says where each stands; otherwise as `load_examples`.

    Raises: DataError for a missing column, one that is empty everywhere, broken ids or conversations.
    """
    for name in (target, system_column):
        _check_column(name, columns, (), source)
    examples = tuple(
        _example(row, where, name, target=target, system_column=system_column)
        for name, (where, row) in zip(row_ids(placed), placed, strict=True)
    )
    if target is not None and all(example.target is None for example in examples):
        raise DataError(
            tr(
                "the target column '{target}' is empty in all {n_examples} rows",
                target=target,
                n_examples=len(examples),
            ),
            asked=target,
            found=tr("no wanted answer"),
            mend=tr("name another column, or leave the target out and score with something that needs none"),
        )
    if system_column is not None and not any(cell_text(row.get(system_column)) for _, row in placed):
        raise DataError(
            tr("the system column '{column}' is empty in all {n} rows", column=system_column, n=len(placed)),
            asked=system_column,
            found=tr("no system text"),
            mend=tr("name another column, or leave it out"),
        )
    return Dataset(examples, columns, str(source))


def _check_column(name: str | None, columns: Sequence[str], tables: Sequence[Table], source: str | Path) -> None:
    """A column that is asked for must be in every table; texts may lack their wanted answer."""
    if name is None:
        return
    if name not in columns:
        raise no_column(name, columns, source)
    for table in tables:
        if name not in table.columns and not is_plain(table.path):
            raise no_column(name, table.columns, table.path)


def no_column(name: str, columns: Sequence[str], source: str | Path) -> DataError:
    """The error for a column that is not there, with the nearest name."""
    from rapidfuzz import process

    nearest = process.extractOne(name, columns, score_cutoff=50)
    return DataError(
        tr("'{source}' has no column '{name}'", source=source, name=name),
        asked=name,
        found=", ".join(columns),
        mend=tr("did you mean '{nearest}'?", nearest=nearest[0])
        if nearest
        else tr("name one of: {columns}", columns=", ".join(columns)),
    )


def _example(row: Row, where: str, name: str, *, target: str | None, system_column: str | None) -> Example:
    """A row with its target and its conversation; without a target column, a last assistant turn is the target."""
    turns = parse_messages(row.get(MESSAGES_COLUMN), where)
    wanted = None if target is None else cell_text(row.get(target))
    if target is None and turns and turns[-1].role == "assistant":
        turns, wanted = turns[:-1], cell_text(turns[-1].content)
    if system_column is not None:
        turns = _with_system(row, where, turns, system_column)
    return Example(id=name, row=row, target=wanted, messages=turns)


def _with_system(row: Row, where: str, turns: tuple[Message, ...], column: str) -> tuple[Message, ...]:
    text = cell_text(row.get(column))
    if text is None:
        return turns
    if any(turn.role == "system" for turn in turns):
        raise DataError(
            tr("{where} has two system texts: one in '{column}', one in its messages", where=where, column=column),
            asked=column,
            found=text[:60],
            mend=tr("leave one of them out"),
        )
    return (Message(role="system", content=text), *turns)
