"""`fein data posts`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from feinschliff.cli import complete
from feinschliff.cli import options as o
from feinschliff.cli.output import print_json, say
from feinschliff.errors import InputError
from feinschliff.i18n import tr, trn


def command(
    out: Annotated[Path, typer.Option("--out", help=tr("CSV, JSONL or Parquet file to write."))],
    count: Annotated[int, typer.Option("--count", min=1, help=tr("How many posts."))] = 2700,
    language: Annotated[
        str | None,
        typer.Option(
            "--language", help=tr("de or en; both in turn if not given."), autocompletion=complete.words("de", "en")
        ),
    ] = None,
    topic: Annotated[str | None, typer.Option("--topic", help=tr("What all posts are about; needs a model."))] = None,
    prompt: Annotated[
        str | None,
        typer.Option(
            "--prompt",
            help=tr(
                "Prompt of your own over {{ kind }}, {{ form }}, {{ person }}, {{ place }}, {{ tone }}, {{ length }}, "
                "{{ detail }}, {{ topic }}, {{ language }}, {{ number }}."
            ),
        ),
    ] = None,
    system: Annotated[str | None, typer.Option("--system", help=tr("System text over the same."))] = None,
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
    """Write neighbourhood posts, one column Posts: by grammar, or with --endpoint or --model by a model.

    A model gets another request for each post: kind, person, place, tone,
    length and a detail are drawn by the seed. Near-duplicates, refusals and cut
    answers are left out and asked for anew, up to three answers for each post.
    The same command goes on where the last one stopped, also with more --count.

    Example: [bold]fein data posts --count 2700 --out posts.csv[/]

    Example: [bold]fein data posts --endpoint http://localhost:11434/v1 --count 200 --topic bees --out bees.csv[/]
    """
    o.set_up_log(verbose=verbose, file=log)
    for_a_model = {
        "--topic": topic, "--prompt": prompt, "--system": system, "-p": assignments, "--requests": requests,
        "--tokens": tokens, "--seconds": seconds, "--usd": usd, "--dry-run": dry_run, "--api-key-env": api_key_env,
        "--header": header, "--rpm": rpm, "--tpm": tpm, "--concurrency": concurrency, "--timeout": timeout,
        "--price": price, "--omit": omit, "--stream": stream, "--store": store,
    }  # fmt: skip
    if endpoint is None and model is None:
        _by_grammar(out, count, language, seed, [name for name, value in for_a_model.items() if value], as_json=as_json)
        return
    from feinschliff._api.posts import write_posts
    from feinschliff.cli.before import Before
    from feinschliff.cli.inputs import read_values, stated
    from feinschliff.cli.progress import carried_out

    values = read_values(assignments)
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
    )
    budget = {"requests": requests, "tokens": tokens, "seconds": seconds, "usd": usd}
    before = Before(yes=yes, dry_run=dry_run, as_json=as_json)
    summary = carried_out(
        lambda watch: write_posts(
            where,
            out=out,
            count=count,
            language=language,
            topic=topic,
            system=system,
            prompt=prompt,
            settings=values,
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
    _tell(summary)


def _by_grammar(
    out: Path, count: int, language: str | None, seed: int, for_a_model: list[str], *, as_json: bool
) -> None:
    """Raises: InputError for options that only a model has a use for, and for another language."""
    from feinschliff.cli.outputs import write_once
    from feinschliff.datasets.grammar import make_posts
    from feinschliff.datasets.write import check_output

    if for_a_model:
        raise InputError(
            tr("only a model has a use for {options}", options=", ".join(for_a_model)),
            asked=", ".join(for_a_model),
            found=tr("no --endpoint and no --model: posts by grammar"),
            mend=tr("give --endpoint URL or --model, or leave it out"),
        )
    if language not in {None, "de", "en"}:
        raise InputError(
            tr("there is no grammar for '{language}'", language=language),
            asked=f"--language {language}",
            found="de, en",
            mend=tr("use de or en"),
        )
    check_output(out)
    posts = make_posts(count, language=language, seed=seed, split="test")
    write_once(out, ["Posts"], [{"Posts": post.text} for post in posts])
    if as_json:
        print_json({"out": str(out), "rows": len(posts)})
    else:
        say(trn("{n} row written to {out}", "{n} rows written to {out}", len(posts), out=out))


def _tell(summary: dict[str, Any]) -> None:
    """How it went, in two or three lines."""
    rows, asked, removed = summary["rows"], summary["asked"], summary["removed"]
    say(
        trn("{n} post written to {out}", "{n} posts written to {out}", rows, out=summary["out"])
        + "; "
        + trn("{n} answer was asked for", "{n} answers were asked for", asked)
    )
    names = {
        "empty": tr("empty"),
        "refused": tr("refused"),
        "truncated": tr("cut at max_tokens"),
        "looping": tr("looping"),
        "duplicates": tr("near-duplicates (Jaccard index of {from_} or more)", from_=summary["near_duplicate_from"]),
    }
    parts = [f"{removed[name]} {shown}" for name, shown in names.items() if removed[name]]
    if summary["failed"]:
        parts.append(tr("{n} failed, the first with: {why}", n=summary["failed"], why=summary["first_failure"]))
    if parts:
        say(tr("left out: {parts}", parts=", ".join(parts)))
    for warning in summary["warnings"]:
        say(warning)
