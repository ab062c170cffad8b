"""`fein compare`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue

from feinschliff import _api
from feinschliff.cli import options as o
from feinschliff.cli.inputs import read_budget, read_source
from feinschliff.cli.output import print_json, stdout, writing
from feinschliff.cli.progress import ProgressDisplay
from feinschliff.errors import ParameterError
from feinschliff.parameters.parse import parse_assignments
from feinschliff.parameters.space import make_space
from feinschliff.report import show_result


def command(
    source: Annotated[str, typer.Argument(metavar="DATA|TASK.toml", help="Data file, or a task file.")],
    a: Annotated[str, typer.Option("--a", help="Settings: NAME=VALUE,..., a JSON object, or @file.json.")],
    b: Annotated[str, typer.Option("--b", help="What --a is compared with.")],
    prompt: o.Prompt = None,
    system: o.System = None,
    target: Annotated[str | None, typer.Option("--target", help="Column of the wanted answers.")] = None,
    score: o.Score = None,
    requests: o.Requests = None,
    tokens: o.Tokens = None,
    seconds: o.Seconds = None,
    usd: o.Usd = None,
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
    o.set_up_log(verbose=verbose, file=log)
    what = read_source(source, prompt=prompt, system=system, target=target)
    sides = (read_settings(a), read_settings(b))
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
        table=what.file.endpoint,
    )
    with ProgressDisplay(quiet=verbose) as display:
        result = _api.compare(
            what.task,
            where,
            a=sides[0],
            b=sides[1],
            score=score if score is not None else what.file.scorer(),
            budget=read_budget(what, requests=requests, tokens=tokens, seconds=seconds, usd=usd),
            seed=seed,
            store=store,
            name=name,
            fresh=fresh,
            report=report,
            watch=display.watch,
        )
    if as_json:
        print_json(result.to_dict())
    else:
        with writing():
            show_result(result.to_dict(), result.details, stdout())


_BETWEEN = re.compile(r",(?=\s*[A-Za-z_][\w.]*=)")
"""A comma that a name and `=` follow: texts may hold commas of their own."""


def read_settings(text: str) -> dict[str, JsonValue]:
    """Settings from `NAME=VALUE,...`, a JSON object, or `@file.json`; null values are left out.

    Raises: ParameterError.
    """
    if text.startswith("@"):
        try:
            text = Path(text[1:]).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ParameterError(f"cannot read the settings from {text[1:]}", found=type(error).__name__) from None
    if text.lstrip().startswith("{"):
        return _from_json(text)
    space = make_space(parse_assignments(part for part in _BETWEEN.split(text) if part.strip()))
    if space.knobs:
        raise ParameterError(
            f"'{next(iter(space.knobs))}' has more than one value", asked=text, mend="give each parameter one value"
        )
    return dict(space.fixed)


def _from_json(text: str) -> dict[str, JsonValue]:
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise ParameterError(
            f"the settings are no JSON: {error.msg}", asked=text[:200], mend="write a JSON object"
        ) from None
    return {name: value for name, value in values.items() if value is not None}
