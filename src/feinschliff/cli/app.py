"""The verbs of `fein`."""

from __future__ import annotations

from typing import Annotated

import typer

from feinschliff import __version__
from feinschliff.cli.lazy import QUIET, LazyGroup, Verb
from feinschliff.i18n import tr


class Verbs(LazyGroup):
    """All verbs, in the order of the help. Their modules import at the top only what declares their options."""

    verbs = (
        Verb(
            "tune",
            "tune:command",
            "Find better settings, confirm them on held-out examples, and say honestly what came of it.",
        ),
        Verb(
            "compare",
            "compare:command",
            "Is --a better than --b? Two settings or models on the same examples and seeds, no search.",
        ),
        Verb("check", "check:command", "Does a run's verdict still hold? Exit code 1 if it has drifted, for CI."),
        Verb(
            "generate",
            "generate:command",
            "Answer every row of a file; adds the column answer, and with -n a row per answer and the column repeat.",
        ),
        Verb("score", "score:command", "Score a column of answers; adds the columns score and reason."),
        Verb("chat", "chat:command", "Chat with a model under a run's settings, or under two settings side by side."),
        Verb("report", "runs:report_command", "Write the report page of a run again, from the store alone."),
        Verb(
            "landscape",
            "landscape:command",
            "Draw the score over the whole space of a finished search, from stored answers, without a request.",
        ),
        Verb(
            "export",
            "export:command",
            "Write a run's settings for the place where they are used: a Modelfile, flags, a preset, Python.",
        ),
        Verb("runs", "runs:app", "List the runs of the store, the newest first."),
        Verb(
            "prices",
            "prices:app",
            "Show the price table in use: USD per million tokens, by model. FEIN_PRICES names another file.",
        ),
        Verb(
            "probe",
            "probe:command",
            "Which parameters does this endpoint honour, clamp, ignore or refuse? It is asked, and tells the evidence.",
        ),
        Verb(
            "doctor",
            "doctor:doctor_command",
            "Look at what works here and what is missing: software, engine, models, store, machine, servers.",
        ),
        Verb(
            "endpoints",
            "doctor:endpoints_command",
            "List the models that can be asked on this machine: shipped ones, and those of local servers.",
        ),
        Verb("models", "models:app", "Model files: what lies here, what fits, fetch, quantise, serve."),
        Verb(
            "parameters",
            "parameters:command",
            "Show the request parameters: what they do, which values mean what, and what each server makes of them.",
        ),
        Verb("data", "data:app", "Make data: neighbourhood posts, and subject lines for them."),
    )


app = typer.Typer(
    name="fein",
    cls=Verbs,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    **{**QUIET, "add_completion": True},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"feinschliff {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help=tr("Show the version."), is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Measures language-model answers with one score and turns every knob that raises it."""
