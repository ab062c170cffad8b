"""`fein compare`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from feinschliff.cli import complete
from feinschliff.cli import options as o
from feinschliff.cli.output import print_json, stdout, writing
from feinschliff.i18n import tr

if TYPE_CHECKING:
    from pydantic import JsonValue


def command(
    source: Annotated[
        str,
        typer.Argument(metavar="DATA|TASK.toml", help=tr("Data file, or a task file."), autocompletion=complete.data),
    ],
    a: Annotated[str, typer.Option("--a", help=tr("Settings: NAME=VALUE,..., a JSON object, or @file.json."))],
    b: Annotated[str, typer.Option("--b", help=tr("What --a is compared with."))],
    prompt: o.Prompt = None,
    system: o.System = None,
    system_column: o.SystemColumn = None,
    target: Annotated[str | None, typer.Option("--target", help=tr("Column of the wanted answers."))] = None,
    score: o.Score = None,
    pick: o.Pick = None,
    constraint: o.Constraints = None,
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
    stream: o.Stream = False,
    store: o.StoreUrl = None,
    seed: o.Seed = 0,
    name: o.Name = None,
    fresh: o.Fresh = False,
    report: o.ReportFile = None,
    as_json: o.AsJson = False,
    verbose: o.Verbose = False,
    log: o.LogFile = None,
) -> None:
    """Is --a better than --b? Two settings or models on the same examples and seeds, no search.

    Example: [bold]fein compare task.toml --a temperature=0.2 --b temperature=0.8[/]
    """
    from feinschliff import _api
    from feinschliff.cli.before import Before
    from feinschliff.cli.inputs import read_budget, read_settings, read_source
    from feinschliff.cli.progress import carried_out
    from feinschliff.report import show_result

    o.set_up_log(verbose=verbose, file=log)
    what = read_source(source, prompt=prompt, system=system, system_column=system_column, target=target)
    sides = (read_settings(a), read_settings(b))
    where = o.make_endpoint(
        url=endpoint,
        model=model or _file_of(sides, endpoint or what.file.endpoint.url),
        api_key_env=api_key_env,
        headers=header,
        rpm=rpm,
        tpm=tpm,
        concurrency=concurrency,
        timeout=timeout,
        price=price,
        omit=omit,
        stream=stream,
        table=what.file.endpoint,
        house=what.house,
    )
    before = Before(yes=yes, dry_run=dry_run, as_json=as_json)
    result = carried_out(
        lambda watch: _api.compare(
            what.task,
            where,
            a=sides[0],
            b=sides[1],
            score=score if score is not None else what.scorer(),
            pick=pick if pick is not None else what.file.pick(),
            constraints=constraint if constraint is not None else what.file.task.constraints,
            budget=read_budget(what, requests=requests, tokens=tokens, seconds=seconds, usd=usd),
            seed=seed,
            store=store,
            name=name,
            fresh=fresh,
            report=report,
            watch=watch,
        ),
        before,
        quiet=verbose,
    )
    if result is None:
        return
    if as_json:
        print_json(result.to_dict())
    else:
        with writing():
            show_result(result.to_dict(), result.details, stdout())


def _file_of(sides: tuple[dict[str, JsonValue], dict[str, JsonValue]], url: str | None) -> str | None:
    """A model file of --a, where both sides name one and no server is given: nothing else will be asked."""
    from feinschliff.build import is_local

    models = [side.get("model") for side in sides]
    if url is not None or not all(isinstance(model, str) and is_local(model) for model in models):
        return None
    return str(models[0])
