"""`compare`: two settings or models, no search, the same paired verdict."""

from __future__ import annotations

from dataclasses import dataclass

from feinschliff.choosing import Choice
from feinschliff.datasets.split import FEWEST_TO_SPLIT, Split
from feinschliff.datasets.task import Task
from feinschliff.generation import (
    Caps,
    Payer,
    Prices,
    estimate_prompt_tokens,
    most_prompt_tokens,
    render_messages,
)
from feinschliff.measure import Constraint, answers_each, constraints_held
from feinschliff.parameters.lengths import LIMITS, most_tokens
from feinschliff.records import Settings
from feinschliff.scorers.protocol import Scorer, scorer_notes, scoring_costs
from feinschliff.store import Run
from feinschliff.tuning.clock import keeping_track
from feinschliff.tuning.confirm import confirm, least_confirmation
from feinschliff.tuning.details import task_details
from feinschliff.tuning.kept import UNTOLD, ScorerRecipe, keep
from feinschliff.tuning.notes import answer_warnings, outcome_warnings
from feinschliff.tuning.plan import Cost, Plan, check_budget
from feinschliff.tuning.plot import check_texts
from feinschliff.tuning.result import Result
from feinschliff.tuning.several import check_several
from feinschliff.tuning.tune import make_result


@dataclass(frozen=True)
class Match:
    """Two settings for one task; the verdict says whether `a` is better than `b`."""

    task: Task
    a: Settings
    b: Settings
    scorer: Scorer
    recipe: ScorerRecipe = UNTOLD
    """How the scorer can be made again for a later check."""
    choice: Choice | None = None
    """Among the answers to a request, where a side asks for several."""
    constraints: tuple[Constraint, ...] = ()
    """What both sides have to hold, on average over their answers."""
    notes: tuple[str, ...] = ()
    """What is to be told of the settings beside the verdict: those that the endpoint ignores."""

    @property
    def answers_each(self) -> int:
        """Answers that one pair takes."""
        return answers_each(self.a) + answers_each(self.b)


def check_match(match: Match, caps: Caps, *, prices: Prices | None = None, model: str | None = None) -> None:
    """Say before the first request what cannot work. Raises: TaskError, BudgetError."""
    for settings in (match.a, match.b):
        check_texts(settings, match.task)
    plan = make_match_plan(match, caps, prices=prices, model=model)
    check_several([answers_each(side) for side in (match.a, match.b)], scorer=match.scorer, choice=match.choice)
    each = match.answers_each
    least = min(least_confirmation(everything(match), each=each), each * len(match.task.examples))
    check_budget(plan, least_answers=least, searches=False)


def compare(match: Match, run: Run, payer: Payer) -> Result:
    """Answers of both settings on all examples that the budget reaches for: nothing is searched, nothing held out.

    Raises: EndpointGone, RequestRefused, StoreError or Interrupted, with the run's id in `error.run`.
    """
    with keeping_track(run, payer) as clock:
        parts = everything(match)
        plan = make_match_plan(match, payer.budget.caps, prices=payer.budget.prices, model=payer.model)
        measured, pairs = confirm(
            match.a, match.b, split=parts, plan=plan, payer=payer, scorer=match.scorer, choice=match.choice
        )
        answers = [answer for p in pairs for answer in (*p.best_answers, *p.baseline_answers)]
        warnings = [
            *match.notes,
            *outcome_warnings(measured, pairs, split=parts, budget=payer.budget),
            *answer_warnings(answers),
            *scorer_notes(match.scorer, match.task.examples),
        ]
        details = task_details(
            match.task,
            split=parts,
            payer=payer,
            scorer=match.scorer,
            choice=match.choice,
            pairs=pairs,
            best=match.a,
            baseline=match.b,
        )
        details["check"] = keep(pairs, best=match.a, baseline=match.b, payer=payer, recipe=match.recipe)
        sides = (match.a, match.b)
        held = constraints_held(match.constraints, pairs, sides, unit=measured.unit, payer=payer)
        clock.note()
        result = make_result(
            run,
            winner=match.a,
            baseline=match.b,
            names=list(dict.fromkeys([*match.a.values, *match.b.values])),
            measured=measured,
            knobs={},
            payer=payer,
            warnings=warnings,
            details=details,
            held=held,
        )
        clock.finish(result)
    return result


def make_match_plan(match: Match, caps: Caps, *, prices: Prices | None, model: str | None) -> Plan:
    """The comparison's plan under these limits; `model` is asked where a side names none."""
    models = [str(side.values.get("model") or model or "") or None for side in (match.a, match.b)]
    costs = scoring_costs(match.scorer) or scoring_costs(match.choice)
    return Plan(caps, first=_first_cost(match), prices=prices, models=models, scoring_costs=costs)


def everything(match: Match) -> Split:
    examples = match.task.examples
    return Split(search=(), held_out=examples, shared=len(examples) < FEWEST_TO_SPLIT)


def _first_cost(match: Match) -> Cost:
    prompts = [render_messages(e, s) for e in match.task.examples[:50] for s in (match.a, match.b)]
    most = most_tokens(*(s.values.get(name) for s in (match.a, match.b) for name in LIMITS))
    prompt = max(estimate_prompt_tokens(p) for p in prompts)
    return Cost(prompt, most // 2, (max(most_prompt_tokens(p) for p in prompts), most))
