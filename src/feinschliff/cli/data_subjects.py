"""`fein data subjects`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from feinschliff.cli import complete
from feinschliff.cli import options as o
from feinschliff.cli.output import print_json, say
from feinschliff.errors import DataError, InputError
from feinschliff.i18n import tr, trn
from feinschliff.i18n.stored import retold

if TYPE_CHECKING:
    from feinschliff._api.voices import Voice
    from feinschliff.datasets.load import Dataset

TEXT_COLUMNS = ("Posts", "Post", "posts", "post", "text", "Text")
"""Where posts are looked for, in this order."""

_WAYS = ("rule", "model")

Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        help=tr("Model as the endpoint lists it, or a .gguf file; several times for several side by side."),
        rich_help_panel=o.ENDPOINT,
        autocompletion=complete.models,
    ),
]


def command(
    source: Annotated[
        str,
        typer.Argument(
            metavar="DATA", help=tr("CSV, JSONL, Parquet or text file, folder or glob."), autocompletion=complete.data
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help=tr("CSV, JSONL or Parquet file to write."))],
    by: Annotated[
        str,
        typer.Option(
            "--by",
            help=tr("rule (the most telling phrase, at most ten words), model, or rule,model for both side by side."),
            autocompletion=complete.words("rule", "model", "rule,model"),
        ),
    ] = "rule",
    column: Annotated[str | None, typer.Option("--column", help=tr("Column of the posts; Posts if not given."))] = None,
    prompt: Annotated[
        str | None,
        typer.Option("--prompt", help=tr("Prompt of your own; {{ post }} is the post, {{ column }} any column.")),
    ] = None,
    system: o.System = None,
    max_words: Annotated[int | None, typer.Option("--max-words", min=1, help=tr("Cut lines to so many words."))] = None,
    assignments: o.Assignments = None,
    requests: o.Requests = None,
    tokens: o.Tokens = None,
    seconds: o.Seconds = None,
    usd: o.Usd = None,
    dry_run: o.DryRun = False,
    yes: o.Yes = False,
    endpoint: o.EndpointUrl = None,
    models: Models = None,
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
    """Add a subject line for every post, by a rule or by models, and tell how well and how fast each model answered.

    A single line for each post is in the column Subject; several stand side
    by side in columns "Subject NAME". One model is asked after the other. The
    same command goes on where the last one stopped.

    Example: [bold]fein data subjects posts.csv --by rule --out subjects.csv[/]

    Example: [bold]fein data subjects posts.csv --by rule,model --model house-1 --out subjects.csv[/]
    """
    from feinschliff.datasets.load import load_examples
    from feinschliff.datasets.write import check_output

    o.set_up_log(verbose=verbose, file=log)
    ways = _ways(by)
    for_a_model = {
        "--endpoint": endpoint, "--model": models, "--prompt": prompt, "--system": system, "-p": assignments,
        "--requests": requests, "--tokens": tokens, "--seconds": seconds, "--usd": usd, "--dry-run": dry_run,
        "--api-key-env": api_key_env, "--header": header, "--rpm": rpm, "--tpm": tpm, "--concurrency": concurrency,
        "--timeout": timeout, "--price": price, "--omit": omit, "--stream": stream, "--store": store,
    }  # fmt: skip
    idle = [name for name, value in for_a_model.items() if value] if "model" not in ways else []
    if idle:
        raise InputError(
            tr("only a model has a use for {options}", options=", ".join(idle)),
            asked=", ".join(idle),
            found=f"--by {by}",
            mend=tr("write --by model, or --by rule,model; or leave it out"),
        )
    check_output(out)
    data = load_examples(source)
    chosen = _column(column, data)
    if ways == {"rule"}:
        _by_rule(data, chosen, out, max_words, as_json=as_json)
        return
    from feinschliff._api.lines import LineJob
    from feinschliff._api.subjects import write_subjects
    from feinschliff.cli.before import Before
    from feinschliff.cli.inputs import read_values, stated
    from feinschliff.cli.model_table import show_models
    from feinschliff.cli.progress import carried_out

    job = LineJob.make(
        data.examples,
        data.columns,
        column=chosen,
        system=system,
        prompt=prompt,
        settings=_without_model(read_values(assignments)),
        max_words=max_words,
    )
    voices = _voices(
        endpoint,
        list(dict.fromkeys(models or [])),
        api_key_env=api_key_env,
        headers=header,
        rpm=rpm,
        tpm=tpm,
        concurrency=concurrency,
        timeout=timeout,
        price=price,
        omit=omit,
        stream=stream,
    )
    budget = {"requests": requests, "tokens": tokens, "seconds": seconds, "usd": usd}
    before = Before(yes=yes, dry_run=dry_run, as_json=as_json)
    summary = carried_out(
        lambda watch: write_subjects(
            data,
            job,
            voices,
            out=out,
            rule="rule" in ways,
            seed=seed,
            budget=stated(budget),
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
        show_models(summary["models"])
    say(trn("{n} row written to {out}", "{n} rows written to {out}", summary["rows"], out=out))
    for warning in summary["warnings"]:
        say(retold(warning))


def _ways(by: str) -> set[str]:
    """Raises: InputError."""
    ways = [way.strip() for way in by.split(",")]
    odd = [way for way in ways if way not in _WAYS]
    if odd:
        raise InputError(
            tr("subject lines cannot be made by '{way}'", way=odd[0]),
            asked=f"--by {by}",
            found=", ".join(_WAYS),
            mend=tr("use --by rule, --by model or --by rule,model"),
        )
    return set(ways)


def _column(wanted: str | None, data: Dataset) -> str:
    """The column of the posts. Raises: DataError."""
    from feinschliff.datasets.load import no_column

    if wanted is not None and wanted not in data.columns:
        raise no_column(wanted, data.columns, data.source)
    chosen = wanted or next((name for name in TEXT_COLUMNS if name in data.columns), None)
    if chosen is None:
        raise DataError(
            tr("'{source}' has no column '{name}'", source=data.source, name=TEXT_COLUMNS[0]),
            asked=TEXT_COLUMNS[0],
            found=", ".join(data.columns),
            mend=tr("name the column of the posts with --column"),
        )
    return chosen


def _without_model(values: dict[str, Any]) -> dict[str, Any]:
    """Raises: InputError where a model is named as a parameter: there can be several."""
    if values.get("model") is not None:
        raise InputError(
            tr("models are named with --model here"), asked="-p model=...", mend=f"--model {values['model']}"
        )
    return values


def _voices(url: str | None, models: list[str], **options: Any) -> Sequence[Voice]:
    """One endpoint with all its models, or an embedded engine for each file."""
    from feinschliff._api.voices import Voice
    from feinschliff.build import is_local

    if url is None and models and all(is_local(model) for model in models):
        return [Voice(o.make_endpoint(url=None, model=model, **options)) for model in models]
    one = models[0] if len(models) == 1 else None
    if url is None and models and one is None:
        one = next(model for model in models if not is_local(model))
    return [Voice(o.make_endpoint(url=url, model=one, **options), tuple(models))]


def _by_rule(data: Dataset, column: str, out: Path, max_words: int | None, *, as_json: bool) -> None:
    from feinschliff._api.outfile import replaced
    from feinschliff._api.subjects import SUBJECT_COLUMN
    from feinschliff.cli.outputs import write_once
    from feinschliff.datasets.rules import subject_line

    lines = [subject_line(str(e.row.get(column) or "")) for e in data.examples]
    rows = [
        {**e.row, SUBJECT_COLUMN: " ".join(line.split()[:max_words])}
        for e, line in zip(data.examples, lines, strict=True)
    ]
    write_once(out, [*(c for c in data.columns if c != SUBJECT_COLUMN), SUBJECT_COLUMN], rows)
    warnings = replaced(data.columns, [SUBJECT_COLUMN])
    if as_json:
        print_json({"out": str(out), "rows": len(rows), "warnings": warnings})
    else:
        say(trn("{n} row written to {out}", "{n} rows written to {out}", len(rows), out=out))
    for warning in warnings:
        say(retold(warning))
