"""The score over the whole space of a finished search: as a document, a page, and a table in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from feinschliff.errors import InputError
from feinschliff.i18n import tr, trn
from feinschliff.report import heat
from feinschliff.report.document import environment, in_language, markup, write_document
from feinschliff.report.effects import effect_charts
from feinschliff.report.format import count, label, moment, score, scorer_label, setting, shortened
from feinschliff.report.region import region_sentences
from feinschliff.report.tables import Table
from feinschliff.report.terminal import plain, plain_table, show_region
from feinschliff.report.view import NOT_IN_FORCE
from feinschliff.store import Run

_SHOWN, _LISTED = 10, 25
"""Settings in the terminal's table, and in the page's."""


def landscape(run: Run) -> dict[str, Any]:
    """What the answers of a search say of the whole space, from what was kept when it ended.

    `points`: settings with the posterior mean, its 95 % interval, the effective number of answers that tell of it, the
    answers that it was asked for, and whether it was `asked` or only `replayed`. `effects`, `maps`: the score by each
    parameter and by each pair of numeric ones, the others as in `settings`. Maps have a row for each of `ys`.
    `unknown`: the standard deviation above which the answers tell less than half. `region`: see `fein tune`.
    `when`: the conditions of knobs, where there are any.

    Raises: InputError for a run that is no search, is not finished, or keeps no landscape.
    """
    result, details = run.result or {}, run.details or {}
    if run.kind != "tune":
        raise InputError(
            tr("run {run} searched nothing", run=run.id),
            asked=run.id,
            found=run.kind,
            mend=tr("name a run of fein tune; fein runs lists them"),
        )
    if not details or result.get("settings") is None:
        raise InputError(
            tr("run {run} is not finished", run=run.id),
            asked=run.id,
            found=run.status,
            mend=tr("the same fein tune command goes on where it stopped"),
        )
    if details.get("landscape") is None:
        raise InputError(
            tr("run {run} keeps no landscape", run=run.id),
            asked=run.id,
            found=tr("a run of an earlier version, or one in which fewer than two settings have a score"),
            mend=tr("run the same fein tune command with a larger budget: all answers so far are kept"),
        )
    knobs = details["space"]["knobs"]
    return {
        "run": run.id,
        "name": run.name,
        "scorer": details.get("scorer"),
        "knobs": knobs,
        **({"when": conditions} if (conditions := details["space"].get("when")) else {}),
        "settings": {name: result["settings"][name] for name in knobs if name in result["settings"]},
        **details["landscape"],
        "effects": details["effects"],
        "region": details["region"],
    }


def write_landscape(run: Run, path: str | Path, *, language: str | None = None) -> Path:
    """Write the page to `path`. Raises: as `landscape`; OutputError where the file cannot be written."""
    return write_document(landscape_page(run, language=language), path)


def landscape_page(run: Run, *, language: str | None = None) -> str:
    """One self-contained page; `language` is `en` or `de`, the user's if None. Raises: as `landscape`."""
    land = landscape(run)
    with in_language(language) as code:
        return environment().get_template("landscape.html").render(_context(run, land), language=code)


def show_landscape(run: Run, console: Console) -> None:
    """The best settings and the safe region. Raises: as `landscape`."""
    land = landscape(run)
    content = _table(land, _SHOWN, brief=True)
    table = plain_table(console)
    for place, head in enumerate(content.heads):
        whole = place in (0, len(content.heads) - 2)
        table.add_column(plain(head, console), justify="right" if place else "left", no_wrap=whole)
    for row in content.rows:
        table.add_row(*(plain(cell, console) for cell in row))
    console.print()
    console.print(plain(_about(land), console))
    console.print()
    console.print(table)
    console.print()
    show_region(run.details or {}, console)


def _context(run: Run, land: Mapping[str, Any]) -> dict[str, Any]:
    details = run.details or {}
    what = scorer_label(land["scorer"])
    span = heat.color_span(land)
    return {
        "run": run,
        "title": run.name or (details.get("task") or {}).get("name") or tr("Run {id}", id=run.id),
        "date": moment(run.created_s),
        "what": what,
        "about": _about(land),
        "region": region_sentences(details),
        "effects": [replace(c, svg=markup(c.svg)) for c in effect_charts(details, land["settings"], what)],
        "maps": [replace(m, svg=markup(m.svg)) for m in heat.maps(land, land["settings"], what)],
        "scale": markup(heat.scale_bar(span, what)) if span else None,
        "best_settings": _table(land, _LISTED),
    }


def _about(land: Mapping[str, Any]) -> str:
    points = land["points"]
    asked = sum(p["source"] == "asked" for p in points)
    sentence = trn("{n} answer to {asked} settings", "{n} answers to {asked} settings", _answers(land), asked=asked)
    if asked < len(points):
        sentence += ", " + tr("which tell of {count} more by their probabilities", count=count(len(points) - asked))
    return sentence + "."


def _answers(land: Mapping[str, Any]) -> int:
    return sum(p["answers"] for p in land["points"])


def _table(land: Mapping[str, Any], most: int, *, brief: bool = False) -> Table:
    """The settings of the highest estimates; the first column tells what is known of them.

    Brief for a terminal of 80 columns, where an interval is as wide as a parameter.
    """
    knobs = list(land["knobs"])
    rows = []
    for point in land["points"][:most]:
        found = all(point["settings"].get(name) == land["settings"].get(name) for name in knobs)
        mean, low, high = (point[key] for key in ("mean", "low", "high"))
        half = f" \N{PLUS-MINUS SIGN} {score((high - low) / 2)}"
        span = tr("{low} to {high}", low=score(low), high=score(high))
        rows.append(
            [
                tr("best found") if found else tr("asked") if point["source"] == "asked" else tr("replayed"),
                *(_value(point["settings"], name) for name in knobs),
                *([score(mean) + half] if brief else [score(mean), span]),
                count(point["effective"]),
            ]
        )
    measured = [tr("Estimate")] if brief else [tr("Estimate"), tr("95 % interval")]
    return Table(["", *(label(name) for name in knobs), *measured, tr("Effective answers")], rows)


def _value(settings: Mapping[str, Any], name: str) -> str:
    return shortened(setting(settings[name]), 20) if name in settings else NOT_IN_FORCE
