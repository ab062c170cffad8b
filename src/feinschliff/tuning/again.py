"""`check`: does a run's verdict still hold? Its confirmation asked again, against what it scored then."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from feinschliff.choosing import Choice
from feinschliff.datasets.task import Task
from feinschliff.errors import InputError
from feinschliff.generation import Ask, Caps, Payer
from feinschliff.i18n import tr
from feinschliff.measure import Pair, draws, held_out, measure_pairs
from feinschliff.measure.drift import LEAST_CHANGED, Sides, find_drift
from feinschliff.measure.scoring import example_fingerprint
from feinschliff.scorers.protocol import Scorer, scoring_costs
from feinschliff.store import Run
from feinschliff.tuning.checked import Asked, document
from feinschliff.tuning.clock import keeping_track
from feinschliff.tuning.compare import Match, make_match_plan
from feinschliff.tuning.costs import run_costs
from feinschliff.tuning.forecast import Forecast, target_tokens
from feinschliff.tuning.kept import Kept
from feinschliff.tuning.plan import Plan, check_budget, planned_share


@dataclass(frozen=True)
class Recheck:
    """What is asked again, of which run."""

    of: Run
    kept: Kept
    scorer: Scorer
    choice: Choice | None = None

    @property
    def unit(self) -> Literal["examples", "repeats"]:
        """What the verdict was counted over."""
        assert self.of.result is not None
        return "repeats" if self.of.result["held_out"]["unit"] == "repeats" else "examples"

    @property
    def match(self) -> Match:
        """Both settings, on the examples that were held out."""
        task = Task(examples=self.kept.examples)
        return Match(task, self.kept.best, self.kept.baseline, self.scorer, choice=self.choice)

    @property
    def costs(self) -> bool:
        """Whether the score or the choice asks a server as well."""
        return scoring_costs(self.scorer) or scoring_costs(self.choice)

    def caps(self) -> Caps:
        """The limits where none are given: enough for all that the confirmation asked."""
        share = planned_share(scoring_costs=self.costs)
        return Caps(requests=math.ceil(self.match.answers_each * len(self.kept.units) / share))

    def plan(self, payer: Payer) -> Plan:
        """The plan under the payer's limits."""
        return make_match_plan(self.match, payer.budget.caps, prices=payer.budget.prices, model=payer.model)

    def within(self, plan: Plan) -> Kept:
        """What the plan has room for. Raises: BudgetError where that is too little to tell anything."""
        whole = self.unit == "repeats"
        least = LEAST_CHANGED * (len(self.kept.examples) if whole else 1)
        each = self.match.answers_each
        check_budget(plan, least_answers=each * min(least, len(self.kept.units)), searches=False)
        return self.kept.first(plan.room_to_confirm() // each, whole_repeats=whole)

    def forecast(self, payer: Payer) -> Forecast:
        """All that will be asked. Raises: BudgetError."""
        part = self.within(self.plan(payer))
        units = [Ask(example, side, repeat) for example, repeat in part.units for side in (part.best, part.baseline)]
        asks = [ask for unit in units for ask in draws(unit)]
        models = list(dict.fromkeys(payer.model_of(side) for side in (part.best, part.baseline)))
        answers = len({(ask.example.id, ask.repeat, ask.settings.canonical()) for ask in asks})
        return Forecast(answers, asks, models, target_tokens(self.match.task), self.costs)

    def scores_then(self, part: Kept, payer: Payer) -> list[Sides]:
        """What the store keeps of then, by unit. Raises: InputError where it is gone."""
        if part.scores is not None:
            told = zip(part.units, part.scores, strict=True)
            return [Sides(example.id, repeat, *scores) for (example, repeat), scores in told]
        scores = payer.store.get_scores(self.scorer.name, [key for keys in part.keys for key in keys])
        rows = []
        for (example, repeat), keys in zip(part.units, part.keys, strict=True):
            found = [scores.get((key, example_fingerprint(example))) for key in keys]
            if found[0] is None or found[1] is None:
                raise InputError(
                    tr("the store no longer has the scores of run {run}", run=self.of.id),
                    asked=self.of.id,
                    mend=tr("tune again: without them there is nothing to compare with"),
                )
            rows.append(Sides(example.id, repeat, found[0].value, found[1].value))
        return rows


def recheck(what: Recheck, run: Run, payer: Payer, *, server: Mapping[str, Any]) -> dict[str, Any]:
    """Ask again, and say whether anything has changed: the document of `fein check --json`.

    `server`: what is known of it, `then` and `now`, before the first answer.

    Raises: EndpointGone, RequestRefused, StoreError or Interrupted, with the run's id in `error.run`.
    """
    with keeping_track(run, payer) as clock:
        part = what.within(what.plan(payer))
        then = what.scores_then(part, payer)
        pairs = measure_pairs(part.units, part.best, part.baseline, payer=payer, scorer=what.scorer, choice=what.choice)
        whole = [i for i, p in enumerate(pairs) if p.best is not None and p.baseline is not None]
        better = (what.of.result or {})["verdict"] == "better"
        drift = find_drift([then[i] for i in whole], [_sides(pairs[i]) for i in whole], unit=what.unit, better=better)
        measured = held_out([pairs[i] for i in whole], unit=what.unit)
        asked = Asked([pairs[i] for i in whole], [part.keys[i] for i in whole], len(what.kept.units))
        made = document(what.of, run, asked, drift, measured, payer=payer, server=server)
        clock.note()
        costs = run_costs(run, payer)
        made |= {"spent": costs.spent, "warnings": [*made["warnings"], *costs.warnings]}
        clock.note(status="done", budget=payer.budget.caps.to_dict(), result=made)
    return made


def _sides(pair: Pair) -> Sides:
    best, baseline = (None if score is None else score.value for score in (pair.best_score, pair.baseline_score))
    return Sides(pair.example.id, pair.repeat, best, baseline)
