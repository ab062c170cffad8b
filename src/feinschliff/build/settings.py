"""The space as it is really searched, and the settings of today."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from pydantic import JsonValue

from feinschliff.datasets.task import Task, check_one_system
from feinschliff.errors import TaskError
from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import CATALOGUE, check_settings
from feinschliff.parameters.lengths import LIMITS, is_limited, laid_over
from feinschliff.parameters.space import Choices, Space, make_space
from feinschliff.parameters.wire import DEFAULT_MAX_TOKENS
from feinschliff.records import Example, Settings


def complete_space(task: Task, wanted: Mapping[str, object], *, omit: Collection[str] = ()) -> Space:
    """The space with the task's own system text and prompt, and a limit on the answer's length, as fixed values.

    Raises: ParameterError for what cannot be searched, TaskError where nothing is asked, or with two system texts.
    """
    own = task.settings().values
    space = make_space({**own, **wanted})
    searched = space.knobs.get("system")
    check_one_system(task.system_column, space.fixed.get("system") if searched is None else searched, "system")
    instead = own.get("prompt") if "prompt" in space.when else True
    has_prompt = ("prompt" in space.knobs or space.fixed.get("prompt")) and instead
    if not has_prompt and not all(_has_turns(example) for example in task.examples):
        raise TaskError(
            tr("there is no prompt"),
            asked=tr("a prompt, or a column 'messages'"),
            found=tr("columns: {columns}", columns=", ".join(task.columns) or tr("none")),
            mend=tr('give --prompt "... {{ column }} ..."'),
        )
    fixed = dict(space.fixed)
    # Where the conditions of a text do not hold, the task's own is used; where those of a limit do not, the usual one.
    otherwise = {name: value for name, value in own.items() if name in space.when and value is not None}
    if not is_limited([*space.moving, *space.fixed, *omit]):
        fixed.setdefault("max_tokens", DEFAULT_MAX_TOKENS)
    elif not is_limited(name for name in (*space.knobs, *space.fixed, *omit) if name not in space.when):
        otherwise |= {name: DEFAULT_MAX_TOKENS for name in LIMITS if name in space.when}
    return replace(space, fixed=fixed, otherwise=otherwise)


def _has_turns(example: Example) -> bool:
    return any(turn.role != "system" for turn in example.messages)


def make_baseline(
    space: Space, given: Mapping[str, JsonValue] | None, *, told: Mapping[str, JsonValue], backend: str
) -> Settings:
    """The settings in use today, for all that is searched or fixed; None for what nobody knows.

    In the order of trust: what the user gives, the run's fixed values, what the endpoint tells of itself, the
    backend's default in the catalogue; texts and models start with the first choice. What is not in force there is
    only in them where the user gives it.

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
    today = check_settings(given or {})
    return Settings(values={**space.in_force(laid_over(values, today)).values, **today})
