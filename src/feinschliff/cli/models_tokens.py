"""`fein models tokens`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from feinschliff.cli import options as o
from feinschliff.cli.output import print_json, stdout, writing
from feinschliff.errors import InputError
from feinschliff.i18n import tr, trn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from feinschliff._api.tokenizers import Cutter
    from feinschliff.build import Endpoint
    from feinschliff.models.loaded import Piece
    from feinschliff.models.tokens import Counted

_SHOWN = 400
"""Tokens that are shown on a terminal unless all are wanted."""
_ENDINGS = (".txt", ".md", ".csv", ".json", ".jsonl", ".html", ".log")


def command(
    text: Annotated[str, typer.Argument(metavar="TEXT|FILE", help=tr("A text, a text file, or - for standard input."))],
    special: Annotated[
        bool, typer.Option("--special", help=tr("Names such as <|im_start|> in the text mean the token of that name."))
    ] = False,
    every: Annotated[bool, typer.Option("--all", help=tr("Show all tokens of a long text."))] = False,
    endpoint: o.EndpointUrl = None,
    model: o.Model = None,
    api_key_env: o.ApiKeyEnv = None,
    header: o.Headers = None,
    as_json: o.AsJson = False,
) -> None:
    """Count a text's tokens and show them, as the model itself cuts it.

    Beside the count: characters and words per token against the rules of thumb (4 characters, 3/4 of a word), the same
    text in English, German and Korean, and the share of the model's context. By a model file, or by a server that tells
    its tokens (llama.cpp, vLLM).

    Example: [bold]fein models tokens "Wie viele Token hat dieser Satz?" --model house-2[/]
    """
    from feinschliff._api.tokenizers import cutter
    from feinschliff.build import is_local
    from feinschliff.models.files import model_path
    from feinschliff.models.tokens import SAMPLES, counted

    content = _content(text)
    if endpoint is None and model is not None and (is_local(model) or "OPENAI_BASE_URL" not in os.environ):
        where: Endpoint | Path = model_path(model)
    else:
        where = o.make_endpoint(url=endpoint, model=model, api_key_env=api_key_env, headers=header)
    with cutter(where) as cut:
        pieces = cut.pieces(content, special=special)
        found = counted(content, pieces)
        samples = {name: counted(sample, cut.pieces(sample, special=False)) for name, sample in SAMPLES.items()}
    if as_json:
        print_json(_document(cut, found, samples, pieces))
        return
    with writing():
        _show_pieces(pieces if every else pieces[:_SHOWN])
        if len(pieces) > _SHOWN and not every:
            stdout().print(tr("... and {n} more (--all shows them)", n=len(pieces) - _SHOWN), style="dim")
        _show_figures(cut, found, samples)


def _content(text: str) -> str:
    """Raises: InputError for a file that is not there, or no text."""
    if text == "-":
        return sys.stdin.read()
    try:
        path = Path(text)
        there = len(text) < 4096 and path.is_file()
    except (OSError, ValueError):
        there = False
    if not there:
        if text.endswith(_ENDINGS) and not any(c.isspace() for c in text):
            raise InputError(tr("there is no file {path}", path=text), asked=text, mend=tr("look at the path"))
        return text
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            tr("{path} cannot be read as text", path=path),
            asked=text,
            found=str(error)[:200],
            mend=tr("give a text file in UTF-8, or the text itself in quotation marks"),
        ) from None


def _document(cut: Cutter, found: Counted, samples: Mapping[str, Counted], pieces: Sequence[Piece]) -> dict[str, Any]:
    return {
        "model": cut.model,
        **found.to_dict(),
        "context": cut.context,
        "share": None if not cut.context else round(found.tokens / cut.context, 6),
        "samples": {name: sample.to_dict() for name, sample in samples.items()},
        "pieces": [piece.to_dict() for piece in pieces],
    }


def _show_pieces(pieces: Sequence[Piece]) -> None:
    from rich.text import Text

    from feinschliff.models.tokens import shown_pieces

    line = Text()
    console = stdout()
    marks = console.color_system is None
    for index, shown in enumerate(shown_pieces(pieces)):
        if marks and index:
            line.append("|")
        line.append(shown, style=None if marks else ("black on bright_cyan", "black on bright_yellow")[index % 2])
        if shown.endswith("⏎"):
            line.append("\n")
    console.print(line, soft_wrap=True)


def _show_figures(cut: Cutter, found: Counted, samples: Mapping[str, Counted]) -> None:
    from rich.table import Table

    from feinschliff.models.tokens import THUMB_CHARACTERS, THUMB_WORDS

    console = stdout()
    line = trn("{n} token", "{n} tokens", found.tokens)
    if cut.context:
        share = tr("{share:.1%} of the context of {context}", share=found.tokens / cut.context, context=cut.context)
        line += ", " + share
    console.print(f"{line} ({cut.model})", soft_wrap=True)
    names = {"en": tr("in English"), "de": tr("in German"), "ko": tr("in Korean")}
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for title in (
        tr("tokens"),
        tr("characters per token"),
        tr("words per token"),
        tr("by 4 characters"),
        tr("by 3/4 word"),
    ):
        table.add_column(title, justify="right")
    for name, row in {tr("this text"): found, **{names[key]: sample for key, sample in samples.items()}}.items():
        table.add_row(
            name,
            str(row.tokens),
            _figure(row.characters_per_token),
            _figure(row.words_per_token),
            _deviation(row.by_characters, row.tokens),
            _deviation(row.by_words, row.tokens),
        )
    table.add_row(tr("rule of thumb"), "", _figure(THUMB_CHARACTERS), _figure(THUMB_WORDS), "", "")
    console.print(table)


def _figure(value: float | None) -> str:
    from feinschliff.report.format import decimal

    return "" if value is None else decimal(f"{value:.2f}")


def _deviation(expected: float, tokens: int) -> str:
    """What a rule expects, and how far off it is."""
    return f"{expected:.0f} ({expected / tokens - 1:+.0%})" if tokens else f"{expected:.0f}"
