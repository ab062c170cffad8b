"""`fein models quantise`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feinschliff.cli import complete
from feinschliff.cli import options as o
from feinschliff.cli.output import print_json, say, stdout, writing
from feinschliff.errors import InputError
from feinschliff.i18n import tr, trn

if TYPE_CHECKING:
    from feinschliff._api.quantised import Loss, Trial

_REQUESTS, _FOR_EACH = 800, 4
"""Allowed where nobody says how many: enough for every example on both sides, retries among them."""
_KINDS = ("q8_0", "q6_k", "q5_k_m", "q5_k_s", "q5_1", "q5_0", "q4_k_m", "q4_k_s", "q4_1", "q4_0", "f16", "bf16")


def command(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SRC", help=tr("GGUF file in f32, f16 or bf16, a Llama folder, or a shipped model's name.")
        ),
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT.gguf", help=tr("File to write."))],
    to: Annotated[str, typer.Option("--to", help=", ".join(_KINDS) + ".", autocompletion=complete.words(*_KINDS))],
    text: Annotated[
        Path | None, typer.Option("--text", help=tr("Measure perplexity on this text before and after."))
    ] = None,
    score: Annotated[
        str | None,
        typer.Option(
            "--score",
            metavar="TASK",
            help=tr(
                "Task file, or the name of a bundled task: score both models on it, in pairs, and the perplexity of "
                "its targets."
            ),
            autocompletion=complete.data,
        ),
    ] = None,
    settings: Annotated[
        str | None,
        typer.Option("--settings", help=tr("Settings of the score: NAME=VALUE,..., a JSON object, or @file.json.")),
    ] = None,
    threads: Annotated[
        int | None, typer.Option("--threads", min=1, help=tr("Processors to use; all if left out."))
    ] = None,
    requests: o.Requests = None,
    store: o.StoreUrl = None,
    seed: o.Seed = 0,
    as_json: o.AsJson = False,
) -> None:
    """Make a model smaller, and say what was lost: size, error of the weights, perplexity, score.

    Q8_0, Q4_0 and the K-mixtures are made by llama.cpp's own quantiser, with its rules for which tensor gets more bits.
    Tensors whose rows do not fill the blocks of a format get another one, and it is told which.

    Example: [bold]fein models quantise house-2 small.gguf --to q4_k_m --score subjects[/]
    """
    from feinschliff._api.quantised import quantise_model
    from feinschliff.cli.bar import Bar
    from feinschliff.models.files import model_path

    content = None if text is None else _read(text)
    trial = None if score is None else _trial(score, settings, requests=requests, store=store, seed=seed)
    if trial is None and (settings is not None or requests is not None):
        raise InputError(
            tr("only a score has a use for --settings and --requests"), asked="--settings", mend=tr("add --score TASK")
        )
    names = {"quantise": tr("quantise"), "perplexity": tr("perplexity")}
    with Bar(in_bytes=(names["quantise"],)) as bar:
        loss = quantise_model(
            model_path(source),
            out,
            to,
            text=content,
            trial=trial,
            threads=threads or os.cpu_count() or 1,
            told=lambda name, done, total: bar.show(names[name], done, total),
        )
    for warning in loss.quantised.warnings:
        say(warning)
    if as_json:
        print_json(loss.to_dict())
    else:
        with writing():
            _show(loss)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            tr("{path} cannot be read as text", path=path), asked=f"--text {path}", found=str(error)[:200]
        ) from None


def _trial(score: str, settings: str | None, *, requests: int | None, store: str | None, seed: int) -> Trial:
    """Raises: InputError."""
    from feinschliff._api.common import Watch
    from feinschliff._api.quantised import Trial
    from feinschliff.cli.inputs import read_settings, read_source

    what = read_source(score, prompt=None, system=None, target=None)
    given = {**what.file.baseline, **({} if settings is None else read_settings(settings))}
    if given.get("model") is not None:
        raise InputError(tr("the models are the source and the new file"), asked="model", mend=tr("leave it out"))
    wanted = max(_REQUESTS, _FOR_EACH * len(what.task.examples)) if requests is None else requests
    return Trial(what.task, given, what.scorer(), {"requests": wanted}, store, seed, Watch(on_run=_run))


def _run(run: str) -> None:
    say(tr("run {run}", run=run))


def _show(loss: Loss) -> None:
    from rich.table import Table

    from feinschliff.models.sizes import size_text
    from feinschliff.report.format import signed

    done = loss.quantised
    console = stdout()
    table = Table(box=None, pad_edge=False)
    for title, justify in ((tr("tensors"), "left"), (tr("as"), "left"), (tr("size"), "right"), (tr("error"), "right")):
        table.add_column(title, justify="right" if justify == "right" else "left")
    for part in done.parts:
        error = "0" if part.mse == 0 else f"{part.relative:.2%} ({part.mse:.1e})"
        table.add_row(f"{part.tensors} {part.part}", ", ".join(part.kinds).upper(), size_text(part.bytes), error)
    if done.parts:
        console.print(table)
        console.print(tr("error: mean squared error as a share of the weights' mean square (and itself)"), style="dim")
    if done.fallbacks:
        rows = sorted({(fall.row, fall.wanted.upper(), fall.kind.upper()) for fall in done.fallbacks})
        for row, wanted, kind in rows:
            n = sum(
                (fall.row, fall.wanted.upper(), fall.kind.upper()) == (row, wanted, kind) for fall in done.fallbacks
            )
            console.print(
                trn(
                    "{n} tensor has rows of {row} weights, which do not fill the blocks of {wanted}: it is in {kind}.",
                    "{n} tensors have rows of {row} weights, which do not fill the blocks of {wanted}: they are in "
                    "{kind}.",
                    n,
                    row=row,
                    wanted=wanted,
                    kind=kind,
                ),
                soft_wrap=True,
            )
    if loss.before is not None and loss.after is not None and loss.ratio is not None:
        console.print(
            tr(
                "Perplexity {before:.3f} before, {after:.3f} after: {change:+.2%} ({low:+.2%} to {high:+.2%}) on "
                "{tokens} tokens.",
                before=loss.before.value,
                after=loss.after.value,
                change=loss.ratio.ratio - 1,
                low=loss.ratio.low - 1,
                high=loss.ratio.high - 1,
                tokens=loss.after.tokens,
            ),
            soft_wrap=True,
        )
    if loss.score is not None:
        held = loss.score.to_dict()["held_out"]
        difference = held["difference"]
        console.print(
            tr(
                "Score {before:.3f} before, {after:.3f} after: {change} ({low} to {high}) on {n} examples; {verdict}.",
                before=held["baseline"]["mean"],
                after=held["best"]["mean"],
                change=signed(difference["mean"]),
                low=signed(difference["low"]),
                high=signed(difference["high"]),
                n=held["n"],
                verdict=_word(loss.score.to_dict()["verdict"]),
            ),
            soft_wrap=True,
        )
    console.print(
        tr(
            "{out}: {after} instead of {before} ({share:.0%}), {bits:.2f} bits per weight.",
            out=done.out,
            after=size_text(done.bytes_after),
            before=size_text(done.bytes_before),
            share=done.bytes_after / done.bytes_before,
            bits=done.bits,
        ),
        soft_wrap=True,
    )


def _word(verdict: str | None) -> str:
    from feinschliff.report.words import verdict_word

    return verdict_word(verdict)
