"""`fein check`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from feinschliff.cli import options as o
from feinschliff.cli.output import print_json, stdout, writing
from feinschliff.errors import RunError
from feinschliff.i18n import tr
from feinschliff.i18n.stored import retold

if TYPE_CHECKING:
    from rich.console import Console


def command(
    run: o.RunName,
    requests: o.Requests = None,
    tokens: o.Tokens = None,
    seconds: o.Seconds = None,
    usd: o.Usd = None,
    dry_run: o.DryRun = False,
    yes: o.Yes = False,
    endpoint: o.EndpointUrl = None,
    model: o.Model = None,
    api_key_env: o.ApiKeyEnv = None,
    header: o.Headers = None,
    rpm: o.Rpm = None,
    tpm: o.Tpm = None,
    concurrency: o.Concurrency = None,
    timeout: o.Timeout = None,
    price: o.PriceOption = None,
    omit: o.Omit = None,
    store: o.StoreUrl = None,
    as_json: o.AsJson = False,
    verbose: o.Verbose = False,
    log: o.LogFile = None,
) -> None:
    """Does a run's verdict still hold? Exit code 1 if it has drifted, for CI.

    Asks the held-out examples again, with fresh answers, under the recommended settings and under the baseline: on the
    run's own endpoint, or on another one to see whether the verdict holds there.

    Example: [bold]fein check mine --endpoint http://localhost:11434/v1[/]
    """
    from feinschliff import _api
    from feinschliff.cli.before import Before
    from feinschliff.cli.origin import endpoint_of
    from feinschliff.cli.progress import carried_out
    from feinschliff.store import get_run, open_store

    o.set_up_log(verbose=verbose, file=log)
    before = Before(yes=yes, dry_run=dry_run, as_json=as_json)
    with open_store(store, create=store is None) as db:
        found = get_run(db, run)
        where = endpoint_of(
            found,
            endpoint,
            model,
            api_key_env=api_key_env,
            headers=header,
            rpm=rpm,
            tpm=tpm,
            concurrency=concurrency,
            timeout=timeout,
            price=price,
            omit=omit,
        )
        document = carried_out(
            lambda watch: _api.check(
                found.id,
                where,
                budget={"requests": requests, "tokens": tokens, "seconds": seconds, "usd": usd},
                store=db,
                watch=watch,
            ),
            before,
            quiet=verbose,
        )
        if document is None:
            return
    if as_json:
        print_json({**_error(document), **document} if document["drifted"] else document)
    else:
        with writing():
            show_check(document, stdout())
    if document["drifted"]:
        raise typer.Exit(1)


class _Drift(RunError):
    """The verdict does not hold any more."""

    kind = "drift"


def _error(document: dict[str, Any]) -> dict[str, Any]:
    """What exit code 1 stands for, beside the document."""
    error = _Drift(
        tr("the verdict of run {run} has drifted", run=document["run"]),
        asked=tr("the verdict then: {verdict}", verdict=document["then"]["verdict"]),
        found=" ".join(map(retold, document["reasons"])),
        mend=tr("look what has changed of the server, or tune again"),
    )
    return {"error": error.to_dict()}


def show_check(document: dict[str, Any], console: Console) -> None:
    """The outcome in a few lines."""
    from rich.table import Table

    drifted = document["drifted"]
    word = tr("The verdict has drifted.") if drifted else tr("The verdict holds.")
    console.print()
    console.print(f"[bold {'red' if drifted else 'green'}]{word}[/]")
    for sentence in document["reasons"]:
        console.print(f"  {retold(sentence)}", markup=False)
    console.print()
    table = Table(box=None, pad_edge=False, header_style="dim")
    for head in ("", tr("then"), tr("now")):
        table.add_column(head, justify="left" if not head else "right")
    sides = [document[time]["held_out"] for time in ("then", "now")]
    table.add_row(tr("winner of the search"), *(_score(side["best"]["mean"]) for side in sides))
    table.add_row(tr("baseline"), *(_score(side["baseline"]["mean"]) for side in sides))
    table.add_row(tr("difference"), *(_interval(side["difference"]) for side in sides))
    console.print(table)
    console.print()
    console.print(_detectable(document), style="dim", markup=False)
    changed = ", ".join(document["server"]["changed"])
    if changed:
        console.print(tr("Changed of the server: {names}.", names=changed), markup=False)
    for warning in document["warnings"]:
        console.print(f"! {retold(warning)}", style="yellow", markup=False)


def _detectable(document: dict[str, Any]) -> str:
    from feinschliff.report.format import score

    answers, level = document["answers"], document["change"]["level"]
    text = tr("{same} of {n} answers are the same, word for word.", same=answers["same"], n=answers["n"])
    least = None if level is None else level["detectable"]
    if least is None:
        return text
    return (
        text + " " + tr("A fall of both settings by {least} would have been found in 4 of 5 cases.", least=score(least))
    )


def _score(value: float | None) -> str:
    from feinschliff.report.format import score

    return "-" if value is None else score(value)


def _interval(difference: dict[str, float | None]) -> str:
    from feinschliff.report.format import signed

    mean, low, high = difference["mean"], difference["low"], difference["high"]
    if mean is None:
        return "-"
    return signed(mean) if low is None or high is None else f"{signed(mean)} ({signed(low)} .. {signed(high)})"
