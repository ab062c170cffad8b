"""The space as it is really searched, and the settings of today."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic import JsonValue

from feinschliff.datasets.task import Task, check_one_system
from feinschliff.errors import TaskError
from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import CATALOGUE, check_settings
from feinschliff.parameters.lengths import is_limited, laid_over
from feinschliff.parameters.space import Choices, Space, make_space
from feinschliff.parameters.wire import DEFAULT_MAX_TOKENS
from feinschliff.records import Example, Settings


def complete_space(task: Task, wanted: Mapping[str, object], *, omit: Collection[str] = ()) -> Space:
    """The space with the task's own system text and prompt, and a limit on the answer's length, as fixed values.

    Raises: ParameterError for what cannot be searched, TaskError where nothing is asked, or with two system texts.
    """
    space = make_space({**task.settings().values, **wanted})
    searched = space.knobs.get("system")
    check_one_system(task.system_column, space.fixed.get("system") if searched is None else searched, "system")
    has_prompt = "prompt" in space.knobs or space.fixed.get("prompt")
    if not has_prompt and not all(_has_turns(example) for example in task.examples):
        raise TaskError(
            tr("there is no prompt"),
            asked=tr("a prompt, or a column 'messages'"),
            found=tr("columns: {columns}", columns=", ".join(task.columns) or tr("none")),
            mend=tr('give --prompt "... {{ column }} ..."'),
        )
    fixed = dict(space.fixed)
    if not is_limited([*space.knobs, *space.fixed, *omit]):
        fixed.setdefault("max_tokens", DEFAULT_MAX_TOKENS)
    return Space(space.knobs, fixed)


def _has_turns(example: Example) -> bool:
    return any(turn.role != "system" for turn in example.messages)


def make_baseline(
    space: Space, given: Mapping[str, JsonValue] | None, *, told: Mapping[str, JsonValue], backend: str
) -> Settings:
    """The settings in use today, for all that is searched or fixed; None for what nobody knows.

    In the order of trust: what the user gives, the run's fixed values, what the endpoint tells of itself, the
    backend's default in the catalogue; texts and models start with the first choice.

    Raises: ParameterError for a wrong name or value in `given`.
    """
    values: dict[str, JsonValue] = {}
    for name, knob in space.knobs.items():
        if isinstance(knob, Choices) and name in CATALOGUE and CATALOGUE[name].role == "task":
            values[name] = knob.values[0]
        elif name == "max_tokens":
            values[name] = DEFAULT_MAX_TOKENS
        elif name == "n":
            values[name] = 1
        else:
            row = CATALOGUE.get(name)
            values[name] = told.get(name, None if row is None else row.defaults.get(backend))
    values |= dict(space.fixed)
    return Settings(values=laid_over(values, check_settings(given or {})))
