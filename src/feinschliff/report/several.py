"""What several answers to a request are worth: the score over how many are asked for, with what they take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from feinschliff.i18n import tr
from feinschliff.report.chart import Chart, room
from feinschliff.report.figures import NARROW
from feinschliff.report.format import count, score
from feinschliff.report.sentence import is_comparison
from feinschliff.report.tables import Table
from feinschliff.report.words import side_words


def several_levels(details: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The levels by number of answers, in rising order; empty where the best setting asks for one."""
    levels: Sequence[Mapping[str, Any]] = (details.get("several") or {}).get("levels") or []
    return levels


def several_note(details: Mapping[str, Any]) -> str:
    """What the levels are."""
    pick = (details.get("several") or {}).get("pick")
    last = several_levels(details)[-1]["n"]
    best, baseline = side_words(compares=is_comparison(details))
    name = baseline if details["several"].get("side") == "baseline" else best
    if pick is not None:
        first = tr("{side}: each request {n} times, of which {pick} chooses one answer.", side=name, n=last, pick=pick)
    else:
        first = tr("{side}: each request {n} times, and all answers are scored.", side=name, n=last)
    return first + " " + tr("What fewer answers score comes from the same answers, by sub-sampling.")


def several_table(details: Mapping[str, Any], what: str) -> Table | None:
    """Score and tokens by number of answers to a request; None where the best setting asks for one."""
    levels = several_levels(details)
    if not levels:
        return None
    rows = [[_times(level), _shown(level), count(round(level["completion_tokens"]))] for level in levels]
    return Table([tr("answers to a request"), tr("mean {score}", score=what), tr("answer tokens")], rows)


def several_chart(details: Mapping[str, Any], what: str) -> str | None:
    """The mean score with its 95 % interval over the number of answers; None with fewer than two levels."""
    levels = several_levels(details)
    if len(levels) < 2:
        return None
    told = [f"{_times(level)}: {_shown(level)}" for level in levels]
    chart = Chart(NARROW, 210, "; ".join([tr("Mean {score} by answers to a request", score=what), *told]), right=24)
    values = [level[key] for level in levels for key in ("mean", "low", "high") if level.get(key) is not None]
    x, y = chart.x_scale(levels[0]["n"], levels[-1]["n"], log=True), chart.y_scale(*room(values))
    chart.y_axis(y, about=4)
    chart.path([(x(level["n"]), y(level["mean"])) for level in levels], "curve")
    for level, text in zip(levels, told, strict=True):
        at = x(level["n"])
        if level.get("low") is not None:
            chart.line(at, y(level["low"]), at, y(level["high"]), "bar best-bar")
        chart.circle(at, y(level["mean"]), 4, "best-dot", text)
    names = [(level["n"], count(level["n"])) for level in levels]
    chart.x_axis(x, tr("answers to a request, 95 % interval"), names=names)
    return chart.svg()


def _times(level: Mapping[str, Any]) -> str:
    return tr("{n} x", n=level["n"])


def _shown(level: Mapping[str, Any]) -> str:
    low, high = level.get("low"), level.get("high")
    if low is None:
        return score(level["mean"])
    return tr("{mean} ({low} to {high})", mean=score(level["mean"]), low=score(low), high=score(high))
