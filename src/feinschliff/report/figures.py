"""The report's charts of means, of the paired difference, of each example, and of the search's progress."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from feinschliff.i18n import tr
from feinschliff.report.chart import Chart, Scale, room, step_points
from feinschliff.report.format import count, is_number, minus, score, signed
from feinschliff.report.numbers import mean_interval
from feinschliff.report.units import Unit

NARROW, WIDE = 380.0, 860.0
_CARD = 320.0
"""Width of a drawing inside a card, where a phone has less room."""
_MOST_BARS = 160
"""More examples than this are drawn as one area: their bars would be thinner than a line."""


def level_chart(held_out: Mapping[str, Any], best: str, baseline: str, what: str) -> str | None:
    """Both means with their 95 % intervals; None where nothing was measured."""
    rows: list[tuple[str, str, Any, float | None, float | None]] = [
        (name, style, *mean_interval(held_out.get(side) or {}, held_out.get("n") or 0))
        for side, name, style in (("baseline", baseline, "baseline"), ("best", best, "best"))
    ]
    if any(row[2] is None for row in rows):
        return None
    told = [f"{name}: {_told(mean, low, high, score)}" for name, _, mean, low, high in rows]
    chart = Chart(NARROW, 150, "; ".join([tr("Mean {score}", score=what), *told]), left=98, bottom=44, top=6)
    x = chart.x_scale(*room([v for row in rows for v in row[2:] if v is not None]))
    _vertical_grid(chart, x)
    chart.x_axis(x, tr("mean {score}, 95 % interval", score=what), about=4)
    for row, (name, style, mean, low, high) in enumerate(rows):
        y = 34 + row * 44
        chart.text(chart.left - 12, y + 4, name, f"name {style}-text", "end")
        _interval(chart, x, y, style, mean, low, high, told[row])
    return chart.svg()


def difference_charts(held_out: Mapping[str, Any], best: str, baseline: str) -> list[str]:
    """The paired difference with its 95 % interval against 0, for a wide and for a narrow page; empty without one."""
    if (held_out.get("difference") or {}).get("mean") is None:
        return []
    return [_difference(held_out["difference"], best, baseline, width) for width in (WIDE, _CARD)]


def unit_charts(units: Sequence[Unit], mean: float | None, names: tuple[str, str], *, repeats: bool) -> list[str]:
    """A bar for each example (or repeat) with its own difference, for a wide and for a narrow page.

    `names` are those of the best and the baseline side. Empty with fewer than two units.
    """
    if len(units) < 2 or mean is None:
        return []
    return [_units(units, mean, names, width, repeats=repeats) for width in (WIDE, NARROW)]


def history_charts(history: Sequence[Mapping[str, Any]], what: str) -> list[str]:
    """The incumbent's estimated mean over the answers used, for a wide and for a narrow page."""
    steps = [s for s in history if is_number(s.get("mean")) and is_number(s.get("answers"))]
    return [_history(steps, what, width) for width in (WIDE, NARROW)] if len(steps) > 1 else []


def _difference(difference: Mapping[str, Any], best: str, baseline: str, width: float) -> str:
    mean, low, high = (difference.get(k) for k in ("mean", "low", "high"))
    assert mean is not None
    told = _told(mean, low, high, signed)
    title = tr("Paired difference, {best} minus {baseline}: {told}", best=best, baseline=baseline, told=told)
    chart = Chart(width, 132, title, left=8, right=8, top=24, bottom=44)
    # The same room on both sides of 0, so that the place of the bar speaks for itself.
    reach = 1.18 * max(abs(v) for v in (mean, low, high, 0.01) if v is not None)
    x = chart.x_scale(-reach, reach)
    base = chart.height - chart.bottom
    chart.line(x(0), chart.top - 6, x(0), base, "zero")
    chart.text(x(0) - 10, 12, tr("{side} is better", side=baseline), "name baseline-text", "end")
    chart.text(x(0) + 10, 12, tr("{side} is better", side=best), "name best-text")
    label = (
        tr("difference on the same examples") if low is None else tr("difference on the same examples, 95 % interval")
    )
    chart.x_axis(x, label, about=8 if width == WIDE else 3)
    style = "best" if low is not None and low > 0 else "worse" if high is not None and high < 0 else "neutral"
    _interval(chart, x, 68, style, mean, low, high, told)
    chart.text(min(max(x(mean), 40), width - 40), 50, minus(signed(mean)), "value", "middle")
    return chart.svg()


def _units(units: Sequence[Unit], mean: float, names: tuple[str, str], width: float, *, repeats: bool) -> str:
    up, down = sum(u.difference > 0 for u in units), sum(u.difference < 0 for u in units)
    title = tr(
        "Differences of {n} pairs: {up} above 0, {same} at 0, {down} below 0",
        n=len(units),
        up=up,
        same=len(units) - up - down,
        down=down,
    )
    chart = Chart(width, 230, title, bottom=26, right=8)
    x = chart.x_scale(0, len(units))
    values = [u.difference for u in units]
    y = chart.y_scale(*room([*values, 0.0, mean], share=0.06))
    chart.y_axis(y, about=5)
    if len(units) > _MOST_BARS:
        points = [(x(i + 0.5), y(v)) for i, v in enumerate(values)]
        for style, inside in (("gain", points[:up]), ("loss", points[len(units) - down :])):
            if inside:
                chart.path([(inside[0][0], y(0)), *inside, (inside[-1][0], y(0))], style, closed=True)
    else:
        _bars(chart, units, names, x, y, repeats=repeats)
    chart.line(x(0), y(0), x(len(units)), y(0), "axis")
    chart.line(x(0), y(mean), x(len(units)), y(mean), "mean-line")
    # Where no bars are: gains stand on the left above 0, losses on the right below it.
    label = tr("mean {mean}", mean=minus(signed(mean)))
    if mean >= 0:
        chart.text(x(len(units)) - 4, y(mean) - 6, label, "label strong", "end")
    else:
        chart.text(x(0) + 4, y(mean) + 15, label, "label strong")
    below = tr("repeats, the largest gain first") if repeats else tr("examples, the largest gain first")
    chart.text((chart.left + width - chart.right) / 2, chart.height - 6, below, "label", "middle")
    return chart.svg()


def _bars(chart: Chart, units: Sequence[Unit], names: tuple[str, str], x: Scale, y: Scale, *, repeats: bool) -> None:
    gap = 0.14 if len(units) < 90 else 0.05
    for i, unit in enumerate(units):
        one = tr("repeat {name}", name=unit.name) if repeats else tr("example {name}", name=unit.name)
        told = f"{one}: {names[1]} {score(unit.baseline)}, {names[0]} {score(unit.best)} ({signed(unit.difference)})"
        left, right = x(i + gap), x(i + 1 - gap)
        top = y(unit.difference)
        style = "gain" if unit.difference > 0 else "loss" if unit.difference < 0 else "same"
        if style == "same":
            chart.circle((left + right) / 2, y(0), 2, style, told)
        else:
            chart.path([(left, y(0)), (left, top), (right, top), (right, y(0))], style, closed=True, tooltip=told)


def _history(steps: Sequence[Mapping[str, Any]], what: str, width: float) -> str:
    title = tr("Estimated {score} of the best setting so far, over the answers used", score=what)
    chart = Chart(width, 230, title)
    answers = [float(s["answers"]) for s in steps]
    means = [float(s["mean"]) for s in steps]
    spread = [float(s.get("deviation") or 0) for s in steps]
    upper = [m + d for m, d in zip(means, spread, strict=True)]
    lower = [m - d for m, d in zip(means, spread, strict=True)]
    x = chart.x_scale(0, answers[-1])
    y = chart.y_scale(*room([*upper, *lower], share=0.08))
    chart.y_axis(y, about=5)

    def to(a: float, b: float) -> tuple[float, float]:
        return x(a), y(b)

    chart.path([*step_points(answers, upper, to), *reversed(step_points(answers, lower, to))], "band", closed=True)
    chart.path(step_points(answers, means, to), "curve")
    for a, m, d in zip(answers, means, spread, strict=True):
        estimate = f"{score(m)} \N{PLUS-MINUS SIGN} {score(d)}"
        told = tr("after {answers} answers: {estimate}", answers=count(a), estimate=estimate)
        chart.circle(x(a), y(m), 2.6, "curve-dot", told)
    chart.x_axis(x, tr("answers used by the search"), about=8 if width == WIDE else 4)
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


def _told(mean: float, low: float | None, high: float | None, form: Callable[[float | None], str]) -> str:
    if low is None:
        return form(mean)
    return tr("{mean}, 95 % interval {low} to {high}", mean=form(mean), low=form(low), high=form(high))
