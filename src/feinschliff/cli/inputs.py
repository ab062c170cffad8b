"""What the command line says, as a task, a space and limits."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from feinschliff.build import Endpoint, TaskFile, load_task_file, space_for
from feinschliff.datasets.bundled import BUNDLED, DEFAULT_BUNDLED, Bundled
from feinschliff.datasets.task import Task, check_one_system
from feinschliff.errors import ParameterError, TaskError
from feinschliff.i18n import tr
from feinschliff.parameters.lengths import is_limited
from feinschliff.parameters.parse import parse_assignments
from feinschliff.parameters.space import make_space


@dataclass(frozen=True)
class Source:
    """A task, and the task file that it came from (an empty one where there is none)."""

    task: Task
    file: TaskFile
    bundled: Bundled | None = None

    def scorer(self) -> str | dict[str, float] | None:
        """The score that the file names, or the bundled task's; None where nobody says. Raises: TaskError."""
        return self.file.scorer() if self.bundled is None else self.bundled.scorer

    @property
    def house(self) -> str | None:
        """The shipped model that suits a bundled task; None for the usual one."""
        return None if self.bundled is None else self.bundled.model


def read_source(
    source: str | None,
    *,
    prompt: str | None,
    system: str | None,
    target: str | None,
    system_column: str | None = None,
    bundled: bool = True,
) -> Source:
    """The task that is meant: a task file, data, one prompt, or a bundled task. Flags win over the file: a system text
    over its column of them as well, and the other way round.

    The name of a bundled task means that task, unless a file or folder has that name.

    Raises: TaskError, DataError.
    """
    file = load_task_file(Path(source)) if source is not None and source.endswith(".toml") else TaskFile()
    data = file.task.data if source is None or source.endswith(".toml") else source
    prompt = prompt if prompt is not None else file.task.prompt
    check_one_system(system_column, system, "--system")
    if system is None and system_column is None:
        system, system_column = file.task.system, file.task.system_column
    target = target if target is not None else file.task.target
    if source is not None and source in BUNDLED and not Path(source).exists():
        chosen = BUNDLED[source]
        task = chosen.task(system=system, prompt=prompt, target=target, system_column=system_column)
        return Source(task, file, chosen)
    if data is not None:
        limit = file.task.examples
        task = Task.from_data(
            data, prompt=prompt, target=target, system=system, system_column=system_column, limit=limit
        )
        return Source(task, file)
    if system_column is not None:
        raise TaskError(
            tr("a column of system texts needs data"),
            asked=f"system_column {system_column}",
            found=tr("no data"),
            mend=tr("give DATA, or --system"),
        )
    if prompt is not None:
        return Source(Task.single(prompt, target=target, system=system), file)
    if source is None and bundled and target is None and system is None:
        return Source(BUNDLED[DEFAULT_BUNDLED].task(), file, BUNDLED[DEFAULT_BUNDLED])
    raise TaskError(
        tr("there is nothing to ask"),
        asked=source,
        found=tr("no data and no prompt"),
        mend=tr('give DATA, or --prompt "..." with --target "...", or a task file with both'),
    )


def read_space(
    source: Source, assignments: Sequence[str] | None, named: str | None, endpoint: Endpoint
) -> dict[str, object]:
    """The search space: the task file's, over a named one where asked for or where nothing else may move; flags win.

    Raises: ParameterError.
    """
    spec: dict[str, object] = {**source.file.search, **parse_assignments(assignments or [])}
    if source.bundled is not None and not is_limited(spec):
        spec["max_tokens"] = source.bundled.max_tokens
    if named is not None or not make_space(spec).knobs:
        spec = {**space_for(endpoint, named or "default"), **spec}
    return spec


def read_values(assignments: Sequence[str] | None) -> dict[str, JsonValue]:
    """One value for each parameter. Raises: ParameterError for ranges and choices as well."""
    space = make_space(parse_assignments(assignments or []))
    if space.knobs:
        name = next(iter(space.knobs))
        raise ParameterError(
            tr("'{name}' has more than one value", name=name),
            asked=f"-p {name}=...",
            mend=tr("give one value for each parameter"),
        )
    return dict(space.fixed)


def read_budget(
    source: Source, *, requests: int | None, tokens: int | None, seconds: float | None, usd: float | None
) -> dict[str, float | int | None]:
    """The limits of the flags over those of the task file."""
    file = source.file.budget
    return {
        "requests": file.requests if requests is None else requests,
        "tokens": file.tokens if tokens is None else tokens,
        "seconds": file.seconds if seconds is None else seconds,
        "usd": file.usd if usd is None else usd,
    }


def stated(limits: dict[str, float | int | None]) -> dict[str, float | int | None] | None:
    """The limits; None where nobody named one."""
    return limits if any(limit is not None for limit in limits.values()) else None


_BETWEEN = re.compile(r",(?=\s*[A-Za-z_][\w.]*=)")
"""A comma that a name and `=` follow: texts may hold commas of their own."""


def read_settings(text: str) -> dict[str, JsonValue]:
    """Settings from `NAME=VALUE,...`, a JSON object, or `@file.json`; null values are left out.

    Raises: ParameterError.
    """
    if text.startswith("@"):
        try:
            text = Path(text[1:]).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ParameterError(
                tr("cannot read the settings from {text}", text=text[1:]), found=type(error).__name__
            ) from None
    if text.lstrip().startswith("{"):
        return _from_json(text)
    space = make_space(parse_assignments(part for part in _BETWEEN.split(text) if part.strip()))
    if space.knobs:
        raise ParameterError(
            tr("'{knobs}' has more than one value", knobs=next(iter(space.knobs))),
            asked=text,
            mend=tr("give each parameter one value"),
        )
    return dict(space.fixed)


def _from_json(text: str) -> dict[str, JsonValue]:
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise ParameterError(
            tr("the settings are no JSON: {msg}", msg=error.msg), asked=text[:200], mend=tr("write a JSON object")
        ) from None
    return {name: value for name, value in values.items() if value is not None}
