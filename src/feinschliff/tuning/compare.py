"""`compare`: two settings or models, no search, the same paired verdict."""

from __future__ import annotations

from dataclasses import dataclass

from feinschliff.datasets.split import Split
from feinschliff.datasets.task import Task
from feinschliff.generation import Payer
from feinschliff.records import Settings
from feinschliff.scorers.protocol import Scorer
from feinschliff.store import Run
from feinschliff.tuning.clock import keeping_track
from feinschliff.tuning.confirm import confirm
from feinschliff.tuning.details import task_details
from feinschliff.tuning.notes import answer_warnings, outcome_warnings
from feinschliff.tuning.plan import Plan
from feinschliff.tuning.result import Result
from feinschliff.tuning.tune import check_texts, make_result

_LEAST_HELD_OUT = 10


@dataclass(frozen=True)
class Match:
    """Two settings for one task; the verdict says whether `a` is better than `b`."""

    task: Task
    a: Settings
    b: Settings
    scorer: Scorer


def check_match(match: Match) -> None:
    """Say before the first request what is wrong with the templates. Raises: TaskError."""
    for settings in (match.a, match.b):
        check_texts(settings, match.task)


def compare(match: Match, run: Run, payer: Payer) -> Result:
    """Answers of both settings on all examples (nothing is searched, so nothing needs to be held out).

    Raises: EndpointGone, RequestRefused, StoreError or Interrupted, with the run's id in `error.run`.
    """
    with keeping_track(run, payer) as clock:
        examples = tuple(sorted(match.task.examples, key=lambda e: e.id))
        parts = Split(search=(), held_out=examples, shared=len(examples) < _LEAST_HELD_OUT)
        plan = Plan(payer.budget.caps)
        measured, pairs = confirm(match.a, match.b, split=parts, plan=plan, payer=payer, scorer=match.scorer)
        answers = [answer for p in pairs for answer in (p.best, p.baseline) if answer is not None]
        warnings = [
            *outcome_warnings(measured, pairs, shared=parts.shared, budget=payer.budget),
            *answer_warnings(answers),
        ]
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
            details=task_details(match.task, payer=payer, scorer=match.scorer, pairs=pairs, best=match.a),
        )
        clock.finish(result)
    return result
