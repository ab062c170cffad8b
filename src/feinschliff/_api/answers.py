"""`generate` and `generate_file`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from feinschliff._api.answer_file import answer_file
from feinschliff._api.common import (
    BudgetSpec,
    PickSpec,
    Watch,
    check_seed,
    deadline,
    fixed_settings,
    make_caps,
    opened,
    start_of,
    tell,
    where,
)
from feinschliff._api.estimates import ask_first, estimate_run
from feinschliff._api.outfile import check_out_file, replaced, write_out_file
from feinschliff._api.picks import alone, picked
from feinschliff._api.suits import check_suited
from feinschliff.build import Connection, Endpoint, connect
from feinschliff.choosing import Choice, make_choice
from feinschliff.datasets.task import Task
from feinschliff.datasets.write import check_output
from feinschliff.errors import ParameterError, RunError
from feinschliff.generation import Ask, Caps, Estimate
from feinschliff.generation import generate as _generate
from feinschliff.i18n import tr, trn
from feinschliff.measure import SEVERAL, answers_each, speed
from feinschliff.parameters.catalogue import check_settings
from feinschliff.records import Answer, Example, Settings
from feinschliff.report import keep_files
from feinschliff.store import Spent, Store, find_run, get_run, run_lock, start_run
from feinschliff.tuning import Forecast, check_texts, keeping_track, nothing_to_choose, spent_document, target_tokens

_CHUNK = 5000
"""Requests prepared at a time."""


def generate(
    task: Task,
    endpoint: Endpoint | None = None,
    *,
    settings: Mapping[str, JsonValue] | None = None,
    n: int = 1,
    budget: BudgetSpec | None = None,
    seed: int = 0,
    store: Store | str | Path | None = None,
    watch: Watch | None = None,
) -> list[Answer]:
    """`n` answers to every example, in the order of the examples, the repeats of one example together.

    Without `budget` there is no limit. Answers that are in the store cost nothing.

    Raises: as `tune`; RunError where the budget ends before the last answer.
    """
    job = make_job(task, endpoint, settings, n, seed)
    watch = watch or Watch()
    caps, started = make_caps(budget) if budget else Caps(), start_of(watch)
    with opened(store) as db, job.connect(until=deadline(caps, started)) as link:
        check_suited(link, [job.settings], db=db)
        return job.run(link, db, caps, watch, started)


def generate_file(
    task: Task,
    endpoint: Endpoint | None = None,
    *,
    out: Path,
    settings: Mapping[str, JsonValue] | None = None,
    n: int = 1,
    pick: PickSpec | None = None,
    budget: BudgetSpec | None = None,
    seed: int = 0,
    store: Store | str | Path | None = None,
    watch: Watch | None = None,
) -> dict[str, Any]:
    """As `generate`, into a CSV, JSONL or Parquet file: the task's rows with a column `answer`; `repeat` where `n` > 1.

    With `pick` (see `tune`) one of the `n` answers to each row is chosen, and the others are left out.

    A file that an earlier run of the same wrote is written again; what that run paid for is not paid twice.

    Raises: as `generate`; OutputError where `out` exists and comes from something else; RunError where not one answer
    came, once the file is written.
    """
    check_output(out)
    job = make_job(task, endpoint, settings, n, seed, pick=pick)
    watch = watch or Watch()
    caps, started = make_caps(budget) if budget else Caps(), start_of(watch)
    with opened(store) as db, job.connect(until=deadline(caps, started)) as link:
        warnings = check_suited(link, [job.settings], db=db)
        spec = job.spec(link)
        check_out_file(db, spec, out)
        answers = job.run(link, db, caps, watch, started)
        shown = answers if job.choice is None else picked(task.examples, answers, job.choice, settings=job.settings)
        made = answer_file(task.columns, job.matched(shown), repeats=job.n > 1 and job.choice is None)
        failures = [answer.failure for answer in answers if answer.failure is not None]
        run = start_run(db, spec, kind="generate")
        spent = db.spent(run.id)
        write_out_file(db, run.id, out, made.rows, columns=made.columns)
        if failures and len(failures) == len(answers):
            raise _no_answer(job, failures, out).of_run(run.id)
        return {
            "run": run.id,
            "out": str(out),
            "rows": len(task.examples),
            "answers": len(answers) - len(failures),
            "failed": len(failures),
            "first_failure": next(iter(failures), None),
            "flags": dict(Counter(flag for answer in answers for flag in answer.flags)),
            "speed": speed(answers),
            "spent": spent_document(spent, link.prices, get_run(db, run.id).seconds),
            "warnings": [*warnings, *replaced(task.columns, made.added)],
        }


def _no_answer(job: Job, failures: Sequence[str], out: Path) -> RunError:
    return RunError(
        trn(
            "0 answers to {n} row, {failed} failed",
            "0 answers to {n} rows, {failed} failed",
            len(job.task.examples),
            failed=len(failures),
        ),
        found=failures[0],
        mend=tr("correct what the endpoint complains of; {out} says of each row why it failed", out=out),
    )


def make_job(
    task: Task,
    endpoint: Endpoint | None,
    settings: Mapping[str, JsonValue] | None,
    n: int,
    seed: int,
    *,
    pick: PickSpec | None = None,
) -> Job:
    """A job, checked; `n` may stand among the settings as well. Raises: ParameterError, ScorerError."""
    check_seed(seed)
    values = dict(settings or {})
    among = values.pop(SEVERAL, None)
    if among is not None:
        named = answers_each(Settings(values=check_settings({SEVERAL: among})))
        if n not in (1, named):
            raise ParameterError(
                tr("'{name}' is given twice", name=SEVERAL), asked=f"n={named}, -n {n}", mend=tr("give it once")
            )
        n = named
    if n < 1:
        raise ParameterError(
            tr("n must be at least 1, not {n}", n=n), asked=f"n={n}", mend=tr("ask for one answer or more")
        )
    where = endpoint or Endpoint()
    choice = None if pick is None else alone(make_choice(pick))
    if choice is not None and n == 1:
        raise nothing_to_choose(choice)
    return Job(task, where, fixed_settings(task, values, omit=where.omit), n, seed, choice)


@dataclass(frozen=True)
class Job:
    """Answers to all examples under one setting."""

    task: Task
    endpoint: Endpoint
    settings: Settings
    n: int
    seed: int
    choice: Choice | None = None

    def connect(self, *, until: float | None) -> AbstractContextManager[Connection]:
        check_texts(self.settings, self.task)
        return connect(self.endpoint, searched_models=self._models, until=until)

    def spec(self, link: Connection) -> dict[str, Any]:
        what = {"kind": "generate", **where(link), **self.task.to_spec()}
        chosen = {} if self.choice is None else {"pick": self.choice.name}
        return {**what, "settings": self.settings.values, "seed": self.seed, "n": self.n, **chosen}

    def estimate(self, link: Connection, db: Store, caps: Caps, asks: Sequence[Ask]) -> Estimate:
        run = find_run(db, self.spec(link))
        payer = link.looker(db, run, caps=caps, seed=self.seed)
        forecast = Forecast(len(asks), asks, [payer.model_of(self.settings)], target_tokens(self.task))
        spent, spent_s = (Spent(), 0.0) if run is None else (db.spent(run.id), run.seconds)
        return estimate_run(forecast, link, payer, spent=spent, spent_s=spent_s)

    def run(self, link: Connection, db: Store, caps: Caps, watch: Watch, started: float) -> list[Answer]:
        link.check_price(caps, [str(self.settings.values.get("model") or link.model)])
        asks = [Ask(example, self.settings, repeat) for example in self.task.examples for repeat in range(self.n)]
        if watch.on_estimate is not None:
            started += ask_first(watch, self.estimate(link, db, caps, asks))
        run = start_run(db, self.spec(link), kind="generate")
        tell(watch, run)
        if watch.on_phase is not None:
            watch.on_phase("generate", len(asks))
        with ExitStack() as stack:
            stack.enter_context(run_lock(db, run.id))
            run = get_run(db, run.id)  # as the process left it that had the lock before
            payer = link.payer(db, run, caps=caps, seed=self.seed, started=started, on_answer=watch.on_answer)
            clock = stack.enter_context(keeping_track(run, payer))
            answers: list[Answer | None] = []
            for chunk in _chunks(asks):
                # What follows a limit is not even looked at: only of time may there be too little left for that.
                over = payer.budget.exhausted is not None
                answers += [None] * len(chunk) if over else _generate(chunk, payer)
            have = [answer for answer in answers if answer is not None]
            if len(have) < len(answers):
                raise RunError(
                    tr(
                        "the limit of {limit} ended after {have} of {wanted} answers",
                        limit=payer.budget.exhausted,
                        have=len(have),
                        wanted=len(answers),
                    ),
                    mend=tr("raise it and run the same again; what was paid for is kept"),
                )
            model = payer.model_of(self.settings)
            clock.note(status="done", details={"endpoint": _who_answered(link, model)})
            keep_files(db, get_run(db, run.id), self.endpoint.files(self._models))
        return have

    @property
    def _models(self) -> list[str]:
        model = self.settings.values.get("model")
        return [str(model)] if model else []

    def matched(self, answers: Sequence[Answer]) -> Iterator[tuple[Answer, Example]]:
        by_id = {example.id: example for example in self.task.examples}
        return ((answer, by_id[answer.example]) for answer in answers)


def _who_answered(link: Connection, model: str) -> dict[str, str]:
    """As a run of `tune` keeps it: an export writes settings as this server takes them."""
    server = link.endpoint
    return {
        "identity": server.identity,
        "backend": server.backend,
        "dialect": server.dialect(model),
        "model": model,
    }


def _chunks(asks: Sequence[Ask]) -> Iterator[Sequence[Ask]]:
    """A large job in pieces, so that the requests of one piece only are in memory."""
    return (asks[start : start + _CHUNK] for start in range(0, len(asks), _CHUNK))
