"""A run in the terminal: a compact result, and the list of runs. Plain ASCII, so that every terminal shows it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import ASCII, SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from feinschliff.report.format import age, count, duration, exact, money, scorer_label, setting, shortened, signed
from feinschliff.report.numbers import mean_interval, request_fields
from feinschliff.report.sentence import is_comparison, next_steps, verdict_sentence
from feinschliff.store import Run

_STYLES = {"better": "bold green", "worse": "bold red", "no measurable gain": "bold yellow"}
_SHORT = {"no measurable gain": "no gain"}
_LONGEST = 28
_OTHER_COLUMNS = 71
"""Width of the list of runs without the names."""


def show_result(result: dict[str, Any], details: dict[str, Any], console: Console) -> None:
    """The verdict, a table of both settings, warnings, costs and what to do next."""
    console.print()
    console.print(_verdict_text(result, details))
    console.print()
    console.print(_table(result, details, ascii_only=console.options.ascii_only))
    for warning in result.get("warnings") or []:
        console.print(_item("!", str(warning), "yellow"))
    if result.get("warnings"):
        console.print()
    console.print(Text(_costs(result.get("spent") or {}), style="dim"))
    console.print()
    for step in next_steps(result, details):
        console.print(_item("-", step))
    _show_use(result, console)


def show_runs(runs: Sequence[Run], console: Console, *, now_s: float | None = None) -> None:
    """One line per run, in the given order; `now_s` is the time that ages are told from."""
    if not runs:
        console.print(Text("No runs in this store yet. 'fein tune' makes the first one."))
        return
    now = time.time() if now_s is None else now_s
    room = max(8, min(24, console.width - _OTHER_COLUMNS))
    table = _plain_table(console.options.ascii_only)
    for head in ("run", "name", "kind", "status", "verdict"):
        table.add_column(head, no_wrap=True)
    for head in ("gain", "requests", "age"):
        table.add_column(head, justify="right", no_wrap=True)
    for run in runs:
        result = run.result or {}
        verdict = result.get("verdict") or ""
        requests = (result.get("spent") or {}).get("requests")
        table.add_row(
            run.id,
            Text(shortened(run.name or "", room)),
            run.kind,
            run.status,
            Text(_SHORT.get(verdict, verdict), style=_STYLES.get(verdict, "")),
            _short_difference(result),
            "" if requests is None else count(requests),
            age(max(0.0, now - run.created_s)),
        )
    console.print(table)


def _verdict_text(result: Mapping[str, Any], details: Mapping[str, Any]) -> Text:
    sentence = verdict_sentence(result, details)
    head, colon, rest = sentence.partition(":")
    return Text.assemble((head + colon, _STYLES.get(result.get("verdict") or "", "bold")), rest)


def _table(result: Mapping[str, Any], details: Mapping[str, Any], *, ascii_only: bool) -> Table:
    best, baseline = ("A", "B") if is_comparison(details) else ("best found", "baseline")
    table = _plain_table(ascii_only)
    table.add_column("setting")
    table.add_column(baseline, justify="right")
    table.add_column(best, justify="right")
    found, today = result.get("settings") or {}, result.get("baseline_settings") or {}
    for name in dict.fromkeys([*found, *today]):
        left, right = today.get(name), found.get(name)
        style = "" if left == right else "bold"
        table.add_row(Text(name), Text(_cell(left)), Text(_cell(right), style=style))
    held_out = result.get("held_out") or {}
    if (held_out.get("difference") or {}).get("mean") is not None:
        table.add_section()
        n = held_out.get("n") or 0
        table.add_row(
            f"{scorer_label(details.get('scorer'))}, mean",
            *(_level(held_out.get(side) or {}, n) for side in ("baseline", "best")),
        )
        table.add_row("difference", "", Text(_difference(held_out["difference"]), style="bold"))
        if held_out.get("detectable"):
            table.add_row("detectable", "", f"{held_out['detectable']:.3f}")
        table.add_row(str(held_out.get("unit") or "examples"), "", count(n))
    return table


def _plain_table(ascii_only: bool) -> Table:
    return Table(
        box=ASCII if ascii_only else SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        collapse_padding=True,
        header_style="dim",
    )


def _cell(value: Any) -> str:
    return shortened(setting(value), _LONGEST)


def _level(level: Mapping[str, Any], n: int) -> Text:
    mean, low, high = mean_interval(level, n)
    if mean is None:
        return Text("none")
    return Text(f"{mean:.3f}" if low is None else f"{mean:.3f} ({low:.3f} to {high:.3f})")


def _difference(difference: Mapping[str, Any]) -> str:
    mean, low, high = (difference.get(k) for k in ("mean", "low", "high"))
    return signed(mean) if low is None else f"{signed(mean)} ({signed(low)} to {signed(high)})"


def _short_difference(result: Mapping[str, Any]) -> str:
    mean = ((result.get("held_out") or {}).get("difference") or {}).get("mean")
    return "" if mean is None else signed(mean)


def _costs(spent: Mapping[str, Any]) -> str:
    parts = [count(spent.get("requests"), "request")]
    parts.append(f"{count(spent.get('prompt_tokens'))} + {count(spent.get('completion_tokens'))} tokens")
    parts.append(duration(spent.get("seconds")))
    if spent.get("usd") is not None:
        parts.append(money(spent["usd"]))
    return "Spent " + ", ".join(parts)


def _show_use(result: Mapping[str, Any], console: Console) -> None:
    """How to use the settings, and where the page is; both in one piece for copying."""
    fields = request_fields(result.get("recommended") or {})
    if fields:
        console.print(_item("-", "As request fields:"))
        console.print(Text("  " + json.dumps(fields, ensure_ascii=False)), soft_wrap=True)
    texts = {n: v for n, v in (result.get("recommended") or {}).items() if n in {"system", "prompt"} and v}
    if result.get("verdict") == "better":
        for name, value in texts.items():
            if value != (result.get("baseline_settings") or {}).get(name):
                console.print(_item("-", f"The recommended {name}:"))
                console.print(Padding(Text(exact(value)), (0, 0, 0, 2)))
    if result.get("report"):
        console.print(Text(f"- Report: {result['report']}"), soft_wrap=True)


def _item(mark: str, text: str, style: str = "") -> Table:
    """A line of a list whose further lines are indented."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_row(Text(mark, style=style), Text(text, style=style))
    return grid
