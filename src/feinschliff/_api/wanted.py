"""A run that is wanted: found finished, or carried out, and its report written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from feinschliff._api.common import Watch, deadline, start_of, tell, where
from feinschliff._api.estimates import ask_first, estimate_run, nothing_left
from feinschliff.build import Connection, Endpoint, connect
from feinschliff.choosing import Choice
from feinschliff.datasets.task import Task
from feinschliff.datasets.write import check_writable
from feinschliff.errors import EndpointError
from feinschliff.generation import Caps, Estimate, Payer
from feinschliff.report import keep_files, write_page
from feinschliff.scorers import Scorer
from feinschliff.store import (
    Run,
    Spent,
    Store,
    default_path,
    find_run,
    get_run,
    list_runs,
    run_lock,
    start_run,
    update_run,
)
from feinschliff.tuning import Forecast, Result, from_dict

ForecastOf: TypeAlias = Callable[[Connection, Payer, dict[str, Any] | None], Forecast]
"""From what the server tells, or has told when the run began."""

Work: TypeAlias = Callable[[Connection, Run, Store, float], None]
"""Carries the run out; the number is `time.monotonic()` from which its seconds count."""


@dataclass(frozen=True)
class WantedRun:
    """A run that is wanted: found finished, or carried out."""

    kind: str
    what: Mapping[str, Any]
    endpoint: Endpoint
    models: Sequence[str]
    caps: Caps
    seed: int
    name: str | None
    fresh: bool
    suits: Callable[[Connection, Store], object] | None = None
    """Raises ParameterError where the endpoint would refuse what is to be sent."""

    def carry_out(self, db: Store, forecast: ForecastOf, work: Work, watch: Watch) -> Run:
        """The finished run. A server that is gone does not matter where nothing has to be asked of it any more.

        Raises: NotStarted where `watch` does not want what it would cost.
        """
        started = start_of(watch)
        until = deadline(self.caps, started)
        with ExitStack() as stack:
            try:
                link = stack.enter_context(connect(self.endpoint, searched_models=self.models, until=until))
            except EndpointError:
                before = None if self.fresh else self._finished_before(db)
                if before is None:
                    raise
                ask_first(watch, nothing_left(self.caps))
                return before
            if self.suits is not None:
                self.suits(link, db)
            spec = {**where(link), **self.what}
            found = None if self.fresh else find_run(db, spec)
            if found is not None and self._is_done(found):
                ask_first(watch, nothing_left(self.caps))
            else:
                started += ask_first(watch, self._estimate(link, db, found, forecast))
                run = start_run(db, spec, kind=self.kind, name=self.name, fresh=self.fresh)
                tell(watch, run)
                with run_lock(db, run.id):
                    # Another process may have finished it, or noted what the server told, before the lock was ours.
                    run = get_run(db, run.id)
                    if not self._is_done(run):
                        work(link, run, db, started)
            run = start_run(db, spec, kind=self.kind, name=self.name)
            keep_files(db, run, self.endpoint.files(self.models))
            return run

    def _estimate(self, link: Connection, db: Store, run: Run | None, forecast: ForecastOf) -> Estimate:
        """Raises: BudgetError for limits that are too small, or in USD without a price."""
        payer = link.looker(db, run, caps=self.caps, seed=self.seed, fresh=self.fresh)
        expected = forecast(link, payer, None if run is None else run.facts)
        link.check_price(self.caps, expected.models)
        spent, spent_s = (Spent(), 0.0) if run is None else (db.spent(run.id), run.seconds)
        return estimate_run(expected, link, payer, spent=spent, spent_s=spent_s)

    def _is_done(self, run: Run) -> bool:
        """True where it was run to its end under limits that were no tighter."""
        return run.status == "done" and self.caps.covers(Caps(**(run.budget or {})))

    def _finished_before(self, db: Store) -> Run | None:
        with closing(self.endpoint.open()) as opened:
            wanted = {**self.what, "endpoint": opened.identity, **({"stream": True} if self.endpoint.stream else {})}
        for run in list_runs(db):
            spec = {key: value for key, value in run.spec.items() if key not in {"model", "digest"}}
            if spec == wanted and self.endpoint.model in {None, run.spec["model"]} and self._is_done(run):
                return run
        return None


def spec(kind: str, task: Task, scorer: Scorer, seed: int, *, choice: Choice | None = None) -> dict[str, Any]:
    # Only named where there is one: the ids of all other runs stay what they were.
    picked = {} if choice is None else {"pick": choice.name}
    return {"kind": kind, **task.to_spec(), "scorer": scorer.name, **picked, "seed": seed}


def server_facts(link: Connection, run: Run, db: Store) -> dict[str, Any]:
    """What the server told of itself when the run began: its defaults (`told`), its `backend` and `dialect`."""
    facts = asked_facts(link, run.facts)
    if run.facts is None:
        update_run(db, run.id, facts=facts)
    return facts


def asked_facts(link: Connection, noted: dict[str, Any] | None) -> dict[str, Any]:
    """What was noted when the run began, else what the server tells now."""
    return noted or {
        "told": link.endpoint.defaults(link.model),
        "backend": link.endpoint.backend,
        "dialect": link.endpoint.dialect(link.model),
    }


def check_report(path: str | Path | None) -> None:
    """Say at once that a page cannot be written to where it is wanted. Raises: OutputError."""
    if path is not None:
        check_writable(path)


def finished(db: Store, run: Run, report: str | Path | None) -> Result:
    """The result of a finished run, its page written where it is wanted."""
    assert run.result is not None
    path = Path(report) if report is not None else default_report(db, run.id)
    update_run(db, run.id, result={**run.result, "name": run.name, "report": str(path)})
    finished = get_run(db, run.id)
    write_page(finished, path)
    assert finished.result is not None
    return from_dict(finished.result, finished.details)


def default_report(store: Store, run: str) -> Path:
    """Where a run's page lies unless the user says otherwise: beside the store."""
    folder = store.folder or default_path().parent
    return folder / "reports" / f"{run}.html"
