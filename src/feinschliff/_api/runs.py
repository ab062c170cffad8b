"""`tune` and `compare`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from feinschliff._api.common import (
    BudgetSpec,
    PickSpec,
    ScoreSpec,
    SpaceSpec,
    Watch,
    check_seed,
    fixed_settings,
    make_caps,
    opened,
    scorer_recipe,
    space_spec,
    task_choice,
    task_constraints,
    task_scorer,
)
from feinschliff._api.suits import check_space, check_suited, clamped
from feinschliff._api.wanted import WantedRun, asked_facts, check_report, finished, server_facts, spec
from feinschliff.build import Connection, Endpoint, complete_space, lent_choice, lent_scorer, make_baseline
from feinschliff.datasets.task import Task, check_one_system
from feinschliff.generation import Payer
from feinschliff.measure import Constraint
from feinschliff.parameters.space import Choices, Range, Space
from feinschliff.records import Settings
from feinschliff.scorers import Scorer, is_group
from feinschliff.store import Run, Store
from feinschliff.tuning import (
    DEFAULT_RULE,
    Forecast,
    Match,
    Plot,
    Result,
    check,
    check_match,
    check_rule,
    forecast_compare,
    forecast_tune,
)
from feinschliff.tuning import compare as _compare
from feinschliff.tuning import tune as _tune


def tune(
    task: Task,
    endpoint: Endpoint | None = None,
    *,
    score: ScoreSpec | None = None,
    pick: PickSpec | None = None,
    space: SpaceSpec | None = None,
    constraints: Sequence[str] | None = None,
    budget: BudgetSpec | None = None,
    baseline: Mapping[str, JsonValue] | None = None,
    prefer: str = DEFAULT_RULE,
    sampler: str = "fein",
    init_points: int | None = None,
    n_iter: int | None = None,
    seed: int = 0,
    store: Store | str | Path | None = None,
    name: str | None = None,
    fresh: bool = False,
    report: str | Path | None = None,
    watch: Watch | None = None,
) -> Result:
    """Search for better settings, confirm them on held-out examples, and say honestly what came of it.

    Args:
        task: what is asked, and what a good answer is.
        endpoint: where the model is; the embedded house model if None.
        score: the one score, 0 to 1, higher is better; `similarity` to the target if None.
        pick: with `n` in the space, what chooses among the answers to a request, never by the target: `medoid`, `vote`,
            `longest`, `shortest`, a scorer that needs no target, or a callable `f(answers, row)` that gives a position.
        space: by parameter a tuple or list of two numbers (a range), any other list (choices), or a fixed value; or
            the name of a space, `default` or `classic`.
        constraints: what answers have to hold on average, as `tokens <= 300`, `latency <= 200 ms`, `cost <= 0.002`,
            `json >= 95 %`: tokens of the completion, time, USD (needs a price), or any scorer that asks no server.
        budget: any of `requests`, `tokens`, `seconds`, `usd`: hard limits over all resumes; 800 requests if None.
        baseline: the settings in use today; else what the endpoint tells of itself.
        prefer: which of the settings that the search does not tell apart from the best is confirmed and recommended:
            `best` itself, the most `robust` one against values that are not met exactly, or the `cheapest`.
        sampler: `fein`, `gp`, `tpe`, `bayes_opt`, `random` or `grid`.
        init_points: settings that `tpe`, `bayes_opt` or `random` draws at random first; the library's number if None.
        n_iter: further settings of these three; as many as the budget pays for if None.
        seed: of the run; every answer's seed derives from it.
        store: path or URL of the store, or an open one.
        name: alias of the run.
        fresh: start a run that shares no answers with earlier ones.
        report: where the HTML page goes; beside the store if None.
        watch: callbacks for progress.

    Raises:
        InputError: something is wrong with what was asked; nothing was sent to the model.
        NotStarted: `watch.on_estimate` said no.
        RunError, Interrupted: the run failed on the way; the same call goes on where it stopped.
    """
    watch, where = watch or Watch(), endpoint or Endpoint()
    check_seed(seed)
    check_report(report)
    wanted = complete_space(task, space_spec(space, where), omit=where.omit)
    check_one_system(task.system_column, (baseline or {}).get("system"), "baseline")
    caps = make_caps(budget)
    scorer = task_scorer(task, score)
    choice = task_choice(pick, score)
    models = wanted.knobs.get("model")
    named = [wanted.fixed.get("model"), (baseline or {}).get("model")]
    searched = [str(m) for m in (models.values if isinstance(models, Choices) else named) if m is not None]
    # What can be found wrong without the endpoint is found before it is asked for anything.
    plot = Plot(
        task,
        wanted,
        guess_baseline(wanted, _given(baseline, wanted, scorer)),
        scorer,
        sampler,
        watch.on_step,
        watch.on_phase,
        choice=choice,
        init_points=init_points,
        n_iter=n_iter,
        constraints=task_constraints(task, constraints),
        prefer=check_rule(prefer),
    )
    check(plot, caps, prices=where.prices(), model=where.model_name)
    what = {
        **spec("tune", task, scorer, seed, choice=choice),
        "space": wanted.to_dict(),
        "sampler": sampler,
        **{name: n for name, n in (("init_points", init_points), ("n_iter", n_iter)) if n is not None},
        "baseline": dict(baseline or {}),
        **_constrained(plot.constraints),
        **({"prefer": prefer} if prefer != DEFAULT_RULE else {}),
    }

    def plot_of(facts: Mapping[str, Any]) -> Plot:
        given, backend = _given(baseline, wanted, scorer), facts.get("dialect", facts["backend"])
        today = make_baseline(wanted, given, told=facts["told"], backend=backend)
        recipe = scorer_recipe(task, score, scorer, pick=pick, choice=choice)
        return replace(plot, baseline=today, backend=facts["backend"], recipe=recipe)

    def forecast(link: Connection, payer: Payer, noted: dict[str, Any] | None) -> Forecast:
        return forecast_tune(plot_of(asked_facts(link, noted)), caps, payer)

    def work(link: Connection, run: Run, db: Store, started: float) -> None:
        facts = server_facts(link, run, db)
        payer = link.payer(db, run, caps=caps, seed=seed, started=started, on_answer=watch.on_answer)
        with lent_scorer(scorer, link, payer) as ready, lent_choice(choice, link, payer) as chooses:
            own = plot_of(facts)
            notes = clamped(link, [Settings(values=dict(wanted.fixed)), own.baseline], db=db)
            _tune(replace(own, scorer=ready, choice=chooses, notes=tuple(notes)), run, payer)

    def suits(link: Connection, db: Store) -> None:
        check_space(link, wanted, baseline or {}, db=db)

    job = WantedRun("tune", what, where, searched, caps, seed, name=name, fresh=fresh, suits=suits)
    with opened(store) as db:
        return finished(db, job.carry_out(db, forecast, work, watch), report)


def compare(
    task: Task,
    endpoint: Endpoint | None = None,
    *,
    a: Mapping[str, JsonValue],
    b: Mapping[str, JsonValue],
    score: ScoreSpec | None = None,
    pick: PickSpec | None = None,
    constraints: Sequence[str] | None = None,
    budget: BudgetSpec | None = None,
    seed: int = 0,
    store: Store | str | Path | None = None,
    name: str | None = None,
    fresh: bool = False,
    report: str | Path | None = None,
    watch: Watch | None = None,
) -> Result:
    """Is `a` better than `b`? The paired difference a - b on the task's examples; no search.

    In the result `settings` is `a` and `baseline_settings` is `b`; the other arguments are those of `tune`.

    Raises: as `tune`.
    """
    watch, where = watch or Watch(), endpoint or Endpoint()
    check_seed(seed)
    check_report(report)
    sides = [fixed_settings(task, values, omit=where.omit) for values in (a, b)]
    caps = make_caps(budget)
    scorer = task_scorer(task, score)
    choice = task_choice(pick, score)
    recipe = scorer_recipe(task, score, scorer, pick=pick, choice=choice)
    match = Match(task, sides[0], sides[1], scorer, recipe, choice, task_constraints(task, constraints))
    check_match(match, caps, prices=where.prices(), model=where.model_name)
    named = [str(s.values["model"]) for s in sides if s.values.get("model")]
    if len(named) == 1 and where.file is not None:
        named.insert(0, where.file.stem)  # the other side's
    what = {
        **spec("compare", task, match.scorer, seed, choice=choice),
        "a": match.a.values,
        "b": match.b.values,
        **_constrained(match.constraints),
    }

    def forecast(link: Connection, payer: Payer, noted: dict[str, Any] | None) -> Forecast:
        return forecast_compare(match, caps, payer)

    def work(link: Connection, run: Run, db: Store, started: float) -> None:
        payer = link.payer(db, run, caps=caps, seed=seed, started=started, on_answer=watch.on_answer)
        notes = tuple(check_suited(link, sides, db=db))
        with lent_scorer(scorer, link, payer) as ready, lent_choice(choice, link, payer) as chooses:
            _compare(replace(match, scorer=ready, choice=chooses, notes=notes), run, payer)

    def suits(link: Connection, db: Store) -> None:
        check_suited(link, sides, db=db)

    job = WantedRun("compare", what, where, named, caps, seed, name=name, fresh=fresh, suits=suits)
    with opened(store) as db:
        return finished(db, job.carry_out(db, forecast, work, watch), report)


def _constrained(constraints: Sequence[Constraint]) -> dict[str, Any]:
    """Only named where there are any: the ids of all other runs stay what they were."""
    return {"constraints": sorted(c.identity for c in constraints)} if constraints else {}


def _given(baseline: Mapping[str, JsonValue] | None, space: Space, scorer: Scorer) -> Mapping[str, JsonValue] | None:
    """The settings in use today as they are given; where several answers are scored together, today's are as many as
    the search begins with, since one alone has no such score."""
    knob = space.knobs.get("n")
    if knob is None or not is_group(scorer) or "n" in (baseline or {}):
        return baseline
    least = knob.low if isinstance(knob, Range) else min(float(str(value)) for value in knob.values)
    return {**(baseline or {}), "n": int(least)}


def guess_baseline(space: Space, given: Mapping[str, JsonValue] | None) -> Settings:
    return make_baseline(space, given, told={}, backend="unknown")
