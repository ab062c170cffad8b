"""What the functions of the interface share: their argument types, limits, scorers, settings."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import JsonValue

from feinschliff.build import Connection, Endpoint, complete_space, space_for
from feinschliff.choosing import Choice, make_choice
from feinschliff.datasets.task import Task, check_one_system
from feinschliff.errors import DataError, FeinschliffError, ParameterError
from feinschliff.generation import Caps, Estimate
from feinschliff.i18n import tr
from feinschliff.measure import Constraint, parse_constraints
from feinschliff.parameters.catalogue import check_settings
from feinschliff.parameters.lengths import laid_over
from feinschliff.records import Answer, Settings
from feinschliff.scorers import Scorer, make_scorer, needs_target
from feinschliff.store import Run, Store, open_store
from feinschliff.tuning import UNTOLD, ScorerRecipe, Step

_LOG = logging.getLogger(__name__)

DEFAULT_REQUESTS = 800
"""Allowed where no budget is given."""

ScoreSpec: TypeAlias = str | Mapping[str, float] | Callable[..., Any] | Scorer
"""A scorer's name, weights by name, a callable `f(answer, target, row)`, or an object with `name` and `score`."""

PickSpec: TypeAlias = str | Callable[..., Any] | Choice
"""A choice's name, a callable `f(answers, row)`, or an object with `name` and `choose`."""

SpaceSpec: TypeAlias = Mapping[str, object] | str
"""By parameter a range, choices or a fixed value; or the name of a space."""

BudgetSpec: TypeAlias = Mapping[str, float | int | None]
"""Any of `requests`, `tokens`, `seconds`, `usd`."""


@dataclass(frozen=True)
class Watch:
    """Who wants to be told while a run is under way; each is called between answers and must be quick."""

    on_estimate: Callable[[Estimate], bool] | None = None
    """What it will probably cost, before anything is sent; False ends it there with `NotStarted`."""
    on_run: Callable[[str], None] | None = None
    """The run's id, before the first request."""
    on_phase: Callable[[str, int | None], None] | None = None
    """`probe`, `search` or `confirm`, and the answers planned for the whole run."""
    on_step: Callable[[Step], None] | None = None
    """The incumbent after a round."""
    on_answer: Callable[[Answer], None] | None = None
    """Every new answer; from another thread."""
    started: float | None = None
    """`time.monotonic()` from which the run's seconds count; the call itself if None."""


def start_of(watch: Watch) -> float:
    """`time.monotonic()` from which a call's seconds count."""
    return time.monotonic() if watch.started is None else watch.started


def deadline(caps: Caps, started: float) -> float | None:
    """`time.monotonic()` at which the limit on time is reached; None without one."""
    return None if caps.seconds is None else started + caps.seconds


def check_seed(seed: int) -> None:
    """Refuse a seed that the numerical libraries cannot take. Raises: ParameterError."""
    if not 0 <= seed < 2**32:
        raise ParameterError(
            tr("the seed must be 0 to {most}, not {seed}", most=2**32 - 1, seed=seed),
            asked=f"seed {seed}",
            mend=tr("give another"),
        )


def make_caps(budget: BudgetSpec | None) -> Caps:
    """Limits from a mapping; 800 requests where nothing is limited. Raises: ParameterError."""
    if budget is not None and not isinstance(budget, Mapping):
        raise ParameterError(
            tr("a budget is a mapping, not {budget}", budget=repr(budget)), mend=tr('write {"requests": 800}')
        )
    given = {k: v for k, v in (budget or {}).items() if v is not None}
    for key, value in given.items():
        if key not in {"requests", "tokens", "seconds", "usd"}:
            raise ParameterError(
                tr("unknown limit '{key}'", key=key),
                asked=key,
                found=tr("known are ") + "requests, tokens, seconds, usd",
                mend=tr("use one of them"),
            )
        if isinstance(value, bool) or not 0 < value < math.inf:
            raise ParameterError(
                tr("the limit of {key} must be a number above 0, not {value}", key=key, value=value),
                asked=f"{key}={value}",
                mend=tr("give a number, or leave the limit out"),
            )
    if not given:
        return Caps(requests=DEFAULT_REQUESTS)
    requests, tokens = given.get("requests"), given.get("tokens")
    return Caps(
        requests=None if requests is None else int(requests),
        tokens=None if tokens is None else int(tokens),
        seconds=given.get("seconds"),
        usd=given.get("usd"),
    )


def task_scorer(task: Task, spec: ScoreSpec | None) -> Scorer:
    """The task's scorer. Raises: ScorerError; DataError where it needs a target and the task has none."""
    scorer = make_scorer("similarity" if spec is None else spec, targets=task.targets)
    if needs_target(scorer) and not task.targets:
        raise DataError(
            tr("the scorer '{name}' compares with a target, and there is none", name=scorer.name),
            asked=tr("a target"),
            found=tr("columns: {columns}", columns=", ".join(task.columns) or tr("none")),
            mend=tr(
                "give --target, or a scorer that needs none: {names}",
                names="json, length:5-10, verbatim, format, language:de, module:callable",
            ),
        )
    return scorer


def task_constraints(task: Task, texts: Sequence[str] | None) -> tuple[Constraint, ...]:
    """What has to be held. Raises: ParameterError."""
    if isinstance(texts, str):
        texts = [texts]
    return parse_constraints(list(texts or ()), targets=task.targets)


def task_choice(spec: PickSpec | None, score: ScoreSpec | None) -> Choice | None:
    """What chooses among the answers to a request. Raises: ScorerError."""
    return None if spec is None else make_choice(spec, score=score)


def scorer_recipe(
    task: Task,
    spec: ScoreSpec | None,
    scorer: Scorer,
    *,
    pick: PickSpec | None = None,
    choice: Choice | None = None,
) -> ScorerRecipe:
    """How to make this scorer, and the choice, again; with the task's targets only where it is fitted on them."""
    told = _told(spec)
    # A choice by its own name: what `medoid` compares by depends on the score.
    picked = None if choice is None else choice.name if isinstance(pick, str) and ":" not in pick else _told(pick)
    if told is None:
        return replace(UNTOLD, pick=None if picked is None else str(picked))
    try:
        fitted = make_scorer(told).name != scorer.name
    except FeinschliffError:
        fitted = True
    return ScorerRecipe(told, task.targets if fitted else (), None if picked is None else str(picked))


def _told(spec: ScoreSpec | PickSpec | None) -> JsonValue:
    """A scorer's spec as JSON; a function by its module and name. None for what has no such place."""
    if spec is None or isinstance(spec, str):
        return spec or "similarity"
    if isinstance(spec, Mapping):
        return dict(spec)
    module, name = getattr(spec, "__module__", None), getattr(spec, "__qualname__", None)
    return f"{module}:{name}" if module not in {None, "__main__"} and name and "<" not in name else None


def space_spec(space: SpaceSpec | None, endpoint: Endpoint) -> dict[str, object]:
    if space is None or isinstance(space, str):
        return space_for(endpoint, space or "default")
    return dict(space)


def fixed_settings(task: Task, values: Mapping[str, JsonValue], *, omit: Collection[str] = ()) -> Settings:
    """The task's own texts, and these values over them. Raises: ParameterError; TaskError for two system texts."""
    check_one_system(task.system_column, values.get("system"), "system")
    checked = check_settings(values)
    space = complete_space(task, {}, omit=omit)
    return Settings(values=laid_over(space.fixed, checked))


def where(link: Connection) -> dict[str, Any]:
    model = {"model": link.model, "digest": link.digests.get(link.model)}
    # Only named where it is so: the ids of all other runs stay what they were.
    files = {"files": link.digests} if link.config.embedded and len(link.digests) > 1 else {}
    streamed = {"stream": True} if link.config.stream else {}
    return {"endpoint": link.endpoint.identity, **model, **files, **streamed}


@contextmanager
def opened(store: Store | str | Path | None) -> Iterator[Store]:
    """A store for the time of a call; one that the caller has opened stays open."""
    if isinstance(store, Store):
        yield store
        return
    with open_store(None if store is None else str(store)) as opened:
        yield opened


def tell(watch: Watch, run: Run) -> None:
    """Say which run it is, before its first request."""
    _LOG.info("run %s", run.id)
    if watch.on_run is not None:
        watch.on_run(run.id)
