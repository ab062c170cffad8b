"""`fein probe`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from feinschliff.cli import complete
from feinschliff.cli import options as o
from feinschliff.cli.output import print_json, say, stderr, tables, writing
from feinschliff.i18n import tr, trn

if TYPE_CHECKING:
    from rich.console import Console

    from feinschliff.probing import Finding, ProbeResult

_STYLES = {"honoured": "green", "clamped": "yellow", "inert": "red", "rejected": "red", "unknown": "dim"}


def command(
    names: Annotated[
        list[str] | None,
        typer.Option(
            "-p",
            metavar="NAME",
            help=tr("Only this parameter, or extra.NAME; may be repeated."),
            autocompletion=complete.parameters,
        ),
    ] = None,
    requests: Annotated[int, typer.Option("--requests", help=tr("Most requests to the model, retries counted."))] = 40,
    endpoint: o.EndpointUrl = None,
    model: o.Model = None,
    api_key_env: o.ApiKeyEnv = None,
    header: o.Headers = None,
    rpm: o.Rpm = None,
    tpm: o.Tpm = None,
    concurrency: o.Concurrency = None,
    timeout: o.Timeout = None,
    omit: o.Omit = None,
    store: o.StoreUrl = None,
    as_json: o.AsJson = False,
    verbose: o.Verbose = False,
    log: o.LogFile = None,
) -> None:
    """Which parameters does this endpoint honour, clamp, ignore or refuse? It is asked, and tells the evidence.

    It is asked with short requests, at most 40, and each finding says what it rests on. A few questions to the server
    about its software and its models, which cost nothing, are not counted. A knob whose effect cannot show (the model
    is too certain, say) is unknown.

    Example: [bold]fein probe --endpoint http://localhost:11434/v1 --model llama3.2[/]
    """
    from feinschliff import _api

    o.set_up_log(verbose=verbose, file=log)
    where = o.make_endpoint(
        url=endpoint,
        model=model,
        api_key_env=api_key_env,
        headers=header,
        rpm=rpm,
        tpm=tpm,
        concurrency=concurrency,
        timeout=timeout,
        omit=omit,
    )
    if not as_json and stderr().is_terminal:
        say(tr("Asking, at most {n} times ...", n=requests))
    result = _api.probe(where, names=[name.strip() for name in names or ()], requests=requests, store=store)
    if as_json:
        print_json(result.to_dict())
    else:
        with writing():
            show_probe(result, tables())


def show_probe(result: ProbeResult, console: Console) -> None:
    """The findings as a table; what no test could be made for, in one line."""
    from rich.markup import escape
    from rich.table import Table

    console.print(f"{result.endpoint}  {result.model}  ({result.dialect})", style="dim", markup=False)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for head in (tr("parameter"), tr("status"), tr("evidence")):
        table.add_column(head, overflow="fold")
    for name, finding in result.knobs.items():
        if finding.tested:
            status = f"[{_STYLES[finding.status]}]{_word(finding)}[/]"
            table.add_row(escape(name), status, escape(finding.evidence))
    console.print(table)
    untold = [name for name, finding in result.knobs.items() if not finding.tested]
    if untold:
        console.print(tr("Not asked for: {names}.", names=", ".join(untold)), style="dim", markup=False)
    for line in _beside(result):
        console.print(line, markup=False)
    console.print(trn("{n} request.", "{n} requests.", result.requests), style="dim")


def _word(finding: Finding) -> str:
    words = {
        "honoured": tr("honoured"),
        "clamped": tr("clamped"),
        "inert": tr("inert"),
        "rejected": tr("rejected"),
        "unknown": tr("unknown"),
    }
    return words[finding.status]


def _beside(result: ProbeResult) -> list[str]:
    """Determinism, log-probabilities and context in a sentence each, as far as they were looked at."""
    lines = []
    same = result.determinism.get("same_seed_same_text")
    if same is not None:
        lines.append(
            tr("The same seed gave the same text.") if same else tr("The same seed did not give the same text.")
        )
    there, kind = result.logprobs.get("there"), result.logprobs.get("kind")
    if there is False:
        lines.append(tr("There are no log-probabilities."))
    elif kind == "raw":
        lines.append(tr("Log-probabilities are the model's own: no setting changes them."))
    elif kind == "processed":
        lines.append(tr("Log-probabilities are those after the sampler."))
    cut, read = result.context.get("cut"), result.context.get("read_tokens")
    if cut is True:
        sent = result.context["sent_words"]
        lines.append(
            tr("Long prompts are cut without a word: of {sent} words {read} tokens were read.", sent=sent, read=read)
        )
    elif cut is False and result.context.get("refused"):
        lines.append(tr("A prompt that is too long is refused, not cut."))
    elif cut is False:
        lines.append(tr("A prompt of {read} tokens was read whole.", read=read))
    return lines
