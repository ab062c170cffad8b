"""A result in the terminal: the verdict, both settings, warnings, costs, what to do next.

Made for 60 columns and more, with or without colours; a terminal that shows ASCII only gets ASCII only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rich.box import ASCII, SIMPLE_HEAD
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from feinschliff.i18n import tr, trn
from feinschliff.i18n.stored import retold
from feinschliff.report.ascii import ascii_text
from feinschliff.report.constraints import constraint_table, recommends_found
from feinschliff.report.format import count, duration, exact, money, score, scorer_label, setting, signed
from feinschliff.report.method import replay_sentences
from feinschliff.report.numbers import endpoint_dialect, mean_interval, request_fields
from feinschliff.report.pareto import pareto_table
from feinschliff.report.region import region_sentences
from feinschliff.report.sentence import is_comparison, verdict_sentence
from feinschliff.report.several import several_note, several_table
from feinschliff.report.steps import next_steps
from feinschliff.report.tables import Table as Content
from feinschliff.report.view import NOT_IN_FORCE
from feinschliff.report.words import side_order

VERDICT_STYLES = {"better": "bold green", "worse": "bold red", "no measurable gain": "bold yellow"}
_LONGEST, _SHORTEST = 28, 12
"""Characters of a setting's value on a wide and on a very narrow terminal."""
_NAMES = 24
"""Columns that the names of the settings take, with all gaps."""
_MOST_FRONT = 6
_WIDE = 76
"""From here on an interval stands beside its mean."""


def show_result(result: Mapping[str, Any], details: Mapping[str, Any], console: Console) -> None:
    """The verdict, a table of both settings, warnings, costs and what to do next."""
    console.print()
    _show_lines(_verdict(result, details, console), console)
    console.print()
    console.print(_table(result, details, console))
    _show_several(details, console)
    _show_constraints(result, details, console)
    _show_pareto(result, details, console)
    show_region(details, console)
    warnings = [retold(str(warning)) for warning in result.get("warnings") or []]
    for warning in warnings:
        _show_item("!", warning, console, style="yellow")
    if warnings:
        console.print()
    console.print(plain(tr("Spent {costs}", costs=_parts(result.get("spent") or {})), console, style="dim"))
    models = details.get("models") or []
    for model in models if len(models) > 1 else ():
        console.print(plain(f"  {model.get('model') or tr('unknown')}: {_parts(model)}", console, style="dim"))
    for sentence in replay_sentences(details):
        console.print(plain(sentence, console, style="dim"))
    console.print()
    for step in next_steps(result, details):
        _show_item("-", step, console)
    _show_use(result, details, console)


def plain(text: str, console: Console, *, style: str = "") -> Text:
    """Text without markup, as far as this terminal can show it."""
    return Text(ascii_text(text) if console.options.ascii_only else text, style=style)


def cut(text: str, most: int) -> str:
    """One line of at most `most` columns; letters of some scripts take two."""
    line = " ".join(text.split())
    return line if cell_len(line) <= most else set_cell_size(line, most - 3).rstrip() + "..."


def plain_table(console: Console) -> Table:
    """A table without a frame."""
    ascii_only = console.options.ascii_only
    return Table(
        box=ASCII if ascii_only else SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        collapse_padding=not ascii_only,
        header_style="dim",
    )


def _verdict(result: Mapping[str, Any], details: Mapping[str, Any], console: Console) -> Text:
    head, colon, rest = verdict_sentence(result, details).partition(":")
    style = VERDICT_STYLES.get(result.get("verdict") or "", "bold")
    return Text.assemble(plain(head + colon, console, style=style), plain(rest, console))


def _table(result: Mapping[str, Any], details: Mapping[str, Any], console: Console) -> Table:
    sides = side_order(compares=is_comparison(details))
    table = plain_table(console)
    table.add_column(plain(tr("setting"), console))
    for name, _ in sides:
        table.add_column(plain(name.lower() if len(name) > 1 else name, console), justify="right")
    settings = {"best": result.get("settings") or {}, "baseline": result.get("baseline_settings") or {}}
    most = max(_SHORTEST, min(_LONGEST, (console.width - _NAMES) // 2))
    for name in dict.fromkeys([*settings["best"], *settings["baseline"]]):
        held = [settings[side] for _, side in sides]
        style = "" if held[0].get(name) == held[1].get(name) else "bold"
        left, right = (_cell(side[name], most) if name in side else NOT_IN_FORCE for side in held)
        table.add_row(plain(name, console), plain(left, console), plain(right, console, style=style))
    if ((result.get("held_out") or {}).get("difference") or {}).get("mean") is not None:
        table.add_section()
        _add_measured(
            table, result["held_out"], [side for _, side in sides], scorer_label(details.get("scorer")), console
        )
    return table


def _show_several(details: Mapping[str, Any], console: Console) -> None:
    """The score by the number of answers to a request, where the best setting asks for several."""
    several = several_table(details, scorer_label(details.get("scorer")))
    if several is None:
        return
    _show_lines(plain(several_note(details), console, style="dim"), console)
    _show_table(several, console)
    console.print()


def _show_constraints(result: Mapping[str, Any], details: Mapping[str, Any], console: Console) -> None:
    """What had to hold, measured on both sides."""
    table = constraint_table(result, side_order(compares=is_comparison(details)))
    if table is not None:
        console.print()
        _show_table(table, console)


def _show_pareto(result: Mapping[str, Any], details: Mapping[str, Any], console: Console) -> None:
    """What can be had for less."""
    table = pareto_table(result, scorer_label(details.get("scorer")), most=_MOST_FRONT)
    if table is not None:
        console.print()
        _show_lines(plain(tr("What can be had for less:"), console, style="dim"), console)
        _show_table(table, console)
        console.print()


def _show_table(content: Content, console: Console) -> None:
    table = plain_table(console)
    for place, head in enumerate(content.heads):
        table.add_column(plain(head, console), justify="right" if place else "left")
    for row in content.rows:
        table.add_row(*(plain(cell, console) for cell in row))
    console.print(table)


def show_region(details: Mapping[str, Any], console: Console) -> None:
    """What is as good as the best found, and what makes no difference."""
    sentences = region_sentences(details)
    for sentence in sentences:
        _show_item("-", sentence, console, style="dim")
    if sentences:
        console.print()


def _cell(value: Any, most: int) -> str:
    text = setting(value)
    return tr("not sent") if value is None and len(text) > most else cut(text, most)


def _add_measured(table: Table, held_out: Mapping[str, Any], sides: list[str], noun: str, console: Console) -> None:
    """Both means, their difference, and how much could have been seen."""
    wide, n = console.width >= _WIDE, held_out.get("n") or 0
    difference = held_out["difference"]

    def add(name: str, left: str, right: str, style: str = "") -> None:
        table.add_row(plain(name, console), plain(left, console), plain(right, console, style=style))

    means = [_with_interval(*mean_interval(held_out.get(side) or {}, n), wide=wide) for side in sides]
    add(tr("{score}, mean", score=noun), means[0], means[1])
    low, high = difference.get("low"), difference.get("high")
    if low is None or wide:
        interval = "" if low is None else f" ({_span(signed(low), signed(high))})"
        add(tr("difference"), "", signed(difference["mean"]) + interval, "bold")
    else:
        add(tr("difference"), "", signed(difference["mean"]), "bold")
        add(tr("95 % interval"), signed(low), signed(high))
    if held_out.get("detectable"):
        add(tr("detectable"), "", score(held_out["detectable"]))
    add(tr("repeats") if held_out.get("unit") == "repeats" else tr("examples"), "", count(n))


def _with_interval(mean: float | None, low: float | None, high: float | None, *, wide: bool) -> str:
    return score(mean) if low is None or not wide else f"{score(mean)} ({_span(score(low), score(high))})"


def _span(low: str, high: str) -> str:
    return tr("{low} to {high}", low=low, high=high)


def _parts(spent: Mapping[str, Any]) -> str:
    """Requests, tokens, time and money, as far as they are known."""
    requests = spent.get("requests")
    parts = [
        trn("{count} request", "{count} requests", requests or 0, count=count(requests)),
        tr(
            "{prompt} + {completion} tokens",
            prompt=count(spent.get("prompt_tokens")),
            completion=count(spent.get("completion_tokens")),
        ),
    ]
    if spent.get("seconds") is not None:
        parts.append(duration(spent["seconds"]))
    if spent.get("usd") is not None:
        parts.append(money(spent["usd"]))
    return ", ".join(parts)


def _show_use(result: Mapping[str, Any], details: Mapping[str, Any], console: Console) -> None:
    """How to use the settings, and where the page is; both in one piece for copying."""
    recommended = result.get("recommended") or {}
    fields = request_fields(recommended, endpoint_dialect(details.get("endpoint") or {}))
    if fields:
        _show_item("-", tr("As request fields:"), console)
        console.print(Text("  " + json.dumps(fields, ensure_ascii=console.options.ascii_only)), soft_wrap=True)
    if recommends_found(result):
        titles = {"system": tr("The recommended system text:"), "prompt": tr("The recommended prompt:")}
        for name, title in titles.items():
            value = recommended.get(name)
            if value and value != (result.get("baseline_settings") or {}).get(name):
                _show_item("-", title, console)
                console.print(Padding(plain(exact(value), console), (0, 0, 0, 2)))
    if result.get("report"):
        console.print(plain(tr("- Report: {path}", path=result["report"]), console), soft_wrap=True)


def _show_item(mark: str, text: str, console: Console, *, style: str = "") -> None:
    """A line of a list whose further lines are indented."""
    _show_lines(plain(text, console, style=style), console, first=f"{mark} ", style=style)


def _show_lines(text: Text, console: Console, *, first: str = "", style: str = "") -> None:
    """A text broken into lines, without spaces at their ends."""
    for number, line in enumerate(text.wrap(console, console.width - len(first))):
        line.rstrip()
        head = first if number == 0 else " " * len(first)
        console.print(Text.assemble((head, style), line), soft_wrap=True)
