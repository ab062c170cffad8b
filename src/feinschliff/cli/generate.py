"""`fein generate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from feinschliff.cli import complete
from feinschliff.cli import options as o
from feinschliff.cli.output import print_json, say
from feinschliff.errors import ParameterError
from feinschliff.i18n import tr, trn
from feinschliff.i18n.stored import retold


def command(
    source: Annotated[
        str,
        typer.Argument(metavar="DATA|TASK.toml", help=tr("Data file, or a task file."), autocompletion=complete.data),
    ],
    out: Annotated[Path, typer.Option("--out", help=tr("CSV, JSONL or Parquet file to write."))],
    prompt: o.Prompt = None,
    system: o.System = None,
    system_column: o.SystemColumn = None,
    n: Annotated[int, typer.Option("-n", min=1, help=tr("Answers per row."))] = 1,
    pick: o.Pick = None,
    assignments: o.Assignments = None,
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
    as_json: o.AsJson = False,
    verbose: o.Verbose = False,
    log: o.LogFile = None,
) -> None:
    """Answer every row of a file; adds the column answer, and with -n a row per answer and the column repeat.

    With --pick one of the -n answers to each row is chosen, and the others are left out.

    Where an answer failed for good, the column failure says why. Where all did, the exit code is 1.

    Example: [bold]fein generate posts.csv --prompt "Subject line for: {{ post }}" --out out.csv -p temperature=0.2[/]
    """
    from feinschliff import _api
    from feinschliff.cli.before import Before
    from feinschliff.cli.inputs import read_budget, read_source, stated
    from feinschliff.cli.progress import carried_out
    from feinschliff.parameters.parse import parse_assignments
    from feinschliff.parameters.space import make_space

    o.set_up_log(verbose=verbose, file=log)
    what = read_source(source, prompt=prompt, system=system, system_column=system_column, target=None, bundled=False)
    space = make_space({**what.file.search, **parse_assignments(assignments or [])})
    if space.knobs:
        name = next(iter(space.knobs))
        raise ParameterError(
            tr("'{name}' has more than one value", name=name),
            asked=f"-p {name}=...",
            mend=tr("generate takes one value for each parameter"),
        )
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
        table=what.file.endpoint,
        house=what.house,
    )
    budget = read_budget(what, requests=requests, tokens=tokens, seconds=seconds, usd=usd)
    before = Before(yes=yes, dry_run=dry_run, as_json=as_json)
    summary = carried_out(
        lambda watch: _api.generate_file(
            what.task,
            where,
            out=out,
            settings=dict(space.fixed),
            n=n,
            pick=pick,
            budget=stated(budget),
            seed=seed,
            store=store,
            watch=watch,
        ),
        before,
        quiet=verbose,
    )
    if summary is None:
        return
    if as_json:
        print_json(summary)
    else:
        say(
            tr(
                "{answers} answers to {rows} rows, {failed} failed; written to {out}",
                answers=summary["answers"],
                rows=summary["rows"],
                failed=summary["failed"],
                out=out,
            )
        )
        _say_speed(summary)
    for warning in summary["warnings"]:
        say(retold(warning))
    if summary["failed"]:
        say(
            tr(
                "{failed} answers failed for good, the first with: {first_failure}",
                failed=summary["failed"],
                first_failure=summary["first_failure"],
            )
        )


def _say_speed(summary: dict[str, Any]) -> None:
    """Two lines about streamed answers."""
    first, rate = summary["speed"]["first_token_s"], summary["speed"]["tokens_per_s"]
    if first is not None:
        line = tr("first token after {median} s (95 % within {most} s)", median=first["p50"], most=first["p95"])
        if rate is not None:
            line += tr(", then {rate} tokens per second", rate=round(rate["p50"], 1))
        say(line)
    stopped = summary["flags"].get("stopped_early", 0)
    if stopped:
        say(trn("{n} answer was ended because it looped", "{n} answers were ended because they looped", stopped))
