"""What is asked about each post, and what becomes of the answers: a column of subject lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from feinschliff.datasets.bundled import BUNDLED
from feinschliff.datasets.lines import one_line
from feinschliff.datasets.rules import subject_line
from feinschliff.generation import Ask, check_rows, check_template
from feinschliff.parameters.catalogue import check_settings
from feinschliff.records import Answer, Example, Settings, digest

POST_VARIABLE = "post"


@dataclass(frozen=True)
class LineJob:
    """Subject lines for the posts of a table."""

    posts: Mapping[int, Example]
    """By number of the row: those that have a text, which their templates know as `post`."""
    rows: int
    """All of them."""
    values: Mapping[str, JsonValue]
    """Settings of every request, system text and prompt among them."""
    max_words: int | None

    @classmethod
    def make(
        cls,
        examples: Sequence[Example],
        columns: Sequence[str],
        *,
        column: str,
        system: str | None,
        prompt: str | None,
        settings: Mapping[str, JsonValue] | None,
        max_words: int | None,
    ) -> LineJob:
        """Without texts of the user's own those of the bundled task. Raises: ParameterError, TaskError."""
        task = BUNDLED["subjects"]
        texts = {
            "system": task.system if system is None else system,
            "prompt": task.prompt if prompt is None else prompt,
        }
        values = texts | check_settings(settings or {})
        posts = {
            number: Example(id=example.id, row={**example.row, POST_VARIABLE: str(example.row[column])})
            for number, example in enumerate(examples)
            if str(example.row.get(column) or "").strip()
        }
        for name, what in (("system", "system text"), ("prompt", "prompt")):
            check_template(str(values[name] or ""), [*columns, POST_VARIABLE], what=what)
            check_rows(str(values[name] or ""), list(posts.values()), what=what)
        return cls(posts, len(examples), values, max_words)

    def asks(self, model: str) -> list[Ask]:
        """A request to this model for each post."""
        settings = Settings(values={**self.values, "model": model})
        return [Ask(example, settings, 0) for example in self.posts.values()]

    def to_spec(self) -> dict[str, Any]:
        """What makes the requests and the file what they are, for a run's id."""
        data = digest([[number, example.row] for number, example in self.posts.items()])
        return {"data": data, "rows": self.rows, "settings": self.values, "max_words": self.max_words}

    def by_rule(self) -> list[str | None]:
        """A line for each post by the rule."""
        return [subject_line(str(example.row[POST_VARIABLE])) for example in self.posts.values()]

    def cells(self, lines: Sequence[str | None]) -> list[str | None]:
        """The cells of a column, cut to the words that are wanted; empty where there is no line, or no post."""
        cells: list[str | None] = [None] * self.rows
        for number, line in zip(self.posts, lines, strict=True):
            cells[number] = " ".join(line.split()[: self.max_words]) if line else None
        return cells


def line_of(answer: Answer) -> str | None:
    """The subject line of an answer; None where it failed, is empty or refused."""
    if answer.failure is not None or "refused" in answer.flags:
        return None
    return one_line(answer.text) or None
