"""The report's charts, from a run's result and details."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feinschliff.errors import ParameterError
from feinschliff.parameters.catalogue import parameter
from feinschliff.report.chart import Chart, Scale, step_points
from feinschliff.report.format import is_number, minus, score, setting, shortened, signed
from feinschliff.report.numbers import mean_interval

_NARROW, _WIDE = 380.0, 860.0
_LONGEST_NAME = 14


@dataclass(frozen=True)
class EffectChart:
    """The chart of one parameter, and the texts behind the letters where its choices are long."""

    name: str
    svg: str
    legend: list[tuple[str, str]]


def level_chart(held_out: Mapping[str, Any], best: str, baseline: str, what: str) -> str | None:
    """Both means with their 95 % intervals; None where nothing was measured."""
    rows: list[tuple[str, str, Any, float | None, float | None]] = [
        (name, style, *mean_interval(held_out.get(side) or {}, held_out.get("n") or 0))
        for side, name, style in (("baseline", baseline, "baseline"), ("best", best, "best"))
    ]
    values = [v for row in rows for v in row[2:] if v is not None]
    if any(row[2] is None for row in rows):
        return None
    chart = Chart(_NARROW, 150, f"Mean {what} of {baseline} and {best}", left=98, bottom=44, top=6)
    low, high = _room(values)
    x = chart.x_scale(low, high)
    _vertical_grid(chart, x)
    chart.x_axis(x, f"mean {what}, 95 % interval", about=4)
    for row, (name, style, mean, lower, upper) in enumerate(rows):
        y = 34 + row * 44
        chart.text(chart.left - 12, y + 4, name, f"name {style}-text", "end")
        _interval(chart, x, y, style, mean, lower, upper, f"{name}: {_told(mean, lower, upper, score)}")
    return chart.svg()


def difference_chart(held_out: Mapping[str, Any], best: str, baseline: str) -> str | None:
    """The paired difference with its 95 % interval against 0; None where there is none."""
    d = held_out.get("difference") or {}
    mean, low, high = (d.get(k) for k in ("mean", "low", "high"))
    if mean is None:
        return None
    chart = Chart(_NARROW, 150, f"Paired difference {best} minus {baseline}", left=16, right=16, bottom=44, top=6)
    start, end = _room([v for v in (mean, low, high, 0.0) if v is not None])
    x = chart.x_scale(start, end)
    _vertical_grid(chart, x)
    chart.line(x(0), 6, x(0), 106, "zero")
    chart.x_axis(x, f"{best} \N{MINUS SIGN} {baseline}, same examples, 95 % interval", about=4)
    style = "best" if low is not None and low > 0 else "worse" if high is not None and high < 0 else "neutral"
    _interval(chart, x, 62, style, mean, low, high, _told(mean, low, high, signed))
    place = min(max(x(mean), 60), _NARROW - 60)
    chart.text(place, 40, minus(signed(mean)), "value", "middle")
    return chart.svg()


def history_charts(history: Sequence[Mapping[str, Any]], what: str) -> list[str]:
    """The incumbent's estimated mean over the answers used, for a wide and for a narrow page."""
    steps = [s for s in history if is_number(s.get("mean")) and is_number(s.get("answers"))]
    return [_history(steps, what, width) for width in (_WIDE, _NARROW)] if len(steps) > 1 else []


def effect_charts(details: Mapping[str, Any], winner: Mapping[str, Any], what: str) -> list[EffectChart]:
    """For each searched parameter the estimated score with its 95 % band, and the tried settings as points."""
    trials = [t for t in details.get("trials") or [] if is_number(t.get("mean"))]
    effects = details.get("effects") or {}
    knobs = [k for k in effects if k in winner]
    marked = [{**t, "wins": all(t["settings"].get(k) == winner[k] for k in knobs)} for t in trials]
    charts = []
    for name, effect in effects.items():
        if not effect.get("x"):
            continue
        draw = _range_effect if effect.get("kind") == "range" else _choice_effect
        charts.append(draw(name, effect, marked, winner.get(name), what))
    return charts


def _range_effect(
    name: str, effect: Mapping[str, Any], trials: Sequence[Mapping[str, Any]], winner: Any, what: str
) -> EffectChart:
    chart = Chart(_NARROW, 230, f"Estimated {what} by {name}", bottom=26)
    xs, mean, low, high = (effect[k] for k in ("x", "mean", "low", "high"))
    x = chart.x_scale(xs[0], xs[-1], log=_is_log(name, xs))
    points = [t for t in trials if is_number(t["settings"].get(name)) and xs[0] <= t["settings"][name] <= xs[-1]]
    y = _effect_y(chart, effect, points)
    band = [*((x(a), y(b)) for a, b in zip(xs, high, strict=True))]
    band += [(x(a), y(b)) for a, b in reversed(list(zip(xs, low, strict=True)))]
    chart.path(band, "band", closed=True)
    if is_number(winner):
        chart.line(x(winner), chart.top, x(winner), chart.height - chart.bottom, "mark")
    chart.path([(x(a), y(b)) for a, b in zip(xs, mean, strict=True)], "curve")
    for trial in sorted(points, key=_drawn_last):
        value = trial["settings"][name]
        _trial_point(chart, x(value), y, trial, f"{name} {setting(value)}")
    chart.x_axis(x, "")
    return EffectChart(name, chart.svg(), [])


def _choice_effect(
    name: str, effect: Mapping[str, Any], trials: Sequence[Mapping[str, Any]], winner: Any, what: str
) -> EffectChart:
    chosen = f", best found: {shortened(setting(winner), 60)}" if winner is not None else ""
    chart = Chart(_NARROW, 230, f"Estimated {what} by {name}{chosen}", bottom=26)
    choices = effect["x"]
    texts = [setting(c) for c in choices]
    long = any(len(t) > _LONGEST_NAME for t in texts) or sum(map(len, texts)) > 3 * _LONGEST_NAME
    marks = [chr(ord("A") + i) if i < 26 else str(i + 1) for i in range(len(choices))] if long else texts
    x = chart.x_scale(-0.5, len(choices) - 0.5)
    owned = [(i, t) for t in trials for i, c in enumerate(choices) if t["settings"].get(name) == c]
    y = _effect_y(chart, effect, [t for _, t in owned])
    for i, (mean, low, high) in enumerate(zip(effect["mean"], effect["low"], effect["high"], strict=True)):
        at = x(i)
        chart.path([(at - 15, y(low)), (at + 15, y(low)), (at + 15, y(high)), (at - 15, y(high))], "band", closed=True)
        chart.line(at - 15, y(mean), at + 15, y(mean), "curve")
    seen: dict[int, int] = {}
    for i, trial in sorted(owned, key=lambda pair: _drawn_last(pair[1])):
        turn = seen[i] = seen.get(i, 0) + 1
        offset = (turn % 2 * 2 - 1) * (turn // 2 % 4) * 3.5
        _trial_point(chart, x(i) + offset, y, trial, shortened(texts[i], 80))
    chart.x_axis(x, "", names=list(enumerate(marks)))
    return EffectChart(name, chart.svg(), list(zip(marks, texts, strict=True)) if long else [])


def _drawn_last(trial: Mapping[str, Any]) -> tuple[bool, bool]:
    """Sorts the marks that must stay in sight to the end."""
    return trial["wins"], trial.get("origin") == "baseline"


def _effect_y(chart: Chart, effect: Mapping[str, Any], trials: Sequence[Mapping[str, Any]]) -> Scale:
    y = chart.y_scale(*_room([*effect["low"], *effect["high"], *(t["mean"] for t in trials)], share=0.05))
    chart.y_axis(y)
    return y


def _trial_point(chart: Chart, x: float, y: Scale, trial: Mapping[str, Any], where: str) -> None:
    mean, stderr, n = trial["mean"], trial.get("stderr"), trial.get("n") or 0
    if stderr:
        chart.line(x, y(mean - stderr), x, y(mean + stderr), "trial-bar")
    told = f"{where}: {score(mean)}" + (f" \N{PLUS-MINUS SIGN} {score(stderr)}" if stderr is not None else "")
    told += f", {n} answers, from {trial.get('origin')}"
    if trial["wins"]:
        chart.diamond(x, y(mean), 6, "best-dot", "best found, " + told)
    else:
        style = "baseline-dot" if trial.get("origin") == "baseline" else "trial"
        chart.circle(x, y(mean), 1.8 + min(2.6, math.sqrt(n) / 3.5), style, told)


def _history(steps: Sequence[Mapping[str, Any]], what: str, width: float) -> str:
    chart = Chart(width, 230, f"Estimated {what} of the best setting so far, over the answers used")
    answers = [float(s["answers"]) for s in steps]
    means = [float(s["mean"]) for s in steps]
    spread = [float(s.get("deviation") or 0) for s in steps]
    upper = [m + d for m, d in zip(means, spread, strict=True)]
    lower = [m - d for m, d in zip(means, spread, strict=True)]
    x = chart.x_scale(0, answers[-1])
    y = chart.y_scale(*_room([*upper, *lower], share=0.08))
    chart.y_axis(y, about=5)

    def to(a: float, b: float) -> tuple[float, float]:
        return x(a), y(b)

    chart.path([*step_points(answers, upper, to), *reversed(step_points(answers, lower, to))], "band", closed=True)
    chart.path(step_points(answers, means, to), "curve")
    for a, m, d in zip(answers, means, spread, strict=True):
        told = f"after {a:.0f} answers: {score(m)} \N{PLUS-MINUS SIGN} {score(d)}"
        chart.circle(x(a), y(m), 2.6, "curve-dot", told)
    chart.x_axis(x, "answers used by the search", about=8 if width == _WIDE else 4)
    return chart.svg()


def _interval(
    chart: Chart,
    x: Scale,
    y: float,
    style: str,
    mean: float,
    low: float | None,
    high: float | None,
    tooltip: str,
) -> None:
    if low is not None and high is not None:
        chart.line(x(low), y, x(high), y, f"bar {style}-bar")
        for end in (low, high):
            chart.line(x(end), y - 5, x(end), y + 5, f"bar {style}-bar")
    mark = chart.circle if style == "baseline" else chart.diamond
    mark(x(mean), y, 6 if style == "baseline" else 7, f"{style}-dot", tooltip)


def _vertical_grid(chart: Chart, x: Scale) -> None:
    for at in x.ticks(4):
        chart.line(x(at), chart.top, x(at), chart.height - chart.bottom, "grid")


def _told(mean: float, low: float | None, high: float | None, form: Any) -> str:
    return form(mean) if low is None else f"{form(mean)}, 95 % interval {form(low)} to {form(high)}"


def _room(values: Sequence[float], share: float = 0.12) -> tuple[float, float]:
    """The span of the values with some room on both sides."""
    low, high = min(values), max(values)
    pad = (high - low) * share or max(abs(high), 0.1) * 0.1
    return low - pad, high + pad


def _is_log(name: str, xs: Sequence[float]) -> bool:
    try:
        return parameter(name).log and xs[0] > 0
    except ParameterError:
        return False
