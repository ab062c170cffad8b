"""`fein prices`: the table of prices that the user keeps."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from feinschliff.cli import options as o
from feinschliff.cli.output import print_json, say, stdout, writing
from feinschliff.errors import InputError
from feinschliff.i18n import tr

if TYPE_CHECKING:
    from feinschliff.generation import PriceEntry

app = typer.Typer(invoke_without_command=True)

ModelName = Annotated[str, typer.Argument(metavar="MODEL", help=tr("A model's name, or a pattern such as 'vendor/*'."))]


@app.callback()
def list_command(context: typer.Context, as_json: o.AsJson = False) -> None:
    """Show the price table in use: USD per million tokens, by model. FEIN_PRICES names another file.

    Example: [bold]fein prices[/]
    """
    if context.invoked_subcommand is not None:
        return
    from feinschliff.build import load_prices, prices_path

    entries, path = load_prices(), prices_path()
    if as_json:
        print_json({"path": str(path), "prices": [_row(entry) for entry in entries]})
        return
    with writing():
        console = stdout()
        console.print(str(path), soft_wrap=True, markup=False)
        if not entries:
            console.print(tr("No prices yet. Add one with: fein prices set MODEL IN,OUT"), markup=False)
            return
        console.print(_table(entries))


@app.command("set")
def set_command(
    model: ModelName,
    price: Annotated[str, typer.Argument(metavar="IN,OUT", help=tr("USD per million prompt and completion tokens."))],
    date: Annotated[
        str | None, typer.Option("--date", help=tr("When it was looked up, as 2026-01-31; today if not given."))
    ] = None,
    as_json: o.AsJson = False,
) -> None:
    """Add or replace one price; all other lines of the file stay as they are.

    Example: [bold]fein prices set some-model 0.15,0.60 --date 2026-01-31[/]
    """
    from feinschliff.build import parse_price, set_price

    entry = set_price(model, parse_price(price), _date(date))
    if as_json:
        print_json(_row(entry))
    else:
        say(tr("'{model}' costs {row} USD per million tokens", model=model, row=_shown(entry)))


@app.command("rm")
def remove_command(model: ModelName, as_json: o.AsJson = False) -> None:
    """Take one price out of the table.

    Example: [bold]fein prices rm some-model[/]
    """
    from feinschliff.build import remove_price

    remove_price(model)
    if as_json:
        print_json({"removed": model})
    else:
        say(tr("'{model}' has no price any more", model=model))


def _date(text: str | None) -> datetime.date:
    if text is None:
        return _today()
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise InputError(
            tr("'{text}' is no date", text=text), asked=f"--date {text}", mend=tr("write it as 2026-01-31")
        ) from None


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


def _row(entry: PriceEntry) -> dict[str, object]:
    date = entry.date
    return {
        "model": entry.model,
        "in": entry.price.prompt,
        "out": entry.price.completion,
        "date": None if date is None else date.isoformat(),
    }


def _shown(entry: PriceEntry) -> str:
    return f"{entry.price.prompt:g}, {entry.price.completion:g}"


def _table(entries: tuple[PriceEntry, ...]) -> object:
    from rich.table import Table
    from rich.text import Text

    from feinschliff.generation import STALE_DAYS

    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(tr("model"))
    for head in (tr("in"), tr("out"), tr("date")):
        table.add_column(head, justify="right")
    table.add_column("")
    for entry in entries:
        days = None if entry.date is None else (_today() - entry.date).days
        note = tr("{days} days old: look it up", days=days) if days is not None and days > STALE_DAYS else ""
        date = "" if entry.date is None else entry.date.isoformat()
        table.add_row(Text(entry.model), f"{entry.price.prompt:g}", f"{entry.price.completion:g}", date, note)
    return table
