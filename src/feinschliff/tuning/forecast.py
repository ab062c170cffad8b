"""How many answers a run will take, and which of them are known before it has begun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from feinschliff.datasets.split import split
from feinschliff.datasets.task import Task
from feinschliff.generation import Ask, Caps, Payer
from feinschliff.i18n.stored import stored
from feinschliff.measure import draws
from feinschliff.scorers.protocol import scoring_costs
from feinschliff.text.tokens import estimate_tokens
from feinschliff.tuning.compare import Match, everything, make_match_plan
from feinschliff.tuning.confirm import confirmation_units
from feinschliff.tuning.opening import block_size, first_state, opening, opening_asks
from feinschliff.tuning.plan import check_budget
from feinschliff.tuning.plot import Plot, check_prices, least_answers, make_plan, models_of, pair_answers
from feinschliff.tuning.several import usual_number
from feinschliff.tuning.tune import units_of


@dataclass(frozen=True)
class Forecast:
    """What a run will ask, as far as it can be told."""

    answers: int
    """All that it plans, those in the store included."""
    known: Sequence[Ask]
    """Answers that it wants in any case: they may be in the store, and their prompts show what one costs."""
    models: Sequence[str]
    """Among which the others are shared out."""
    answer_tokens: float | None
    """Length of an answer by the targets; None without targets."""
    scoring_costs: bool = False
    """True where the score asks a server as well."""
    notes: Sequence[str] = ()
    """What else is to be known of the run before it begins."""


def forecast_tune(plot: Plot, caps: Caps, payer: Payer) -> Forecast:
    """The planned answers; the search may end earlier, where nothing promises any gain.

    Raises: BudgetError for limits that are too small for this model's price, or that need a price where none is known.
    """
    parts = split(plot.task.examples)
    check_prices(plot.constraints, payer.budget.prices, models_of(plot, payer.model))
    plan = make_plan(plot, parts, caps, prices=payer.budget.prices, model=payer.model)
    check_budget(plan, least_answers=least_answers(plot, parts))
    units = units_of(parts, payer.seed, plan.search_answers // usual_number(plot.space))
    sampler = plot.make_sampler(seed=payer.seed)
    block = block_size(sampler, plan.search_answers // usual_number(plot.space), len(units))
    state = first_state(plot, plot.space, units, payer)
    wanted = opening_asks(state, opening(sampler, state, plot.baseline, block=block, room=plan.room()), block=block)
    pairs = confirmation_units(parts, plan.room_to_confirm() - plan.search_answers, each=pair_answers(plot))
    wanted += [Ask(example, plot.baseline, repeat) for example, repeat in pairs]
    known = [ask for unit in wanted for ask in draws(unit)]
    models = [model for model in models_of(plot, payer.model) if model is not None]
    costs = scoring_costs(plot.scorer) or scoring_costs(plot.choice)
    return Forecast(plan.answers_planned, known, models, target_tokens(plot.task), costs, _notes(plot))


def forecast_compare(match: Match, caps: Caps, payer: Payer) -> Forecast:
    """All answers: a comparison knows them beforehand.

    Raises: BudgetError as `forecast_tune`.
    """
    check_prices(match.constraints, payer.budget.prices, [payer.model_of(side) for side in (match.a, match.b)])
    plan = make_match_plan(match, caps, prices=payer.budget.prices, model=payer.model)
    units = confirmation_units(everything(match), plan.room_to_confirm(), each=match.answers_each)
    wanted = [Ask(example, side, repeat) for example, repeat in units for side in (match.a, match.b)]
    known = [ask for unit in wanted for ask in draws(unit)]
    models = list(dict.fromkeys(payer.model_of(side) for side in (match.a, match.b)))
    costs = scoring_costs(match.scorer) or scoring_costs(match.choice)
    return Forecast(len(known), known, models, target_tokens(match.task), costs)


def _notes(plot: Plot) -> list[str]:
    return {
        "best": [],
        "robust": [stored("Confirmed is the most robust of the settings that the search does not tell apart.")],
        "cheapest": [stored("Confirmed is the cheapest of the settings that the search does not tell apart.")],
    }[plot.prefer]


def target_tokens(task: Task) -> float | None:
    """Mean length of the targets, by estimate."""
    sizes = [estimate_tokens(target) for target in task.targets]
    return sum(sizes) / len(sizes) if sizes else None
