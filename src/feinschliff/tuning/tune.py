"""`tune`: from a task and an endpoint to a verdict."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import JsonValue

from feinschliff.datasets.split import Split, split
from feinschliff.generation import Payer
from feinschliff.measure import SEVERAL, Held, HeldOut, answers_each, constraints_held, follows
from feinschliff.parameters.catalogue import parameter
from feinschliff.parameters.space import Space
from feinschliff.probing import requests_for
from feinschliff.records import Settings
from feinschliff.scorers.protocol import scorer_notes
from feinschliff.store import Run
from feinschliff.tuning.by_model import fitted, left_behind, probe_models
from feinschliff.tuning.clock import Clock, keeping_track
from feinschliff.tuning.confirm import confirm, search_limit
from feinschliff.tuning.costs import run_costs
from feinschliff.tuning.details import run_details
from feinschliff.tuning.feasible import Feasible
from feinschliff.tuning.kept import keep
from feinschliff.tuning.narrow import narrowed, narrowed_names
from feinschliff.tuning.notes import (
    answer_warnings,
    constraint_warnings,
    knob_warnings,
    outcome_warnings,
    untold_warnings,
)
from feinschliff.tuning.opening import block_size, first_state, opening
from feinschliff.tuning.pareto import front_points
from feinschliff.tuning.plan import Plan
from feinschliff.tuning.plot import Plot, make_plan, nothing_honoured
from feinschliff.tuning.preferred import prefer
from feinschliff.tuning.result import Result
from feinschliff.tuning.samplers import untried
from feinschliff.tuning.search import Search, Step
from feinschliff.tuning.several import usual_number
from feinschliff.tuning.state import State, Unit


def tune(plot: Plot, run: Run, payer: Payer) -> Result:
    """Search, confirm, and say honestly what came of it. Resumes by asking the same again: the store has the answers.

    Raises: RunError where the endpoint honours none of the searched knobs (ParameterError where nothing was asked to
    find out), EndpointGone, RequestRefused, StoreError or Interrupted, with the run's id in `error.run`; what was paid
    for is kept.
    """
    with keeping_track(run, payer) as clock:
        result = _tune(plot, run, payer, clock)
        clock.finish(result)
    return result


def _tune(plot: Plot, run: Run, payer: Payer, clock: Clock) -> Result:
    parts = split(plot.task.examples)
    plan = make_plan(plot, parts, payer.budget.caps, prices=payer.budget.prices, model=payer.model)
    payer.budget.limit = search_limit(payer.budget.caps)
    _phase(plot, "probe", plan.answers_planned)
    dialect = payer.endpoint.dialect(payer.model)
    space, notes = fitted(plot.space, payer)
    plot = replace(plot, space=space, baseline=space.in_force(plot.baseline.values) if notes else plot.baseline)
    probed = probe_models(plot.space, payer, most=requests_for(plan.answers_planned))
    plan.use_probe(probed.answers)
    found, knobs = probed.findings, probed.statuses
    plot = without_refused(plot, knobs)
    deaf = [name for name, status in knobs.items() if status in ("inert", "rejected")]
    left = plot.space.without(deaf)
    space, lost = narrowed(left, found, dialect=dialect)
    if not space.knobs:
        raise nothing_honoured(list(plot.space.knobs), dialect, paid=payer.budget.requests > 0)
    units = units_of(parts, payer.seed, plan.search_answers // usual_number(plot.space))
    state = first_state(plot, space, units, payer)
    search = _search(plot, payer, state, plan, clock)
    _phase(plot, "search", plan.answers_planned)
    search.run(opening(search.sampler, state, plot.baseline, block=search.block, room=plan.room()))
    payer.budget.limit = payer.budget.caps
    best = prefer(state, plot.prefer, seed=payer.seed)
    winner = plot.baseline if best is None else best.settings
    _phase(plot, "confirm", plan.answers_planned)
    measured, pairs = confirm(
        winner, plot.baseline, split=parts, plan=plan, payer=payer, scorer=plot.scorer, choice=plot.choice
    )
    warnings = [
        *plot.notes,
        *notes,
        *knob_warnings(knobs, dialect, searched=plot.space.knobs, narrowed=narrowed_names(left, found)),
        *untold_warnings(knobs, found, searched=space.knobs),
        *left_behind(plot.space, left, deaf),
        *lost,
        *untried(search.sampler, state),
        *outcome_warnings(measured, pairs, split=parts, budget=payer.budget),
        *answer_warnings([*search.answers, *(a for p in pairs for a in (*p.best_answers, *p.baseline_answers))]),
        *scorer_notes(plot.scorer, plot.task.examples),
    ]
    details = run_details(
        task=plot.task,
        payer=payer,
        scorer=plot.scorer,
        choice=plot.choice,
        sampler=plot.sampler,
        split=parts,
        search=search,
        winner=winner,
        baseline=plot.baseline,
        pairs=pairs,
    )
    held = constraints_held(
        plot.constraints,
        pairs,
        (winner, plot.baseline),
        unit=measured.unit,
        payer=payer,
        chances=None if best is None else [float(p) for p in Feasible(state, seed=payer.seed).chances([winner])[0]],
    )
    details["probe"] = {name: finding.to_dict() for name, finding in found.items()}
    details["check"] = keep(pairs, best=winner, baseline=plot.baseline, payer=payer, recipe=plot.recipe)
    clock.note()
    return make_result(
        run,
        winner=winner,
        baseline=plot.baseline,
        names=_shown(space, plot.space),
        conditional=plot.space.when,
        measured=measured,
        knobs=knobs,
        payer=payer,
        warnings=[*constraint_warnings(held), *warnings],
        details=details,
        held=held,
        recommendation=None if best is None else best.facts,
    )


def make_result(
    run: Run,
    *,
    winner: Settings,
    baseline: Settings,
    names: Sequence[str],
    measured: HeldOut,
    knobs: Mapping[str, str],
    payer: Payer,
    warnings: list[str],
    details: dict[str, Any],
    held: Sequence[Held] = (),
    recommendation: dict[str, Any] | None = None,
    conditional: Collection[str] = (),
) -> Result:
    """The outcome; the recommendation is the winner only where it is better, or where today's settings break a
    constraint that it does not break.

    `conditional`: parameters that are told of only where they are in force.
    """
    best, today = (
        {name: _of(s, name) for name in names if name in s.values or name not in conditional}
        for s in (winner, baseline)
    )
    costs = run_costs(run, payer)
    return Result(
        run=run.id,
        name=run.name,
        verdict=measured.verdict,
        settings=best,
        baseline_settings=today,
        recommended=best if follows(held, measured.verdict) else today,
        recommendation=recommendation,
        held_out=measured,
        knobs=dict(knobs),
        spent=costs.spent,
        warnings=[*warnings, *costs.warnings],
        constraints=[one.to_dict() for one in held],
        pareto=front_points(details.get("pareto")),
        details={**details, "models": costs.models},
    )


def _of(settings: Settings, name: str) -> JsonValue:
    """A setting's value; how often we ask is always known."""
    return answers_each(settings) if name == SEVERAL else settings.values.get(name)


def _search(plot: Plot, payer: Payer, state: State, plan: Plan, clock: Clock) -> Search:
    def on_round(step: Step) -> None:
        clock.note()
        if plot.on_step is not None:
            plot.on_step(step)

    sampler = plot.make_sampler(seed=payer.seed)
    return Search(
        state=state,
        sampler=sampler,
        plan=plan,
        payer=payer,
        scorer=plot.scorer,
        choice=plot.choice,
        block=block_size(sampler, plan.search_answers // usual_number(plot.space), len(state.units)),
        seed=payer.seed,
        on_round=on_round,
        gauges=plot.gauges(),
    )


def without_refused(plot: Plot, knobs: Mapping[str, str]) -> Plot:
    """The plot with a baseline that sends none of the searched knobs that the endpoint refuses."""
    refused = {name for name, status in knobs.items() if status == "rejected" and name in plot.space.knobs}
    kept = {name: value for name, value in plot.baseline.values.items() if name not in refused}
    return replace(plot, baseline=Settings(values=kept)) if refused else plot


def units_of(parts: Split, seed: int, answers: int) -> list[Unit]:
    """The common order in which every setting walks: all examples shuffled, then all again for the next repeat."""
    examples = sorted(parts.search, key=lambda e: e.id)
    random.Random(f"units/{seed}").shuffle(examples)
    most = max(len(examples), min(60, answers // 6))
    repeats = -(-most // len(examples))
    return [(example, repeat) for repeat in range(repeats) for example in examples]


def _shown(space: Space, asked: Space) -> list[str]:
    """Names in the result: all that was searched or fixed, without inert knobs and without what is only asked back."""
    names = [*space.knobs, *(n for n in asked.fixed if n not in {"logprobs", "top_logprobs"})]
    return sorted(names, key=lambda n: (parameter(n).role == "task", names.index(n)))


def _phase(plot: Plot, name: str, planned: int | None) -> None:
    if plot.on_phase is not None:
        plot.on_phase(name, planned)
