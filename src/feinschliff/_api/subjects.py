"""`write_subjects`: a subject line for every post, by a rule and by several models side by side."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from feinschliff._api.common import BudgetSpec, Watch, check_seed, deadline, make_caps, opened, start_of, tell
from feinschliff._api.estimates import ask_first, estimate_run
from feinschliff._api.figures import model_figures
from feinschliff._api.lines import LineJob, line_of
from feinschliff._api.outfile import check_out_file, replaced, write_out_file
from feinschliff._api.suits import check_suited
from feinschliff._api.voices import Chorus, Voice, add_up
from feinschliff.build import Connection
from feinschliff.datasets.load import Dataset
from feinschliff.datasets.write import check_output
from feinschliff.errors import RunError
from feinschliff.generation import Caps, Estimate, generate
from feinschliff.i18n import tr
from feinschliff.i18n.stored import retold
from feinschliff.records import Answer, Settings
from feinschliff.store import Run, Spent, Store, find_run, get_run, run_lock, start_run
from feinschliff.tuning import Forecast, keeping_track, spent_document

SUBJECT_COLUMN = "Subject"
RULE = "rule"
_CHUNK = 1000


def write_subjects(
    data: Dataset,
    job: LineJob,
    voices: Sequence[Voice],
    *,
    out: Path,
    rule: bool = False,
    seed: int = 0,
    budget: BudgetSpec | None = None,
    store: Store | str | Path | None = None,
    watch: Watch | None = None,
) -> dict[str, Any]:
    """A subject line by every model for each post, into a file with the data's own columns and those of
    `subject_columns`, with `rule=True` also one by the rule.

    One model is asked after the other. An answer that failed, is empty or refused leaves its cell empty. The same call
    goes on where the last one stopped; what was paid for is not paid twice.

    `budget`: hard limits over all models and resumes; none if None.

    Returns: beside the counts, for each model what `model_figures` says.

    Raises: as `generate`; RunError where the budget ends before the last answer; OutputError where `out` exists and
        comes from something else.
    """
    check_output(out)
    check_seed(seed)
    watch = watch or Watch()
    caps, started = make_caps(budget) if budget else Caps(), start_of(watch)
    with opened(store) as db, Chorus(voices, until=deadline(caps, started)) as chorus:
        chorus.check(caps)
        told = chorus.visit(lambda link, names: check_suited(link, [_of(job.values, name) for name in names], db=db))
        work = _Work(job, db, caps, seed, watch, started)
        spec = {"kind": "subjects", **chorus.places[0], "voices": chorus.places, **job.to_spec()}
        spec |= {"rule": rule, "seed": seed}
        check_out_file(db, spec, out)
        work.tell_cost(chorus, find_run(db, spec))
        run = start_run(db, spec, kind="subjects")
        tell(watch, run)
        with run_lock(db, run.id):
            made = work.ask(chorus, run.id)
            lines = {name: [line_of(answer) for answer in answers] for name, answers in made.items()}
            table = subject_columns(job, {**({RULE: job.by_rule()} if rule else {}), **lines})
            rows = [{**e.row, **{name: c[i] for name, c in table.items()}} for i, e in enumerate(data.examples)]
            columns = [*(name for name in data.columns if name not in table), *table]
            write_out_file(db, run.id, out, rows, columns=columns)
        spent = db.spent(run.id)
        return {
            "run": run.id,
            "out": str(out),
            "rows": len(rows),
            "columns": list(table),
            "models": {n: model_figures(a, lines[n], price=chorus.prices.of(n)) for n, a in made.items()},
            "spent": spent_document(spent, chorus.prices, get_run(db, run.id).seconds),
            "warnings": [
                *dict.fromkeys(retold(note) for notes in told for note in notes),
                *replaced(data.columns, list(table)),
            ],
        }


def _of(values: Mapping[str, JsonValue], model: str) -> Settings:
    return Settings(values={**values, "model": model})


def subject_columns(job: LineJob, lines: Mapping[str, Sequence[str | None]]) -> dict[str, list[str | None]]:
    """The columns by their names in the file: `Subject` where there is one, else `Subject NAME`."""
    several = len(lines) > 1
    return {f"{SUBJECT_COLUMN} {n}" if several else SUBJECT_COLUMN: job.cells(made) for n, made in lines.items()}


@dataclass
class _Work:
    """The requests of all models, on one account."""

    job: LineJob
    db: Store
    caps: Caps
    seed: int
    watch: Watch
    started: float
    """`time.monotonic()` from which seconds count that no run has noted yet."""
    answers: dict[str, list[Answer]] = field(default_factory=dict)

    def tell_cost(self, chorus: Chorus, run: Run | None) -> None:
        """Raises: NotStarted."""
        if self.watch.on_estimate is None:
            return
        spent, spent_s = (Spent(), 0.0) if run is None else (self.db.spent(run.id), run.seconds)

        def estimate(link: Connection, names: tuple[str, ...]) -> Estimate:
            asks = [ask for name in names for ask in self.job.asks(name)]
            payer = link.looker(self.db, run, caps=self.caps, seed=self.seed)
            return estimate_run(Forecast(len(asks), asks, names, None), link, payer, spent=spent, spent_s=spent_s)

        self.started += ask_first(self.watch, add_up(chorus.visit(estimate)))

    def ask(self, chorus: Chorus, run: str) -> dict[str, list[Answer]]:
        """The answers by model, in the order of the posts. Raises: RunError where the budget ends before the last."""
        if self.watch.on_phase is not None:
            self.watch.on_phase("subjects", len(chorus.models) * len(self.job.posts))
        chorus.visit(lambda link, names: self._ask_voice(link, names, run))
        return self.answers

    def _ask_voice(self, link: Connection, names: tuple[str, ...], run: str) -> None:
        now = get_run(self.db, run)  # with the seconds of the voices before
        on_answer = self.watch.on_answer
        payer = link.payer(self.db, now, caps=self.caps, seed=self.seed, started=self.started, on_answer=on_answer)
        with keeping_track(now, payer) as clock:
            for name in names:
                asks = self.job.asks(name)
                made = [a for i in range(0, len(asks), _CHUNK) for a in generate(asks[i : i + _CHUNK], payer)]
                self.answers[name] = [answer for answer in made if answer is not None]
                if len(self.answers[name]) < len(asks):
                    raise RunError(
                        tr(
                            "the limit of {limit} ended after {have} of {wanted} answers of {model}",
                            limit=payer.budget.exhausted,
                            have=len(self.answers[name]),
                            wanted=len(asks),
                            model=name,
                        ),
                        mend=tr("raise it and run the same again; what was paid for is kept"),
                    )
            clock.note(status="done")
        self.started = time.monotonic()
