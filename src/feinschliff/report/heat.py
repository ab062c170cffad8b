"""Maps of the score over two parameters at a time: darker is better, hatched is where the answers tell little."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from feinschliff.i18n import tr
from feinschliff.report.chart import Chart, Scale
from feinschliff.report.format import is_number, minus, score, setting

_WIDTH, _HEIGHT = 380.0, 330.0
_TICKS = 4
"""Steps between labelled values of an axis."""
_FAINTEST = 0.04
_Z95 = 1.959964


@dataclass(frozen=True)
class Map:
    """The map of a pair of parameters."""

    x: str
    y: str
    svg: str


def maps(landscape: Mapping[str, Any], winner: Mapping[str, Any], what: str) -> list[Map]:
    """One for each pair of numeric parameters, all with the same colours; the others are as in the winner."""
    drawn = landscape["maps"]
    span = color_span(landscape)
    return [_map(entry, landscape, winner, span, what) for entry in drawn] if span else []


def color_span(landscape: Mapping[str, Any]) -> tuple[float, float] | None:
    """From the lowest to the highest mean on any map, and at least half as wide as its usual 95 % band, so that nothing
    looks like a hill that may be noise; None without a map."""
    means = [v for entry in landscape["maps"] for row in entry["mean"] for v in row]
    if not means:
        return None
    usual = _Z95 * median(v for entry in landscape["maps"] for row in entry["deviation"] for v in row)
    low, high = min(means), max(means)
    missing = max(0.0, usual - (high - low)) / 2
    return low - missing, high + missing


def scale_bar(span: tuple[float, float], what: str) -> str:
    """What the colours stand for, and the hatching."""
    low, high = span
    chart = Chart(_WIDTH, 62, tr("Colours: {score} from {low} to {high}", score=what, low=score(low), high=score(high)))
    steps = 24
    x = chart.x_scale(0, steps)
    for step in range(steps):
        box = _box(x(step), 12, x(step + 1), 30)
        _fill(chart, box, step / (steps - 1))
    chart.text(x(0), 48, minus(score(low)), "tick")
    chart.text(x(steps), 48, minus(score(high)), "tick", "end")
    return chart.svg()


def _map(
    entry: Mapping[str, Any],
    landscape: Mapping[str, Any],
    winner: Mapping[str, Any],
    span: tuple[float, float],
    what: str,
) -> Map:
    xs, ys = entry["xs"], entry["ys"]
    title = tr("Estimated {score} over {x} and {y}", score=what, x=entry["x"], y=entry["y"])
    chart = Chart(_WIDTH, _HEIGHT, title, left=58, bottom=44, top=8)
    x, y = chart.x_scale(0, len(xs)), chart.y_scale(0, len(ys))
    low, high = span
    for row, (means, deviations) in enumerate(zip(entry["mean"], entry["deviation"], strict=True)):
        for column, (mean, deviation) in enumerate(zip(means, deviations, strict=True)):
            box = _box(x(column), y(row), x(column + 1), y(row + 1))
            told = tr(
                "{x} {x_value}, {y} {y_value}: {mean} ({low} to {high})",
                x=entry["x"],
                x_value=setting(xs[column]),
                y=entry["y"],
                y_value=setting(ys[row]),
                mean=score(mean),
                low=score(mean - _Z95 * deviation),
                high=score(mean + _Z95 * deviation),
            )
            _fill(chart, box, (mean - low) / (high - low) if high > low else 0.5, told)
            if deviation > landscape["unknown"]:
                chart.line(box[0][0], box[2][1], box[2][0], box[0][1], "hatch")
    _points(chart, entry, landscape["points"], (x, y))
    here = _at(entry, winner, (x, y))
    if here is not None:
        chart.diamond(*here, 7, "spot", tr("best found"))
    chart.x_axis(x, entry["x"], names=_names(xs))
    base = chart.height - chart.bottom
    chart.line(chart.left, chart.top, chart.left, base, "axis")
    for at, text in _names(ys):
        chart.text(chart.left - 7, y(at) + 4, text, "tick", "end")
    return Map(entry["x"], entry["y"], chart.svg())


def _points(
    chart: Chart, entry: Mapping[str, Any], points: Sequence[Mapping[str, Any]], scales: tuple[Scale, Scale]
) -> None:
    """Where answers were asked for; the other parameters may have been elsewhere."""
    for point in points:
        place = _at(entry, point["settings"], scales) if point["source"] == "asked" else None
        if place is not None:
            chart.circle(*place, 2.2, "asked")


def _at(
    entry: Mapping[str, Any], settings: Mapping[str, Any], scales: tuple[Scale, Scale]
) -> tuple[float, float] | None:
    """Where settings lie on the map; None outside of it."""
    places = [_place(settings.get(entry[axis]), entry[f"{axis}s"]) for axis in ("x", "y")]
    if places[0] is None or places[1] is None:
        return None
    return scales[0](places[0]), scales[1](places[1])


def _place(value: Any, values: Sequence[float]) -> float | None:
    """Position among the cells, whose values lie in their middles."""
    if not is_number(value) or not values[0] <= value <= values[-1]:
        return None
    left = min(bisect_right(values, value), len(values) - 1) - 1
    if left < 0:
        return 0.5
    return 0.5 + left + (value - values[left]) / (values[left + 1] - values[left])


def _names(values: Sequence[float]) -> list[tuple[float, str]]:
    steps = min(_TICKS, len(values) - 1)
    chosen = dict.fromkeys(round(i * (len(values) - 1) / steps) for i in range(steps + 1)) if steps else {0: None}
    return [(i + 0.5, minus(setting(values[i]))) for i in chosen]


def _box(left: float, bottom: float, right: float, top: float) -> list[tuple[float, float]]:
    return [(left, bottom), (right, bottom), (right, top), (left, top)]


def _fill(chart: Chart, box: Sequence[tuple[float, float]], share: float, told: str = "") -> None:
    cell = chart.path(box, "cell", closed=True, tooltip=told)
    cell.set("fill-opacity", f"{_FAINTEST + (1 - _FAINTEST) * share:.2f}")
