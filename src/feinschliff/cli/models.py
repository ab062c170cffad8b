"""`fein models`: the group of its verbs. Each has a file of its own, imported when it is called."""

from __future__ import annotations

from typing import ClassVar

import typer

from feinschliff.cli.lazy import LazyGroup, Verb


class ModelVerbs(LazyGroup):
    """Verbs for model files on this machine, in the order of the help."""

    verbs: ClassVar[tuple[Verb, ...]] = (
        Verb(
            "inspect",
            "models_inspect:command",
            "Look into a model without loading it: architecture, quantisation, context, tokenizer, template, defaults.",
        ),
        Verb(
            "fit",
            "models_fit:command",
            "Estimate memory and speed of a model: weights, cache and buffers, in a range; layers on a GPU; what fits.",
        ),
        Verb(
            "serve",
            "models_serve:command",
            "Serve a model to programs that speak OpenAI's API (/v1/chat/completions, /v1/models, /health), "
            "until Ctrl-C.",
        ),
        Verb("list", "models_list:command", "List the model files on this machine, whoever put them there."),
        Verb(
            "search",
            "models_search:command",
            "Search the hubs for models, each quantisation with its size and whether it fits here.",
        ),
        Verb("pull", "models_pull:command", "Fetch a model, checked, and going on where a download was cut."),
        Verb(
            "quantise",
            "models_quantise:command",
            "Make a model smaller, and say what was lost: size, error of the weights, perplexity, score.",
        ),
        Verb("tokens", "models_tokens:command", "Count a text's tokens and show them, as the model itself cuts it."),
    )


app = typer.Typer(help="Model files: what lies here, what fits, fetch, quantise, serve.", cls=ModelVerbs)


@app.callback(no_args_is_help=True)
def _root() -> None:
    """Model files: what lies here, what fits, fetch, quantise, serve."""
