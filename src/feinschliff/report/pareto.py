"""What can be had for less: the Pareto front of score, cost and time as a table and a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from feinschliff.i18n import tr
from feinschliff.measure import TRUSTED
from feinschliff.report.chart import Chart, room, step_points
from feinschliff.report.figures import NARROW, WIDE
from feinschliff.report.format import count, decimal, label, latency, score, setting, shortened
from feinschliff.report.tables import Table


def pareto_table(result: Mapping[str, Any], what: str, *, most: int = 12) -> Table | None:
    """The front, the highest score first, at most so many of it, its two ends among them; None with fewer than two."""
    front = result.get("pareto") or []
    if len(front) < 2:
        return None
    timed = any(p["latency_s"]["mean"] is not None for p in front)
    heads = [tr("settings"), what, _cost_head(front[0]), *([tr("time")] if timed else [])]
    return Table(heads, [_row(point, timed=timed) for point in _some(front, most)])


def pareto_note() -> str:
    """What the front is."""
    return tr(
        "Settings that no other one is ahead of in score, cost and time together, by the search's estimate, each with "
        "its standard error. One that only chance may put there is left out. The confirmation measured the best found "
        "alone."
    )


def pareto_charts(result: Mapping[str, Any], details: Mapping[str, Any], what: str) -> list[str]:
    """Score over cost: the front as a staircase, all other settings as dots, for a wide and for a narrow page; empty
    with fewer than two settings in the front."""
    points = ((details.get("pareto") or {}).get("points")) or []
    points = [p for p in points if p["cost"]["mean"] is not None]
    if len(result.get("pareto") or []) < 2 or sum(bool(p["front"]) for p in points) < 2:
        return []
    return [_chart(points, what, width) for width in (WIDE, NARROW)]


def _chart(points: Sequence[Mapping[str, Any]], what: str, width: float) -> str:
    head = _cost_head(points[0])
    chart = Chart(width, 250, tr("Estimated {score} over {cost}", score=what, cost=head))
    x = chart.x_scale(*room([p["cost"]["mean"] for p in points], share=0.06))
    front = sorted((p for p in points if p["front"]), key=lambda p: float(p["cost"]["mean"]))
    ends = [p["score"]["mean"] + sign * (p["score"]["stderr"] or 0) for p in front for sign in (-1, 1)]
    y = chart.y_scale(*room([*(p["score"]["mean"] for p in points), *ends], share=0.06))
    chart.y_axis(y, about=5)
    chart.x_axis(x, head, about=8 if width == WIDE else 4)
    for p in (p for p in points if not p["front"]):
        style = "baseline-dot" if p["baseline"] else "trial"
        chart.circle(x(p["cost"]["mean"]), y(p["score"]["mean"]), 5 if p["baseline"] else 2.5, style, _tooltip(p))
    rising = [p for i, p in enumerate(front) if all(p["score"]["mean"] > q["score"]["mean"] for q in front[:i])]
    costs, scores = [p["cost"]["mean"] for p in rising], [p["score"]["mean"] for p in rising]
    chart.path(step_points(costs, scores, lambda a, b: (x(a), y(b))), "curve")
    for p in front:
        at, mean, error = x(p["cost"]["mean"]), p["score"]["mean"], p["score"]["stderr"] or 0
        chart.line(at, y(mean - error), at, y(mean + error), "bar best-bar")
        if p["winner"]:
            chart.diamond(at, y(mean), 7, "best-dot", _tooltip(p))
        else:
            chart.circle(at, y(mean), 5, "baseline-dot" if p["baseline"] else "best-dot", _tooltip(p))
    return chart.svg()


def _tooltip(point: Mapping[str, Any]) -> str:
    return ", ".join(_row(point, timed=point["latency_s"]["mean"] is not None))


def _row(point: Mapping[str, Any], *, timed: bool) -> list[str]:
    cost = point["cost"]
    shown = [_mark(point) + _named(point), _with_error(point["score"], score), _with_error(cost, _cost(point))]
    return [*shown, *([_with_error(point["latency_s"], latency)] if timed else [])]


def _mark(point: Mapping[str, Any]) -> str:
    if point["winner"]:
        return tr("best found") + ": "
    return tr("beyond a limit") + ": " if point["probability"] is not None and point["probability"] < TRUSTED else ""


def _named(point: Mapping[str, Any]) -> str:
    return ", ".join(f"{label(name)} {shortened(setting(value))}" for name, value in point["settings"].items())


def _with_error(level: Mapping[str, Any], form: Any) -> str:
    if level["mean"] is None:
        return tr("unknown")
    return f"{form(level['mean'])} \N{PLUS-MINUS SIGN} {form(level['stderr'])}"


def _cost(point: Mapping[str, Any]) -> Any:
    if point["cost_unit"] == "USD":
        return lambda usd: decimal(f"{1000 * usd:.3g}")
    return lambda tokens: count(tokens) if tokens >= 9.95 else decimal(f"{tokens:.1f}")


def _cost_head(point: Mapping[str, Any]) -> str:
    return tr("USD per 1,000") if point["cost_unit"] == "USD" else tr("tokens per answer")


def _some(front: Sequence[Mapping[str, Any]], most: int) -> list[Mapping[str, Any]]:
    """Evenly spread over the front; the winner among them."""
    if len(front) <= most:
        return list(front)
    places = {round(i * (len(front) - 1) / (most - 1)) for i in range(most)}
    return [p for i, p in enumerate(front) if i in places or p["winner"]]
