"""`fein export`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feinschliff.cli import complete
from feinschliff.cli import options as o
from feinschliff.cli.output import print_json, say, stdout, writing
from feinschliff.errors import InputError, OutputError
from feinschliff.i18n import tr

if TYPE_CHECKING:
    from feinschliff.report.exports import Recipe
    from feinschliff.store import Run, Store

_TARGETS = ("ollama", "vllm", "llama.cpp", "lmstudio", "openai", "litellm", "promptfoo")
_WHICH = ("recommended", "best", "baseline")


def command(
    run: o.RunName,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            help=tr("ollama, vllm, llama.cpp, lmstudio, openai, litellm or promptfoo."),
            autocompletion=complete.words(*_TARGETS),
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", help=tr("File to write; with llama.cpp a .gguf is a copy of the model's file.")),
    ] = None,
    settings: Annotated[
        str,
        typer.Option("--settings", help=tr("recommended, best or baseline."), autocompletion=complete.words(*_WHICH)),
    ] = "recommended",
    model: Annotated[
        Path | None,
        typer.Option(
            "--model", help=tr("The model's .gguf file, where the run does not know it; for vllm its folder.")
        ),
    ] = None,
    store: o.StoreUrl = None,
    as_json: o.AsJson = False,
) -> None:
    """Write a run's settings for the place where they are used: a Modelfile, flags, a preset, Python.

    What the place cannot take is named on stderr.

    Example: [bold]fein export mine --to ollama --out Modelfile[/]
    """
    from feinschliff.report.exports import CALLS, TARGETS, make_recipe, write_into_gguf
    from feinschliff.store import get_run, open_store

    if to not in TARGETS:
        raise InputError(
            tr("there is no export to '{to}'", to=to),
            asked=f"--to {to}",
            found=tr("known are {names}", names=", ".join(TARGETS)),
            mend=tr("use one of them"),
        )
    if model is not None and not (model.is_file() or (to == "vllm" and model.is_dir())):
        raise InputError(
            tr("there is no file {path}", path=model), asked=f"--model {model}", mend=tr("look at the path")
        )
    with open_store(store, create=store is None) as db:
        found = get_run(db, run)
        recipe = make_recipe(found, settings, model=model)
        if to in CALLS:
            recipe = _with_findings(recipe, found, db)
    if out is not None and out.suffix.lower() == ".gguf":
        if to != "llama.cpp":
            raise InputError(
                tr("only llama.cpp reads settings from a .gguf file"),
                asked=f"--to {to} --out {out}",
                mend="--to llama.cpp",
            )
        _check_new(out)
        warnings, text = write_into_gguf(recipe, out), None
    else:
        export = TARGETS[to](recipe)
        warnings, text = export.warnings, export.text
        if out is not None:
            _write(out, text)
    for warning in warnings:
        say(warning)
    if as_json:
        print_json(
            {
                "run": found.id,
                "to": to,
                "which": settings,
                "settings": dict(recipe.settings),
                "out": None if out is None else str(out),
                "text": text,
                "warnings": warnings,
            }
        )
    elif out is None:
        with writing():
            stdout().out(text, end="", highlight=False)
    else:
        say(tr("written to {out}", out=out))


def _with_findings(recipe: Recipe, run: Run, db: Store) -> Recipe:
    """What earlier probes have found of the server that is called counts for more than the catalogue."""
    from feinschliff._api.origin import origin
    from feinschliff._api.suits import found_at
    from feinschliff.report.exports import base_url

    if recipe.address is None:
        return recipe
    known, limits = found_at(base_url(recipe), recipe.settings, model=recipe.model, omit=origin(run).omit, db=db)
    return replace(recipe, known=known, limits=limits)


def _write(out: Path, text: str) -> None:
    """A file that holds the same already is left as it is. Raises: OutputError."""
    try:
        if out.exists() and out.read_text(encoding="utf-8") == text:
            return
        _check_new(out)
        out.write_text(text, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OutputError(
            tr("{out} cannot be written", out=out), found=str(error), mend=tr("give another --out")
        ) from None


def _check_new(out: Path) -> None:
    if out.exists():
        raise OutputError(
            tr("{out} is there already", out=out),
            asked=f"--out {out}",
            mend=tr("give another --out, or remove it"),
        )
    if not out.resolve().parent.is_dir():
        raise OutputError(
            tr("there is no folder {path}", path=out.parent), asked=f"--out {out}", mend=tr("make it first")
        )
