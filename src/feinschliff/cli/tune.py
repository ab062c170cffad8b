"""`fein tune`."""

from __future__ import annotations

from typing import Annotated

import typer

from feinschliff.cli import complete
from feinschliff.cli import options as o
from feinschliff.cli.output import print_json, stdout, writing
from feinschliff.i18n import tr


def command(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[DATA|TASK.toml|NAME]",
            help=tr("Data, a task file, or a bundled task: subjects, posts."),
            autocompletion=complete.data,
        ),
    ] = None,
    prompt: o.Prompt = None,
    system: o.System = None,
    system_column: o.SystemColumn = None,
    target: Annotated[
        str | None, typer.Option("--target", help=tr("With DATA the column of wanted answers, else the wanted answer."))
    ] = None,
    assignments: o.Assignments = None,
    space: Annotated[
        str | None,
        typer.Option("--space", help=tr("default or classic."), autocompletion=complete.words("default", "classic")),
    ] = None,
    score: o.Score = None,
    pick: o.Pick = None,
    constraint: o.Constraints = None,
    requests: o.Requests = None,
    tokens: o.Tokens = None,
    seconds: o.Seconds = None,
    usd: o.Usd = None,
    prefer: Annotated[
        str | None,
        typer.Option(
            "--prefer",
            help=tr("Of the settings tied with the best: best, robust or cheapest is confirmed and recommended."),
            autocompletion=complete.words("best", "robust", "cheapest"),
        ),
    ] = None,
    dry_run: o.DryRun = False,
    yes: o.Yes = False,
    sampler: Annotated[
        str,
        typer.Option(
            "--sampler",
            help=tr("fein, gp, tpe, bayes_opt, random or grid."),
            autocompletion=complete.words("fein", "gp", "tpe", "bayes_opt", "random", "grid"),
        ),
    ] = "fein",
    init_points: Annotated[
        int | None,
        typer.Option("--init-points", help=tr("Settings that tpe, bayes_opt or random draws at random first.")),
    ] = None,
    n_iter: Annotated[
        int | None,
        typer.Option("--n-iter", help=tr("Further settings of tpe, bayes_opt or random; else what the budget pays.")),
    ] = None,
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
    """Find better settings, confirm them on held-out examples, and say honestly what came of it.

    Without arguments: the bundled task `subjects` (subject lines for posts) on the embedded house model; `posts` is the
    other one (whole posts from a few facts).

    Example: [bold]fein tune posts.csv --prompt "Subject line for: {{ post }}" --target subject -p temperature=0:1.5[/]
    """
    from feinschliff import _api
    from feinschliff.cli.before import Before
    from feinschliff.cli.inputs import read_budget, read_source, read_space
    from feinschliff.cli.progress import carried_out
    from feinschliff.report import show_result
    from feinschliff.tuning import DEFAULT_RULE

    o.set_up_log(verbose=verbose, file=log)
    what = read_source(source, prompt=prompt, system=system, system_column=system_column, target=target)
    table = what.file.endpoint
    where = o.make_endpoint(
        url=endpoint,
        model=model,
        api_key_env=api_key_env,
        headers=header,
        rpm=rpm,
        tpm=tpm,
        concurrency=concurrency,
        timeout=timeout,
        price=price,
        omit=omit,
        stream=stream,
        table=table,
        house=what.house,
    )
    knobs = read_space(what, assignments, space, where)
    before = Before(yes=yes, dry_run=dry_run, as_json=as_json)
    result = carried_out(
        lambda watch: _api.tune(
            what.task,
            where,
            score=score if score is not None else what.scorer(),
            pick=pick if pick is not None else what.file.pick(),
            constraints=constraint if constraint is not None else what.file.task.constraints,
            space=knobs,
            budget=read_budget(what, requests=requests, tokens=tokens, seconds=seconds, usd=usd),
            baseline=what.file.baseline or None,
            prefer=prefer if prefer is not None else what.file.task.prefer or DEFAULT_RULE,
            sampler=sampler,
            init_points=init_points,
            n_iter=n_iter,
            seed=seed,
            store=store,
            name=name if name is not None else what.file.task.name,
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
