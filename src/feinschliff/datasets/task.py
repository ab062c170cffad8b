"""A task: examples, what is asked about each, and what a good answer is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, JsonValue, model_validator

from feinschliff.datasets.load import load_examples, rows_to_dataset
from feinschliff.errors import DataError, TaskError
from feinschliff.i18n import tr
from feinschliff.records import Example, Settings, digest


class Task(BaseModel):
    """What is asked of the model, and about what."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    examples: tuple[Example, ...]
    """The rows, each with its target where there is one."""
    columns: tuple[str, ...] = ()
    """Columns of the data: the variables that the templates may use."""
    system: str | None = None
    """System text, a Jinja2 template over the row."""
    prompt: str | None = None
    """User prompt, a Jinja2 template over the row."""
    name: str | None = None

    system_column: str | None = None
    """Column whose text is each row's system text, where it was asked for; then there is no other system text."""

    @model_validator(mode="after")
    def _check_system(self) -> Self:
        check_one_system(self.system_column, self.system, "system")
        return self

    @classmethod
    def from_data(
        cls,
        source: str | Path,
        *,
        prompt: str | None = None,
        target: str | None = None,
        system: str | None = None,
        system_column: str | None = None,
        limit: int | None = None,
    ) -> Self:
        """A task from a CSV, JSONL, JSON or Parquet file, from texts, or from a folder or a glob of them.

        Args:
            source: the file or files; see `datasets.read.read_table` and `datasets.files.read_tables`.
            target: column of the wanted answers.
            system: system text for all rows, a template.
            system_column: column of system texts, each taken as it stands; not together with `system`.
            limit: only the first so many rows are read.

        Raises: DataError for a missing, empty or broken file, a missing column, or one that is empty everywhere;
            TaskError for two system texts.
        """
        check_one_system(system_column, system, "system")
        data = load_examples(str(source), target=target, system_column=system_column, limit=limit)
        return cls(
            examples=data.examples,
            columns=data.columns,
            system=system,
            prompt=prompt,
            name=Path(source).stem,
            system_column=system_column,
        )

    @classmethod
    def from_csv(
        cls,
        path: str | Path,
        *,
        prompt: str | None = None,
        target: str | None = None,
        system: str | None = None,
        limit: int | None = None,
    ) -> Self:
        """As `from_data`, whatever the format: the older name."""
        return cls.from_data(path, prompt=prompt, target=target, system=system, limit=limit)

    @classmethod
    def from_rows(
        cls,
        rows: Sequence[Mapping[str, JsonValue]],
        *,
        prompt: str | None = None,
        target: str | None = None,
        system: str | None = None,
        system_column: str | None = None,
    ) -> Self:
        """A task from rows in memory; ids, targets, conversations and system texts as in a file.

        Raises: DataError without rows, without a column that is named, or with one that is empty everywhere; TaskError
            for two system texts.
        """
        if not rows:
            raise DataError(tr("there are no rows"), asked=tr("a task from rows"), mend=tr("give at least one row"))
        check_one_system(system_column, system, "system")
        placed = [(tr("row {number}", number=number), dict(row)) for number, row in enumerate(rows, 1)]
        columns = tuple(dict.fromkeys(name for row in rows for name in row))
        data = rows_to_dataset(placed, columns, target=target, system_column=system_column, source="rows")
        return cls(
            examples=data.examples, columns=data.columns, system=system, prompt=prompt, system_column=system_column
        )

    @classmethod
    def single(cls, prompt: str, *, target: str | None = None, system: str | None = None) -> Self:
        """One prompt, one wanted answer. Raises: DataError for a target without text."""
        if target is not None and not target.strip():
            raise DataError(
                tr("the target is empty"), asked="target", found=repr(target), mend=tr("give the wanted answer")
            )
        example = Example(id=digest([prompt, target])[:16], target=target)
        return cls(examples=(example,), system=system, prompt=prompt)

    def settings(self) -> Settings:
        """System text and prompt as settings: they are knobs like any other."""
        values: dict[str, JsonValue] = {}
        if self.system is not None:
            values["system"] = self.system
        if self.prompt is not None:
            values["prompt"] = self.prompt
        return Settings(values=values)

    @property
    def targets(self) -> tuple[str, ...]:
        """The wanted answers that are there."""
        return tuple(e.target for e in self.examples if e.target is not None)

    def content_hash(self) -> str:
        """Hex SHA-256 of all examples, in their order."""
        return digest([[e.id, e.row, e.target, [[m.role, m.content] for m in e.messages]] for e in self.examples])

    def to_spec(self) -> dict[str, Any]:
        """What makes this task what it is, for a run's id."""
        return {"system": self.system, "prompt": self.prompt, "data": self.content_hash()}


def check_one_system(column: str | None, other: object, asked: str) -> None:
    """Refuse a system text, whoever names it, beside a column of them; None and an empty one are none.

    Raises: TaskError.
    """
    if column is not None and other not in (None, ""):
        raise TaskError(
            tr("there are two system texts: the column '{column}', and another for all rows", column=column),
            asked=f"{asked}, system_column",
            found=str(other)[:200],
            mend=tr("leave one of them out; a template can hold a column as well: {example}", example="{{ column }}"),
        )
