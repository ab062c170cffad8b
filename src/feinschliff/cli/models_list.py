"""`fein models list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feinschliff.cli import options as o
from feinschliff.cli.output import print_json, say, tables, writing
from feinschliff.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feinschliff.models.look import LocalModel


def command(as_json: o.AsJson = False) -> None:
    """List the model files on this machine, whoever put them there.

    Our own, Ollama's, LM Studio's, llama.cpp's and those of the Hugging Face
    cache. A damaged or unfinished one is listed with what is wrong with it.

    Example: [bold]fein models list[/]
    """
    from feinschliff.models.listing import local_models
    from feinschliff.models.places import own_folder

    found = local_models()
    if as_json:
        print_json({"models": [model.to_dict() for model in found], "folder": str(own_folder())})
        return
    with writing():
        _show(found)
    say(tr("fein models pull NAME puts models into {folder}", folder=own_folder()))


def _show(found: Sequence[LocalModel]) -> None:
    from rich.markup import escape
    from rich.table import Table

    from feinschliff.models.sizes import size_text

    table = Table(box=None, pad_edge=False)
    for title in (tr("model"), tr("format"), tr("quantisation"), tr("size"), tr("from"), tr("path")):
        table.add_column(title, overflow="fold", justify="right" if title == tr("size") else "left")
    for model in found:
        table.add_row(
            escape(model.name),
            model.format,
            model.quantisation or "",
            size_text(model.bytes),
            model.source,
            escape(str(model.path)),
        )
        if model.problem is not None:
            unusable = tr("unusable: {problem}", problem=model.problem)
            table.add_row(f"  [red]{escape(unusable)}[/]")
    tables().print(table)
