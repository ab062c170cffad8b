"""`check`: does a run's verdict still hold?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from feinschliff._api.common import BudgetSpec, ScoreSpec, Watch, deadline, make_caps, opened, start_of, tell, where
from feinschliff._api.estimates import ask_first, estimate_run
from feinschliff._api.origin import origin
from feinschliff.build import Connection, Endpoint, connect, lent_choice, lent_scorer
from feinschliff.choosing import Choice, make_choice
from feinschliff.errors import ScorerError
from feinschliff.generation import Caps, Payer
from feinschliff.i18n import tr
from feinschliff.scorers import Scorer, make_scorer
from feinschliff.store import Run, Spent, Store, find_run, get_run, run_lock, start_run
from feinschliff.tuning import Kept, Recheck, read_kept, recheck


def check(
    run: str,
    endpoint: Endpoint | None = None,
    *,
    score: ScoreSpec | None = None,
    budget: BudgetSpec | None = None,
    store: Store | str | Path | None = None,
    watch: Watch | None = None,
) -> dict[str, Any]:
    """Ask a run's confirmation again, with fresh answers, and say whether its verdict has drifted.

    Returns the document of `fein check --json`: `drifted`, `reasons`, what was measured `then` and `now`, and what has
    changed of the server. Nothing comes from the store, except what an interrupted check of the same run has paid for.

    Args:
        run: id or name of a finished run of `tune` or `compare`.
        endpoint: where to ask; the run's own if None (keys and headers are not kept, so it may have to be given).
        score: the run's scorer, where it was an object that cannot be made again by its name.
        budget: as for `tune`; enough for all that the confirmation asked if None.

    Raises:
        InputError: there is no such run, it has no verdict, or its scorer is another one by now.
        NotStarted, RunError, Interrupted: as `tune`.
    """
    watch = watch or Watch()
    with opened(store) as db:
        of = get_run(db, run)
        kept = read_kept(of)
        what = Recheck(of, kept, _scorer(of, kept, score), _choice(of, kept))
        given = budget is not None and any(limit is not None for limit in budget.values())
        caps = make_caps(budget) if given else what.caps()
        return _Job(db, what, endpoint or origin(of).endpoint(), caps, watch).carry_out()


@dataclass(frozen=True)
class _Job:
    """A check that is to be carried out."""

    db: Store
    what: Recheck
    endpoint: Endpoint
    caps: Caps
    watch: Watch

    def carry_out(self) -> dict[str, Any]:
        started = start_of(self.watch)
        sides = (self.what.kept.best, self.what.kept.baseline)
        models = list(dict.fromkeys(str(side.values["model"]) for side in sides if side.values.get("model")))
        with connect(self.endpoint, searched_models=models, until=deadline(self.caps, started)) as link:
            spec = {"kind": "check", "of": self.what.of.id, **where(link)}
            before = find_run(self.db, spec)
            goes_on = before is not None and before.status != "done"
            started += self._ask_first(link, before if goes_on else None)
            run = start_run(self.db, spec, kind="check", fresh=before is not None and not goes_on)
            tell(self.watch, run)
            with run_lock(self.db, run.id):
                run = get_run(self.db, run.id)
                seed, on_answer = self._seed, self.watch.on_answer
                payer = link.payer(self.db, run, caps=self.caps, seed=seed, started=started, on_answer=on_answer)
                if self.watch.on_phase is not None:
                    self.watch.on_phase("check", 2 * len(self.what.kept.units))
                lent = lent_scorer(self.what.scorer, link, payer), lent_choice(self.what.choice, link, payer)
                with lent[0] as scorer, lent[1] as choice:
                    what = replace(self.what, scorer=scorer, choice=choice)
                    return recheck(what, run, _own_answers(payer, run.id), server=self._server(link))

    @property
    def _seed(self) -> int:
        """That of the run: on a server that heeds seeds the answers must be the same, word for word."""
        return int(self.what.of.spec["seed"])

    def _ask_first(self, link: Connection, run: Run | None) -> float:
        payer = link.looker(self.db, run, caps=self.caps, seed=self._seed, fresh=run is None)
        payer = payer if run is None else _own_answers(payer, run.id)
        expected = self.what.forecast(payer)
        link.check_price(self.caps, expected.models)
        spent, spent_s = (Spent(), 0.0) if run is None else (self.db.spent(run.id), run.seconds)
        return ask_first(self.watch, estimate_run(expected, link, payer, spent=spent, spent_s=spent_s))

    def _server(self, link: Connection) -> dict[str, dict[str, Any]]:
        """What is known of the server without asking it for an answer."""
        of = self.what.of
        # How we read the answers is no matter of the server's.
        now = {name: value for name, value in where(link).items() if name != "stream"}
        then = {name: of.spec.get(name) for name in now}
        then["backend"] = ((of.details or {}).get("endpoint") or {}).get("backend")
        now["backend"] = link.endpoint.backend
        told: Mapping[str, Any] | None = (of.facts or {}).get("told")
        if told is not None:
            then["defaults"], now["defaults"] = dict(told), link.endpoint.defaults(link.model)
        return {"then": then, "now": now}


def _own_answers(payer: Payer, check: str) -> Payer:
    """One whose answers no other run shares, so that all of them are fresh."""
    return replace(payer, salt=f"check {check} {payer.salt}")


def _scorer(of: Run, kept: Kept, score: ScoreSpec | None) -> Scorer:
    """The scorer of the run. Raises: ScorerError where it cannot be made again, or is another one."""
    wanted = str(of.spec["scorer"])
    spec = kept.recipe.spec if score is None else score
    if spec is None:
        raise ScorerError(
            tr("the scorer of run {run} cannot be made again by its name", run=of.id),
            asked=wanted,
            mend=tr("give it: feinschliff.check(run, score=...)"),
        )
    targets = kept.recipe.corpus or tuple(e.target for e in kept.examples if e.target is not None)
    scorer = make_scorer(spec, targets=targets)
    if scorer.name != wanted:
        raise ScorerError(
            tr("the scorer is another one than that of run {run}: its numbers cannot be compared", run=of.id),
            asked=wanted,
            found=scorer.name,
            mend=tr("bring back the scorer's code as it was, or tune again"),
        )
    return scorer


def _choice(of: Run, kept: Kept) -> Choice | None:
    """The run's choice among several answers. Raises: ScorerError where it cannot be made again, or is another one."""
    wanted = of.spec.get("pick")
    if wanted is None:
        return None
    choice = None if kept.recipe.pick is None else make_choice(kept.recipe.pick)
    if choice is None or choice.name != wanted:
        raise ScorerError(
            tr("the choice of run {run} cannot be made again", run=of.id),
            asked=str(wanted),
            found=None if choice is None else choice.name,
            mend=tr("bring back its code as it was, or tune again"),
        )
    return choice
