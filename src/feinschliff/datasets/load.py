"""The user's data as examples: files, folders and globs; targets; conversations; ids."""

from __future__ import annotations

import glob
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from feinschliff.datasets.read import SUFFIXES, Row, Table, read_table
from feinschliff.errors import DataError
from feinschliff.records import Example, Message, digest

ID_COLUMN = "id"
MESSAGES_COLUMN = "messages"


@dataclass(frozen=True, slots=True)
class Dataset:
    """Examples, in the order of the data."""

    examples: tuple[Example, ...]
    columns: tuple[str, ...]
    """All columns, the target's included, in their order."""
    source: str
    """What was asked to be read."""


def load_examples(source: str | Path, *, target: str | None = None) -> Dataset:
    """Examples from a file (see `read.read_table` for the formats), a folder or a glob of them (sorted, one after
    another).

    `target`: column of the wanted answers. Text as it stands there, numbers and other JSON as text; None for a value
    that is missing or only white space. Without it, an assistant message at the end of a conversation is the target.

    Column `id`: the examples' ids. Without it, the first 16 hex digits of SHA-256 over the row's canonical JSON; rows
    with the same content get `#2`, `#3` ... in their order.

    Column `messages` (a list in JSON, JSON text in CSV): a conversation of `{"role": text, "content": text}`.

    Raises: DataError for what is missing, empty, broken, or does not fit together.
    """
    tables = [read_table(path) for path in _paths(source)]
    placed = [
        (f"row {number} of '{table.path}'", row)
        for table in tables
        for number, row in zip(table.numbers, table.rows, strict=True)
    ]
    return rows_to_dataset(placed, _common_columns(tables), target=target, source=source)


def rows_to_dataset(
    placed: Sequence[tuple[str, Row]], columns: tuple[str, ...], *, target: str | None, source: str | Path
) -> Dataset:
    """Examples from rows with a text that says where each stands; otherwise as `load_examples`.

    Raises: DataError for a missing target column, targets that are empty everywhere, broken ids or conversations.
    """
    if target is not None and target not in columns:
        raise _no_column(target, columns, source)
    parsed = [_parse(row, where, target) for where, row in placed]
    ids = _ids([row for _, row in placed], columns, source)
    examples = tuple(
        Example(id=name, row=row, target=wanted, messages=messages)
        for name, (row, wanted, messages) in zip(ids, parsed, strict=True)
    )
    if target is not None and all(example.target is None for example in examples):
        raise DataError(
            f"the target column '{target}' is empty in all {len(examples)} rows",
            asked=target,
            found="no wanted answer",
            mend="name another column, or leave the target out and score with something that needs none",
        )
    return Dataset(examples, columns, str(source))


def _paths(source: str | Path) -> list[Path]:
    """The files that a path, folder or glob stands for, sorted by path. A file by that very name goes before a glob."""
    path = Path(source)
    if path.is_dir():
        found = [
            p for p in _listed(path) if p.is_file() and p.suffix.lower() in SUFFIXES and not p.name.startswith(".")
        ]
        if not found:
            raise DataError(
                f"the folder '{source}' holds no data files",
                asked=str(source),
                found=f"no {', '.join(SUFFIXES)}",
                mend="name a folder with such files (folders in it are not searched), or a glob as in 'data/**/*.csv'",
            )
        return found
    if not path.exists() and glob.has_magic(str(source)):
        found = sorted(p for p in map(Path, glob.glob(str(source), recursive=True)) if p.is_file())
        if not found:
            raise DataError(
                f"no file fits '{source}'",
                asked=str(source),
                found="nothing there",
                mend="check the pattern and the folder",
            )
        return found
    return [path]


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise DataError(
            f"the folder '{folder}' cannot be read ({error.strerror or error})",
            asked=str(folder),
            mend="check who may read it",
        ) from error


def _common_columns(tables: Sequence[Table]) -> tuple[str, ...]:
    """The columns that all files share. Order is free; a name that one file lacks is an error."""
    first = tables[0]
    for table in tables[1:]:
        odd = sorted(set(first.columns) ^ set(table.columns))
        if odd:
            raise DataError(
                f"'{table.path}' has other columns than '{first.path}': {', '.join(odd)} only in one of them",
                asked=", ".join(first.columns),
                found=", ".join(table.columns),
                mend="load files with the same columns together",
            )
    return first.columns


def _no_column(target: str, columns: tuple[str, ...], source: str | Path) -> DataError:
    from rapidfuzz import process

    nearest = process.extractOne(target, columns, score_cutoff=50)
    return DataError(
        f"'{source}' has no column '{target}'",
        asked=target,
        found=", ".join(columns),
        mend=f"did you mean '{nearest[0]}'?" if nearest else f"name one of: {', '.join(columns)}",
    )


def _parse(row: Row, where: str, target: str | None) -> tuple[Row, str | None, tuple[Message, ...]]:
    """The row, its target and its conversation; without a target column, a last assistant turn is the target."""
    messages = _messages(row.get(MESSAGES_COLUMN), where)
    if target is not None:
        return row, _target_text(row.get(target)), messages
    if messages and messages[-1].role == "assistant":
        return row, _target_text(messages[-1].content), messages[:-1]
    return row, None, messages


def _target_text(value: JsonValue) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if text.strip() else None


def _messages(value: JsonValue, where: str) -> tuple[Message, ...]:
    if value is None or (isinstance(value, str) and not value.strip()):
        return ()
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise _bad_messages(where, f"text that is no JSON ({error})") from None
    if not isinstance(value, list):
        raise _bad_messages(where, "JSON that is no list")
    if not value:
        raise _bad_messages(where, "an empty list")
    return tuple(_message(turn, f"turn {number} of {where}") for number, turn in enumerate(value, 1))


def _message(turn: JsonValue, where: str) -> Message:
    if not isinstance(turn, dict):
        raise _bad_messages(where, "a turn that is no object")
    odd = sorted(set(turn) - {"role", "content"})
    if odd:
        raise _bad_messages(where, f"a turn with {', '.join(odd)}, which a conversation here does not hold")
    role, content = turn.get("role"), turn.get("content")
    if not isinstance(role, str) or not role.strip() or not isinstance(content, str):
        raise _bad_messages(where, "a turn whose role or content is no text")
    return Message(role=role, content=content)


def _bad_messages(where: str, found: str) -> DataError:
    return DataError(
        f"the messages of {where} are no conversation: {found}",
        asked=MESSAGES_COLUMN,
        found=found,
        mend='write [{"role": "user", "content": "..."}, ...], in CSV as JSON text',
    )


def _ids(rows: Sequence[Row], columns: tuple[str, ...], source: str | Path) -> list[str]:
    if ID_COLUMN in columns:
        return _given_ids(rows, source)
    hashes = [digest(row)[:16] for row in rows]
    seen: Counter[str] = Counter()
    names = []
    for name in hashes:
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return names


def _given_ids(rows: Sequence[Row], source: str | Path) -> list[str]:
    names = [_target_text(row.get(ID_COLUMN)) for row in rows]
    given = [name for name in names if name is not None]
    if len(given) < len(names):
        raise DataError(
            f"{len(names) - len(given)} rows of '{source}' have no id",
            asked=ID_COLUMN,
            found=f"row {names.index(None) + 1} first",
            mend="fill the column 'id', or rename it",
        )
    twice = [name for name, count in Counter(given).items() if count > 1]
    if twice:
        more = f" and {len(twice) - 5} more" if len(twice) > 5 else ""
        raise DataError(
            f"ids of '{source}' stand there more than once: {', '.join(twice[:5])}{more}",
            asked=ID_COLUMN,
            found=f"{len(set(given))} ids in {len(given)} rows",
            mend="give each row an id of its own, or rename the column",
        )
    return given
