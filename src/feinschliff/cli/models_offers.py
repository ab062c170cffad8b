"""What `fein models search` and `pull` show of a model: its variants with size and room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feinschliff.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from feinschliff.models.hardware import Machine
    from feinschliff.models.hub.variants import RemoteModel, Variant


def room_word(model: RemoteModel, variant: Variant, machine: Machine) -> str:
    """Whether it would run here, in the user's language."""
    from feinschliff.models.hub.room import room_for

    words = {
        "fits on the GPU": tr("fits on the GPU"),
        "fits in part on the GPU": tr("fits in part on the GPU"),
        "fits": tr("fits"),
        "may fit": tr("may fit"),
        "does not fit": tr("does not fit"),
    }
    return words[room_for(model, variant, machine).verdict]


def model_dict(model: RemoteModel, machine: Machine) -> dict[str, Any]:
    """As JSON shows it; `fit` is an estimate by size."""
    from feinschliff.models.hub.room import room_for

    return {
        "name": model.name,
        "parameters": model.parameters,
        "architecture": model.architecture,
        "downloads": model.downloads,
        "variants": [{**v.to_dict(), "fit": room_for(model, v, machine).words} for v in model.variants],
    }


def variants_table(models: Sequence[RemoteModel], machine: Machine, chosen: Variant | None = None) -> Table:
    """All variants; the chosen one is marked."""
    from rich.markup import escape
    from rich.table import Table

    from feinschliff.models.sizes import count_text, size_text

    table = Table(box=None, pad_edge=False)
    for title in (tr("model"), tr("quantisation"), tr("size"), tr("here")):
        table.add_column(title, overflow="fold", justify="right" if title == tr("size") else "left")
    for model in models:
        title = escape(model.name)
        if model.parameters:
            title += f" [dim]({count_text(model.parameters)})[/]"
        for variant in model.variants:
            name = escape(variant.name)
            table.add_row(
                title,
                f"[bold]{name}[/] *" if variant is chosen else name,
                size_text(variant.bytes),
                room_word(model, variant, machine),
            )
            title = ""
        if not model.variants:
            table.add_row(title, tr("nothing usable"))
    return table
