"""The file that `generate` writes and `score` reads: the user's rows, and beside them what came of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from feinschliff.records import Answer, Example, digest

ANSWER_COLUMN = "answer"
REPEAT_COLUMN = "repeat"
FAILURE_COLUMN = "failure"
"""Why there is no answer; only in files where one is missing. In CSV nothing else tells it from an empty answer."""


@dataclass(frozen=True)
class AnswerFile:
    """A file that is to be written."""

    columns: list[str]
    rows: list[dict[str, JsonValue]]
    added: list[str]
    """The answer's own columns."""


def answer_file(columns: Sequence[str], pairs: Iterable[tuple[Answer, Example]], *, repeats: bool) -> AnswerFile:
    """A row for each answer: the example's own columns, then the answer's. `repeats`: whether rows are numbered."""
    pairs = list(pairs)
    failures = any(answer.failure is not None for answer, _ in pairs)
    added = [ANSWER_COLUMN, *([REPEAT_COLUMN] if repeats else []), *([FAILURE_COLUMN] if failures else [])]
    rows: list[dict[str, JsonValue]] = []
    for answer, example in pairs:
        made: dict[str, JsonValue] = {
            ANSWER_COLUMN: None if answer.failure else answer.text,
            REPEAT_COLUMN: answer.repeat,
            FAILURE_COLUMN: answer.failure,
        }
        rows.append({**example.row, **{name: made[name] for name in added}})
    return AnswerFile([*(name for name in columns if name not in added), *added], rows, added)


def read_answer(example: Example, column: str) -> Answer:
    """The answer that stands in a row; one that is missing says why, as far as the row does."""
    value, told = example.row.get(column), example.row.get(FAILURE_COLUMN)
    text = value if isinstance(value, str) else "" if value is None else str(value)
    failure = str(told) if told and not text else "there is no answer in this row" if value is None else None
    return Answer(key=digest(text), example=example.id, repeat=0, text=text, failure=failure)
