"""One self-contained HTML page per run: no script, no request to anywhere, light and dark, on screen and on paper."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from feinschliff.errors import InputError, OutputError
from feinschliff.i18n import LANGUAGES, tr, trn, using
from feinschliff.i18n import language as user_language
from feinschliff.i18n.stored import retold
from feinschliff.report import figures, format, view
from feinschliff.report.costs import cost_rows, model_costs, speed_table
from feinschliff.report.effects import effect_charts
from feinschliff.report.headline import headline, is_finished
from feinschliff.report.method import method_sentences, rerun_rows, space_rows
from feinschliff.report.numbers import mean_interval
from feinschliff.report.sentence import is_comparison
from feinschliff.report.several import several_chart, several_levels, several_note, several_table
from feinschliff.report.snippets import has_template, snippets
from feinschliff.report.steps import next_steps
from feinschliff.report.tables import flag_table
from feinschliff.report.units import units
from feinschliff.report.words import flag_word, side_order, side_words
from feinschliff.store import Run

_SHOWN_SAMPLES = 3
"""Of the largest gains, and of the largest losses; the rest is folded away."""


def render_page(run: Run, *, language: str | None = None) -> str:
    """The report of a run as one HTML document; an unfinished run gives a page of what is known.

    `language` is `en` or `de`; the user's if None. Raises: InputError for any other.
    """
    code = user_language() if language is None else language
    if code not in LANGUAGES:
        raise InputError(
            tr("the report is not written in '{language}'", language=code),
            asked=code,
            found=", ".join(LANGUAGES),
            mend=tr("use one of them"),
        )
    with using(code):
        return _environment().get_template("page.html").render(_context(run), language=code)


def write_page(run: Run, path: str | Path, *, language: str | None = None) -> Path:
    """Write the report of a run to `path`, which is replaced in one step; missing folders are made.

    `language` is as in `render_page`. Raises: OutputError where the file cannot be written.
    """
    path = Path(path)
    data = render_page(run, language=language).encode("utf-8", errors="replace")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, data)
    except OSError as error:
        raise OutputError(
            tr("the report cannot be written to {path}", path=path),
            asked=str(path),
            found=error.strerror or type(error).__name__,
            mend=tr("choose another file with --report"),
        ) from error
    return path


def _replace(path: Path, data: bytes) -> None:
    mask = os.umask(0)
    os.umask(mask)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("feinschliff.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(tr=tr, trn=trn)
    environment.filters.update(
        score=lambda v: format.minus(format.score(v)),
        signed=lambda v: format.minus(format.signed(v)),
        minus=lambda v: format.minus(str(v)),
        typeset=lambda v: format.typeset(str(v)),
        first_capital=format.capital,
        count=format.count,
        score_text=view.score_text,
        flag_word=flag_word,
        retold=lambda v: retold(str(v)),
        tone=lambda v: "" if not v else " gain" if v > 0 else " loss",
    )
    return environment


def _context(run: Run) -> dict[str, Any]:
    result, details = run.result or {}, run.details or {}
    compares = run.kind == "compare" or is_comparison(details)
    best, baseline = side_words(compares=compares)
    what = format.scorer_label(details.get("scorer") or run.spec.get("scorer"))
    samples = view.parted_samples(details, _SHOWN_SAMPLES)
    return {
        "run": run,
        "title": run.name or (details.get("task") or {}).get("name") or tr("Run {id}", id=run.id),
        "compares": compares,
        "best": best,
        "baseline": baseline,
        "sides": side_order(compares=compares),
        "what": what,
        "date": format.moment(run.created_s),
        "headline": headline(run),
        "levels": _levels(result.get("held_out") or {}, what, compares=compares),
        "steps": next_steps(result, details) if is_finished(run) else [],
        "recommended_texts": view.recommended_texts(result),
        "settings_change": bool(result) and result.get("recommended") != result.get("baseline_settings"),
        "snippets": snippets(run),
        "has_template": has_template(run),
        "warnings": [retold(str(w)) for w in result.get("warnings") or []],
        "knobs": view.changed_knobs(result),
        "settings": view.setting_rows(result),
        **_charts(result, details, (best, baseline), what),
        "samples": samples,
        "wins": view.wins_sentence(samples.all, best),
        "knob_names": view.knob_names(details),
        "trials": view.trial_rows(details, result),
        "flags": flag_table(details, best, baseline),
        "several": several_table(details, what),
        "several_note": several_note(details) if several_levels(details) else "",
        "costs": cost_rows(run),
        "model_costs": model_costs(details),
        "speed": speed_table(details, best, baseline),
        "method": method_sentences(run),
        "rerun": rerun_rows(run),
        "space": space_rows(run),
    }


def _levels(held_out: Mapping[str, Any], what: str, *, compares: bool) -> dict[str, Any] | None:
    """The three numbers below the headline; None where nothing was measured."""
    difference = held_out.get("difference") or {}
    if difference.get("mean") is None:
        return None
    n = held_out.get("n") or 0
    repeats = held_out.get("unit") == "repeats"
    if repeats:
        note = trn("Mean {score} on {n} fresh repeat.", "Mean {score} on {n} fresh repeats.", n, score=what)
    elif compares:
        note = trn("Mean {score} on {n} example.", "Mean {score} on {n} examples.", n, score=what)
    else:
        note = trn(
            "Mean {score} on {n} example that the search had not seen.",
            "Mean {score} on {n} examples that the search had not seen.",
            n,
            score=what,
        )
    detectable = held_out.get("detectable")
    return {
        "best": mean_interval(held_out.get("best") or {}, n),
        "baseline": mean_interval(held_out.get("baseline") or {}, n),
        "difference": (difference["mean"], difference.get("low"), difference.get("high")),
        "repeats": repeats,
        "note": note + " " + tr("Higher is better; small figures are 95 % intervals."),
        "detectable": format.score(detectable) if detectable else None,
    }


def _charts(result: Mapping[str, Any], details: Mapping[str, Any], names: tuple[str, str], what: str) -> dict[str, Any]:
    held_out = result.get("held_out") or {}
    best, baseline = names
    parts = units(held_out, details)
    mean = (held_out.get("difference") or {}).get("mean")
    by_n = several_chart(details, what)
    levels = figures.level_chart(held_out, best, baseline, what)
    repeats = held_out.get("unit") == "repeats"
    return {
        "level_chart": levels and _markup(levels),
        "several_chart": by_n and _markup(by_n),
        "difference": [_markup(svg) for svg in figures.difference_charts(held_out, best, baseline)],
        "unit_charts": [_markup(svg) for svg in figures.unit_charts(parts, mean, names, repeats=repeats)],
        "unit_counts": {
            "n": len(parts),
            "up": sum(u.difference > 0 for u in parts),
            "down": sum(u.difference < 0 for u in parts),
        },
        "history": [_markup(svg) for svg in figures.history_charts(details.get("history") or [], what)],
        "effects": [
            replace(chart, svg=_markup(chart.svg))
            for chart in effect_charts(details, result.get("settings") or {}, what)
        ],
    }


def _markup(svg: str) -> Markup:
    """A chart as markup: safe, since charts are built as XML trees, which escape every text."""
    return Markup(svg)  # noqa: S704
