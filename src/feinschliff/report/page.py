"""One self-contained HTML page per run: no script, no request to anywhere, light and dark, on screen and on paper."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from feinschliff.errors import InputError, OutputError
from feinschliff.report import figures, format, view
from feinschliff.report.numbers import mean_interval
from feinschliff.report.sentence import is_comparison, next_steps, unfinished_sentence, verdict_sentence
from feinschliff.store import Run

_VERDICTS = {
    "better": ("better", "\N{BLACK UP-POINTING TRIANGLE}", "Better"),
    "worse": ("worse", "\N{BLACK DOWN-POINTING TRIANGLE}", "Worse"),
    "no measurable gain": ("neutral", "=", "No measurable gain"),
}
_SHOWN_SAMPLES = 5


def render_page(run: Run, *, language: str = "en") -> str:
    """The report of a run as one HTML document; an unfinished run gives a page of what is known.

    Raises: InputError for a language other than `en`.
    """
    if language != "en":
        raise InputError(f"the report is not written in '{language}'", asked=language, found="en", mend="use 'en'")
    return _environment().get_template("page.html").render(_context(run), language=language)


def write_page(run: Run, path: str | Path) -> Path:
    """Write the report of a run to `path`, which is replaced in one step; missing folders are made.

    Raises: OutputError where the file cannot be written.
    """
    path = Path(path)
    data = render_page(run).encode("utf-8", errors="replace")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, data)
    except OSError as error:
        raise OutputError(
            f"the report cannot be written to {path}",
            asked=str(path),
            found=error.strerror or type(error).__name__,
            mend="choose another file with --report",
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
    environment.filters.update(
        score=lambda v: format.minus(format.score(v)),
        signed=lambda v: format.minus(format.signed(v)),
        minus=lambda v: format.minus(str(v)),
        typeset=lambda v: format.typeset(str(v)),
        count=format.count,
        score_text=view.score_text,
    )
    return environment


def _context(run: Run) -> dict[str, Any]:
    result, details = run.result or {}, run.details or {}
    compares = run.kind == "compare" or is_comparison(details)
    best, baseline = ("A", "B") if compares else ("Best found", "Baseline")
    what = format.scorer_label(details.get("scorer") or run.spec.get("scorer"))
    today = result.get("baseline_settings") or {}
    samples = view.sorted_samples(details)
    return {
        "run": run,
        "result": result,
        "title": run.name or (details.get("task") or {}).get("name") or f"Run {run.id}",
        "compares": compares,
        "best": best,
        "baseline": baseline,
        "what": what,
        "date": format.moment(run.created_s),
        **_verdict(run, result, details),
        "levels": _levels(result.get("held_out") or {}),
        "steps": next_steps(result, details) if result else [],
        "recommended": view.recommended_rows(result),
        "changed_texts": [n for n, v in (result.get("recommended") or {}).items() if v != today.get(n)],
        "request_json": view.request_json(result),
        "warnings": [str(w) for w in result.get("warnings") or []],
        "knobs": view.changed_knobs(result),
        "settings": view.setting_rows(result),
        **_charts(result, details, best, baseline, what),
        "samples": samples[:_SHOWN_SAMPLES],
        "more_samples": samples[_SHOWN_SAMPLES:],
        "wins": view.wins(samples),
        "knob_names": view.knob_names(details),
        "trials": view.trial_rows(details, result),
        "flag_names": view.flag_names(),
        "flags": view.flag_rows(details, best, baseline),
        "costs": view.cost_rows(run),
        "asked": view.asked_rows(run),
        "space": view.space_rows(run),
    }


def _verdict(run: Run, result: Mapping[str, Any], details: Mapping[str, Any]) -> dict[str, str]:
    """Badge and headline: the sentence's first words become the badge, the rest the headline."""
    if not result:
        sentence = unfinished_sentence(run.status, run.kind)
        style, symbol = "unknown", "\N{HORIZONTAL ELLIPSIS}"
    else:
        sentence = verdict_sentence(result, details)
        style, symbol, _ = _VERDICTS.get(result.get("verdict") or "", ("unknown", "?", ""))
    word, _, rest = sentence.partition(": ")
    return {
        "verdict_style": style,
        "verdict_symbol": symbol,
        "verdict_word": word,
        "verdict_text": format.typeset(rest[:1].upper() + rest[1:]),
    }


def _levels(held_out: Mapping[str, Any]) -> dict[str, Any] | None:
    """The three numbers below the headline; None where nothing was measured."""
    difference = held_out.get("difference") or {}
    if difference.get("mean") is None:
        return None
    n = held_out.get("n") or 0
    return {
        "best": mean_interval(held_out.get("best") or {}, n),
        "baseline": mean_interval(held_out.get("baseline") or {}, n),
        "difference": (difference["mean"], difference.get("low"), difference.get("high")),
        "n": n,
        "unit": "fresh repeats" if held_out.get("unit") == "repeats" else "examples",
        "detectable": held_out.get("detectable"),
    }


def _charts(
    result: Mapping[str, Any], details: Mapping[str, Any], best: str, baseline: str, what: str
) -> dict[str, Any]:
    held_out = result.get("held_out") or {}
    drawn = [figures.level_chart(held_out, best, baseline, what), figures.difference_chart(held_out, best, baseline)]
    return {
        "forest": [_markup(svg) for svg in drawn if svg is not None],
        "history": [_markup(svg) for svg in figures.history_charts(details.get("history") or [], what)],
        "effects": [
            {"name": chart.name, "svg": _markup(chart.svg), "legend": chart.legend}
            for chart in figures.effect_charts(details, result.get("settings") or {}, what)
        ],
    }


def _markup(svg: str) -> Markup:
    """A chart as markup: safe, since charts are built as XML trees, which escape every text."""
    return Markup(svg)  # noqa: S704
