"""`write_posts`: posts by a model, as many different ones as were asked for, or the plain truth about why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from feinschliff._api.common import BudgetSpec, Watch, check_seed, deadline, make_caps, opened, start_of, tell, where
from feinschliff._api.estimates import ask_first, estimate_run
from feinschliff._api.orders import Orders
from feinschliff._api.outfile import check_out_file, write_out_file
from feinschliff._api.sieve import Sieve
from feinschliff._api.suits import check_suited
from feinschliff.build import Connection, Endpoint, connect
from feinschliff.datasets.near import NEAR
from feinschliff.datasets.write import check_output
from feinschliff.errors import ParameterError, RunError
from feinschliff.generation import Caps, Estimate, Payer, generate
from feinschliff.i18n import tr, trn
from feinschliff.i18n.stored import retold
from feinschliff.records import Settings
from feinschliff.store import Run, Spent, Store, find_run, get_run, run_lock, start_run
from feinschliff.tuning import Forecast, keeping_track, spent_document

POSTS_COLUMN = "Posts"

MOST_ASKED = 3
"""Answers that are asked for at most for each post that is wanted, and `_SPARE` more."""
_SPARE = 20
_LEAST_YIELD = 0.05
"""A round (of `_SPARE` answers or more) that brings fewer new posts is the last: the model repeats itself."""
_CHUNK = 1000


def write_posts(
    endpoint: Endpoint,
    *,
    out: Path,
    count: int,
    language: str | None = None,
    topic: str | None = None,
    system: str | None = None,
    prompt: str | None = None,
    settings: Mapping[str, JsonValue] | None = None,
    seed: int = 0,
    budget: BudgetSpec | None = None,
    store: Store | str | Path | None = None,
    watch: Watch | None = None,
) -> dict[str, Any]:
    """`count` posts by a model into a file with one column `Posts`, each from a request of its own.

    Requests differ in kind, person, place, tone, length and a detail (see `datasets.wishes`). Left out are answers that
    failed, are empty, refused, cut or looping, and near-duplicates (see `datasets.near`); others are asked for in their
    place, up to three times `count` and 20. The same call goes on where the last one stopped, also with a larger
    `count`; what was paid for is not paid twice.

    Args:
        language: "de", "en", or None for both in turn.
        topic: what all of them are about.
        system, prompt: texts of your own, Jinja2 over the wish's fields (`datasets.wishes.WISH_FIELDS`).
        budget: hard limits over all resumes; none if None.

    Raises: as `generate`; RunError where the budget ends before the last post, the file then holds those so far;
        OutputError where `out` exists and comes from something else.
    """
    check_output(out)
    check_seed(seed)
    if count < 1:
        raise ParameterError(tr("count must be at least 1, not {count}", count=count), asked=f"count={count}")
    orders = Orders.make(
        endpoint, language=language, topic=topic, system=system, prompt=prompt, settings=settings, seed=seed
    )
    watch = watch or Watch()
    caps, started = make_caps(budget) if budget else Caps(), start_of(watch)
    with ExitStack() as stack:
        db = stack.enter_context(opened(store))
        link = stack.enter_context(connect(endpoint, searched_models=orders.models, until=deadline(caps, started)))
        warnings = check_suited(link, [Settings(values=dict(orders.values))], db=db)
        spec = {"kind": "posts", **where(link), **orders.to_spec(), "seed": seed}
        check_out_file(db, spec, out)
        link.check_price(caps, orders.models or [link.model])
        if watch.on_estimate is not None:
            started += ask_first(watch, _estimate(orders, link, db, caps, spec, count=count, seed=seed))
        run = start_run(db, spec, kind="posts")
        tell(watch, run)
        if watch.on_phase is not None:
            watch.on_phase("posts", count)
        stack.enter_context(run_lock(db, run.id))
        run = get_run(db, run.id)  # as the process left it that had the lock before
        payer = link.payer(db, run, caps=caps, seed=seed, started=started, on_answer=watch.on_answer)
        sieve = Sieve(count)
        with keeping_track(run, payer) as clock:
            _ask(orders, payer, sieve)
            if sieve.posts:
                write_out_file(db, run.id, out, [{POSTS_COLUMN: p} for p in sieve.posts], columns=[POSTS_COLUMN])
            _check_end(sieve, payer, out)
            clock.note(status="done")
        return _summary(sieve, link, db, run, out, warnings)


def _ask(orders: Orders, payer: Payer, sieve: Sieve) -> None:
    """Rounds of as many answers as posts are missing, until none is, or it is no use, or the budget ends."""
    most = MOST_ASKED * sieve.count + _SPARE
    while sieve.missing and sieve.asked < most:
        size = min(sieve.missing, most - sieve.asked, _CHUNK)
        before = len(sieve.posts)
        answers = generate(orders.asks(sieve.asked, size), payer)
        for answer in answers:
            sieve.take(answer)
        if None in answers or (size >= _SPARE and len(sieve.posts) - before < _LEAST_YIELD * size):
            return


def _check_end(sieve: Sieve, payer: Payer, out: Path) -> None:
    """Raises: RunError where the budget ended it, or where nothing came of it."""
    if sieve.unsent:
        raise RunError(
            tr(
                "the limit of {limit} ended after {rows} of {count} posts",
                limit=payer.budget.exhausted,
                rows=len(sieve.posts),
                count=sieve.count,
            ),
            found=tr("those are in {path}", path=out) if sieve.posts else tr("no usable post"),
            mend=tr("raise it and run the same again; what was paid for is kept"),
        )
    if not sieve.posts:
        raise RunError(
            trn("{n} answer, and no usable post", "{n} answers, and no usable post", sieve.asked),
            found=sieve.first_failure or ", ".join(f"{name}: {n}" for name, n in sieve.removed().items() if n),
            mend=tr("try another model or another prompt; -v shows each answer"),
        )


def _summary(sieve: Sieve, link: Connection, db: Store, run: Run, out: Path, warnings: Sequence[str]) -> dict[str, Any]:
    spent = db.spent(run.id)
    warnings = [*map(retold, warnings)]
    if sieve.missing:
        warnings.append(
            tr(
                "{rows} posts instead of {count}: of {asked} answers {failed} failed and {removed} were removed.",
                rows=len(sieve.posts),
                count=sieve.count,
                asked=sieve.asked,
                failed=sieve.failed,
                removed=sum(sieve.removed().values()),
            )
        )
    return {
        "run": run.id,
        "out": str(out),
        "count": sieve.count,
        "rows": len(sieve.posts),
        "asked": sieve.asked,
        "failed": sieve.failed,
        "first_failure": sieve.first_failure,
        "removed": sieve.removed(),
        "near_duplicate_from": NEAR,
        "spent": spent_document(spent, link.prices, get_run(db, run.id).seconds),
        "warnings": warnings,
    }


def _estimate(
    orders: Orders, link: Connection, db: Store, caps: Caps, spec: Mapping[str, Any], *, count: int, seed: int
) -> Estimate:
    """Of the first round; how many more it takes shows only then."""
    run = find_run(db, spec)
    payer = link.looker(db, run, caps=caps, seed=seed)
    forecast = Forecast(count, orders.asks(0, count), orders.models or [link.model], None)
    spent, spent_s = (Spent(), 0.0) if run is None else (db.spent(run.id), run.seconds)
    return estimate_run(forecast, link, payer, spent=spent, spent_s=spent_s)
