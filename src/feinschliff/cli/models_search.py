"""`fein models search`."""

from __future__ import annotations

from typing import Annotated

import typer

from feinschliff.cli import options as o
from feinschliff.cli.output import print_json, say, stdout, writing
from feinschliff.i18n import tr


def command(
    query: Annotated[str, typer.Argument(metavar="QUERY", help=tr("Words of the model's name."))],
    limit: Annotated[int, typer.Option("--limit", min=1, max=50, help=tr("Most models to show."))] = 8,
    as_json: o.AsJson = False,
) -> None:
    """Search the hubs for models, each quantisation with its size and whether it fits here.

    The Hugging Face hub, and the model of this name in the Ollama registry.
    HF_ENDPOINT and FEIN_OLLAMA_REGISTRY name other addresses, HF_TOKEN who asks.

    Example: [bold]fein models search llama-3.2-1b-instruct[/]
    """
    from feinschliff.cli.models_offers import model_dict, variants_table
    from feinschliff.models.hardware import this_machine
    from feinschliff.models.hub.pull import search

    found = search(query, limit=limit)
    machine = this_machine()
    if as_json:
        print_json({"query": query, "models": [model_dict(model, machine) for model in found]})
        return
    if not found:
        say(tr("Nothing is called '{query}' there.", query=query))
        return
    with writing():
        stdout().print(variants_table(found, machine))
    say(tr("fein models pull NAME:QUANTISATION fetches one."))
