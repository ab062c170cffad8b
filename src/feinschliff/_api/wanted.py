"""A run that is wanted: found finished, or carried out, and its report written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from feinschliff._api.common import Watch, tell, where
from feinschliff.build import Connection, Endpoint, connect
from feinschliff.datasets.task import Task
from feinschliff.errors import EndpointError
from feinschliff.generation import Caps
from feinschliff.report import write_page
from feinschliff.scorers import Scorer
from feinschliff.store import Run, Store, default_path, find_run, get_run, list_runs, run_lock, start_run, update_run
from feinschliff.tuning import Result, from_dict


@dataclass(frozen=True)
class WantedRun:
    """A run that is wanted: found finished, or carried out."""

    kind: str
    what: Mapping[str, Any]
    endpoint: Endpoint
    models: Sequence[str]
    caps: Caps
    name: str | None
    fresh: bool

    def carry_out(self, db: Store, work: Callable[[Connection, Run, Store], None], watch: Watch) -> Run:
        """The finished run. A server that is gone does not matter where nothing has to be asked of it any more."""
        with ExitStack() as stack:
            try:
                link = stack.enter_context(connect(self.endpoint, searched_models=self.models))
            except EndpointError:
                before = None if self.fresh else self._finished_before(db)
                if before is None:
                    raise
                return before
            spec = {**where(link), **self.what}
            found = None if self.fresh else find_run(db, spec)
            if found is None or not self._is_done(found):
                link.check_price(self.caps, self.models or [link.model])
                run = start_run(db, spec, kind=self.kind, name=self.name, fresh=self.fresh)
                tell(watch, run)
                with run_lock(db, run.id):
                    # Another process may have finished it, or noted what the server told, before the lock was ours.
                    run = get_run(db, run.id)
                    if not self._is_done(run):
                        work(link, run, db)
            return start_run(db, spec, kind=self.kind, name=self.name)

    def _is_done(self, run: Run) -> bool:
        """True where it was run to its end under limits that were no tighter."""
        return run.status == "done" and self.caps.covers(Caps(**(run.budget or {})))

    def _finished_before(self, db: Store) -> Run | None:
        with closing(self.endpoint.open()) as opened:
            wanted = {**self.what, "endpoint": opened.identity}
        for run in list_runs(db):
            spec = {key: value for key, value in run.spec.items() if key not in {"model", "digest"}}
            if spec == wanted and self.endpoint.model in {None, run.spec["model"]} and self._is_done(run):
                return run
        return None


def spec(kind: str, task: Task, scorer: Scorer, seed: int) -> dict[str, Any]:
    return {"kind": kind, **task.to_spec(), "scorer": scorer.name, "seed": seed}


def server_facts(link: Connection, run: Run, db: Store) -> dict[str, Any]:
    """What the server told of itself when the run began: its defaults (`told`) and its `backend`."""
    if run.facts is not None:
        return run.facts
    facts = {"told": link.endpoint.defaults(link.model), "backend": link.endpoint.backend}
    update_run(db, run.id, facts=facts)
    return facts


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
