"""`fein runs` and `fein report`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from feinschliff.cli import options as o
from feinschliff.cli.output import print_json, say, stdout, writing
from feinschliff.errors import InputError
from feinschliff.i18n import tr

if TYPE_CHECKING:
    from feinschliff.store import Run, Store

app = typer.Typer(invoke_without_command=True)


@app.callback()
def list_command(context: typer.Context, store: o.StoreUrl = None, as_json: o.AsJson = False) -> None:
    """List the runs of the store, the newest first.

    Example: [bold]fein runs --json[/]
    """
    if context.invoked_subcommand is not None:
        return
    from feinschliff.report import show_runs
    from feinschliff.store import list_runs, open_store

    with open_store(store, create=store is None) as db:
        runs = [_with_costs(db, run) for run in list_runs(db)]
    if as_json:
        print_json({"runs": [_row(run) for run in runs]})
    else:
        with writing():
            show_runs(runs, stdout())


@app.command("rm")
def remove_command(
    run: o.RunName,
    store: o.StoreUrl = None,
    as_json: o.AsJson = False,
) -> None:
    """Forget a run; its answers stay, since other runs may share them.

    Example: [bold]fein runs rm 3f2a9c0d1e4b[/]
    """
    from feinschliff.store import open_store, remove_run

    with open_store(store, create=store is None) as db:
        removed = remove_run(db, run)
    if as_json:
        print_json({"removed": removed.id})
    else:
        say(tr("run {id} is forgotten", id=removed.id))


def report_command(
    run: o.RunName,
    out: o.PageFile = None,
    language: o.PageLanguage = None,
    store: o.StoreUrl = None,
    as_json: o.AsJson = False,
) -> None:
    """Write the report page of a run again, from the store alone.

    Example: [bold]fein report 3f2a9c0d1e4b --out report.html --language de[/]
    """
    from feinschliff._api import default_report
    from feinschliff._api.wanted import check_report
    from feinschliff.report import write_page
    from feinschliff.store import get_run, open_store

    check_report(out)
    with open_store(store, create=store is None) as db:
        found = get_run(db, run)
        if found.kind == "check":
            raise InputError(
                tr("run {run} is a check, and has no page", run=found.id),
                asked=run,
                mend=tr("fein report {run} shows the run that it checked", run=found.spec["of"]),
            )
        path = write_page(_with_costs(db, found), out or default_report(db, found.id), language=language)
    if as_json:
        print_json({"run": found.id, "report": str(path)})
    else:
        with writing():
            stdout().print(str(path), soft_wrap=True)


def _with_costs(db: Store, run: Run) -> Run:
    """A run that has no result yet has cost something all the same."""
    if run.result is not None:
        return run
    spent = db.spent(run.id)
    costs = {**spent.to_dict(), "seconds": round(run.seconds, 3)}
    return replace(run, result={"verdict": None, "spent": costs})


def _row(run: Run) -> dict[str, object]:
    result = run.result or {}
    return {
        "run": run.id,
        "name": run.name,
        "kind": run.kind,
        "status": run.status,
        "verdict": result.get("verdict"),
        "difference": (result.get("held_out") or {}).get("difference"),
        "spent": result.get("spent"),
        "created": run.created_s,
        "seconds": run.seconds,
    }
