"""One self-contained HTML page per run: no script, no request to anywhere, light and dark, on screen and on paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from feinschliff.i18n import tr, trn
from feinschliff.i18n.stored import retold
from feinschliff.report import figures, format, view
from feinschliff.report.constraints import constraint_table
from feinschliff.report.costs import cost_rows, model_costs, speed_table
from feinschliff.report.document import environment, in_language, markup, write_document
from feinschliff.report.effects import effect_charts
from feinschliff.report.headline import headline, is_finished
from feinschliff.report.method import method_sentences, rerun_rows, space_rows
from feinschliff.report.numbers import mean_interval
from feinschliff.report.pareto import pareto_charts, pareto_note, pareto_table
from feinschliff.report.region import region_sentences
from feinschliff.report.sentence import is_comparison
from feinschliff.report.several import several_chart, several_levels, several_note, several_table
from feinschliff.report.snippets import has_template, snippets
from feinschliff.report.steps import next_steps
from feinschliff.report.tables import flag_table
from feinschliff.report.units import units
from feinschliff.report.words import side_order, side_words
from feinschliff.store import Run

_SHOWN_SAMPLES = 3
"""Of the largest gains, and of the largest losses; the rest is folded away."""


def render_page(run: Run, *, language: str | None = None) -> str:
    """The report of a run as one HTML document; an unfinished run gives a page of what is known.

    `language` is `en` or `de`; the user's if None. Raises: InputError for any other.
    """
    with in_language(language) as code:
        return environment().get_template("page.html").render(_context(run), language=code)


def write_page(run: Run, path: str | Path, *, language: str | None = None) -> Path:
    """Write the report of a run to `path`, which is replaced in one step; missing folders are made.

    `language` is as in `render_page`. Raises: OutputError where the file cannot be written.
    """
    return write_document(render_page(run, language=language), path)


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
        "constraints": constraint_table(result, side_order(compares=compares)),
        "pareto": pareto_table(result, what),
        "pareto_note": pareto_note(),
        "pareto_charts": [markup(svg) for svg in pareto_charts(result, details, what)],
        "region": region_sentences(details),
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
        "level_chart": levels and markup(levels),
        "several_chart": by_n and markup(by_n),
        "difference": [markup(svg) for svg in figures.difference_charts(held_out, best, baseline)],
        "unit_charts": [markup(svg) for svg in figures.unit_charts(parts, mean, names, repeats=repeats)],
        "unit_counts": {
            "n": len(parts),
            "up": sum(u.difference > 0 for u in parts),
            "down": sum(u.difference < 0 for u in parts),
        },
        "history": [markup(svg) for svg in figures.history_charts(details.get("history") or [], what)],
        "effects": [
            replace(chart, svg=markup(chart.svg))
            for chart in effect_charts(details, result.get("settings") or {}, what)
        ],
    }
