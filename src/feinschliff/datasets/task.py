"""A task: examples, what is asked about each, and what a good answer is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, JsonValue

from feinschliff.datasets.load import load_examples, rows_to_dataset
from feinschliff.errors import DataError
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
        """A task from a CSV or JSONL file, a folder or a glob of them; `target` names the column of the wanted answers.

        Raises: DataError for a missing, empty or broken file, a missing column, or targets that are empty everywhere.
        """
        data = load_examples(str(path), target=target)
        examples = data.examples if limit is None else data.examples[:limit]
        return cls(examples=examples, columns=data.columns, system=system, prompt=prompt, name=Path(path).stem)

    @classmethod
    def from_rows(
        cls,
        rows: Sequence[Mapping[str, JsonValue]],
        *,
        prompt: str | None = None,
        target: str | None = None,
        system: str | None = None,
    ) -> Self:
        """A task from rows in memory; ids, targets and conversations as in a file.

        Raises: DataError without rows, without the target's column, or with targets that are empty everywhere.
        """
        if not rows:
            raise DataError("there are no rows", asked="a task from rows", mend="give at least one row")
        placed = [(f"row {number}", dict(row)) for number, row in enumerate(rows, 1)]
        data = rows_to_dataset(placed, tuple(rows[0]), target=target, source="rows")
        return cls(examples=data.examples, columns=data.columns, system=system, prompt=prompt)

    @classmethod
    def single(cls, prompt: str, *, target: str | None = None, system: str | None = None) -> Self:
        """One prompt, one wanted answer. Raises: DataError for a target without text."""
        if target is not None and not target.strip():
            raise DataError("the target is empty", asked="target", found=repr(target), mend="give the wanted answer")
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
