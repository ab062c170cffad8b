"""`fein score`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feinschliff.cli import complete
from feinschliff.cli import options as o
from feinschliff.cli.log import hide
from feinschliff.cli.output import print_json, say
from feinschliff.i18n import tr
from feinschliff.i18n.stored import retold

if TYPE_CHECKING:
    from feinschliff.records import Example


def command(
    source: Annotated[
        str,
        typer.Argument(
            metavar="DATA", help=tr("CSV, JSONL or Parquet file, folder or glob."), autocompletion=complete.data
        ),
    ],
    answers: Annotated[str, typer.Option("--answers", help=tr("Column of the answers."))],
    out: Annotated[Path, typer.Option("--out", help=tr("CSV, JSONL or Parquet file to write."))],
    target: Annotated[str | None, typer.Option("--target", help=tr("Column of the wanted answers."))] = None,
    score: o.Score = "similarity",
    endpoint: o.EndpointUrl = None,
    model: o.Model = None,
    api_key_env: o.ApiKeyEnv = None,
    header: o.Headers = None,
    rpm: o.Rpm = None,
    tpm: o.Tpm = None,
    concurrency: o.Concurrency = None,
    store: o.StoreUrl = None,
    as_json: o.AsJson = False,
    verbose: o.Verbose = False,
    log: o.LogFile = None,
) -> None:
    """Score a column of answers; adds the columns score and reason.

    An endpoint is asked only by a score that needs one (embedding); its vectors are kept in the store.

    Example: [bold]fein score answers.csv --answers answer --target subject --score chrf --out scored.csv[/]
    """
    from feinschliff import _api, stats
    from feinschliff._api.answer_file import read_answer
    from feinschliff._api.outfile import replaced
    from feinschliff.cli.outputs import write_once
    from feinschliff.datasets.load import load_examples, no_column
    from feinschliff.datasets.write import check_output
    from feinschliff.report.format import decimal
    from feinschliff.scorers.embedding import KEY_VARIABLE

    o.set_up_log(verbose=verbose, file=log)
    hide([os.environ.get(KEY_VARIABLE)])
    check_output(out)
    data = load_examples(source, target=target)
    if answers not in data.columns:
        raise no_column(answers, data.columns, data.source)
    given = [read_answer(example, answers) for example in data.examples]
    made = _api.scored(
        [_without(example, answers) for example in data.examples],
        given,
        score=score or "similarity",
        endpoint=None
        if not _asks(score or "")
        else o.make_endpoint(
            url=endpoint,
            model=model,
            api_key_env=api_key_env,
            headers=header,
            rpm=rpm,
            tpm=tpm,
            concurrency=concurrency,
        ),
        store=store,
    )
    scores = made.scores
    rows = [
        {**example.row, "score": s.value, "reason": s.reason} for example, s in zip(data.examples, scores, strict=True)
    ]
    added = ("score", "reason")
    write_once(out, [*(c for c in data.columns if c not in added), *added], rows)
    warnings = [*made.notes, *replaced(data.columns, added)]
    values = [s.value for s in scores if s.value is not None]
    interval = stats.score_interval(values) if values else None
    summary = {
        "out": str(out),
        "rows": len(rows),
        "scored": len(values),
        "unscored": len(rows) - len(values),
        "mean": None if interval is None else interval.mean,
        "stderr": None if interval is None else interval.stderr,
        "low": None if interval is None else interval.low,
        "high": None if interval is None else interval.high,
        "warnings": warnings,
        **({} if made.run is None else {"run": made.run, "spent": made.spent}),
    }
    if as_json:
        print_json(summary)
    else:
        average = None if interval is None or interval.mean is None else decimal(f"{interval.mean:.4f}")
        mean = tr("none could be scored") if average is None else tr("mean {mean}", mean=average)
        say(
            tr(
                "{n_values} of {n_rows} rows scored, {mean}; written to {out}",
                n_values=len(values),
                n_rows=len(rows),
                mean=mean,
                out=out,
            )
        )
    for warning in warnings:
        say(retold(warning))


def _asks(score: str) -> bool:
    """Whether a score asks the endpoint that is given: `embedding`, `embedding@MODEL`, or one of them in a sum.

    A URL or a shipped model of its own is asked instead.
    """
    from feinschliff.build import is_local

    names = [part.strip().rpartition("=")[0] or part.strip() for part in score.split(",")]
    places = [name.partition("@")[2] for name in names if name.partition("@")[0] == "embedding"]
    return any(not place.startswith(("http://", "https://")) and not is_local(place) for place in places)


def _without(example: Example, column: str) -> Example:
    """The example as a scorer sees it: an answer is no source of itself."""
    return example.model_copy(update={"row": {name: value for name, value in example.row.items() if name != column}})
