"""The verbs of `fein`."""

from __future__ import annotations

from typing import Annotated

import typer

from feinschliff import __version__
from feinschliff.cli import compare, data, generate, runs, score, tune

app = typer.Typer(
    name="fein",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("tune")(tune.command)
app.command("compare")(compare.command)
app.command("generate")(generate.command)
app.command("score")(score.command)
app.command("report")(runs.report_command)
app.add_typer(runs.app, name="runs")
app.add_typer(data.app, name="data")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"feinschliff {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Measures language-model answers with one score and turns every knob that raises it."""
