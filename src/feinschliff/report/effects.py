"""The report's charts of what each searched parameter does to the score."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feinschliff.errors import ParameterError
from feinschliff.i18n import tr, trn
from feinschliff.parameters.catalogue import parameter
from feinschliff.report.chart import Chart, Scale, room
from feinschliff.report.format import is_number, score, setting, shortened
from feinschliff.report.words import origin_word

_WIDTH = 380.0
_LONGEST_NAME = 14
_VISIBLE = 0.0005
"""Differences that round to 0.000 are none."""


@dataclass(frozen=True)
class EffectChart:
    """The chart of one parameter, and the texts behind the letters where its choices are long."""

    name: str
    svg: str
    legend: list[tuple[str, str]]
    impact: str
    """How far it moves the score, in words."""


@dataclass(frozen=True)
class _Frame:
    """What all charts share."""

    what: str
    trials: Sequence[Mapping[str, Any]]
    winner: Mapping[str, Any]
    span: tuple[float, float]

    def chart(self, title: str) -> tuple[Chart, Scale]:
        """An empty chart with its vertical axis."""
        chart = Chart(_WIDTH, 230, title, bottom=26)
        y = chart.y_scale(*self.span)
        chart.y_axis(y)
        return chart, y


def effect_charts(details: Mapping[str, Any], winner: Mapping[str, Any], what: str) -> list[EffectChart]:
    """For each searched parameter the estimated score with its 95 % band, and the tried settings as points.

    All share one vertical scale; those that move the score most come first.
    """
    effects = {n: e for n, e in (details.get("effects") or {}).items() if e.get("x")}
    if not effects:
        return []
    knobs = [k for k in effects if k in winner]
    trials = [
        {**t, "wins": all(t["settings"].get(k) == winner[k] for k in knobs)}
        for t in details.get("trials") or []
        if is_number(t.get("mean"))
    ]
    ends = [v for e in effects.values() for v in (*e["low"], *e["high"])]
    frame = _Frame(what, trials, winner, room([*ends, *(t["mean"] for t in trials)], share=0.05))
    return [
        _range_effect(name, effect, frame) if effect.get("kind") == "range" else _choice_effect(name, effect, frame)
        for name, effect in sorted(effects.items(), key=lambda item: -_reach(item[1]))
    ]


def _reach(effect: Mapping[str, Any]) -> float:
    return float(max(effect["mean"]) - min(effect["mean"]))


def _impact(effect: Mapping[str, Any]) -> str:
    """Told as clear only where the bands of its best and its worst value do not touch."""
    mean = effect["mean"]
    best, worst = (mean.index(end(mean)) for end in (max, min))
    reach = score(_reach(effect))
    if _reach(effect) < _VISIBLE:
        return tr("no effect seen")
    if effect["low"][best] > effect["high"][worst]:
        return tr("moves the score by up to {reach}", reach=reach)
    return tr("no clear effect ({reach})", reach=reach)


def _range_effect(name: str, effect: Mapping[str, Any], frame: _Frame) -> EffectChart:
    chart, y = frame.chart(tr("Estimated {score} by {parameter}", score=frame.what, parameter=name))
    xs, mean, low, high = (effect[k] for k in ("x", "mean", "low", "high"))
    x = chart.x_scale(xs[0], xs[-1], log=_is_log(name, xs))
    points = [t for t in frame.trials if is_number(t["settings"].get(name)) and xs[0] <= t["settings"][name] <= xs[-1]]
    band = [*((x(a), y(b)) for a, b in zip(xs, high, strict=True))]
    band += [(x(a), y(b)) for a, b in reversed(list(zip(xs, low, strict=True)))]
    chart.path(band, "band", closed=True)
    winner = frame.winner.get(name)
    if is_number(winner):
        chart.line(x(winner), chart.top, x(winner), chart.height - chart.bottom, "mark")
    chart.path([(x(a), y(b)) for a, b in zip(xs, mean, strict=True)], "curve")
    for trial in sorted(points, key=_drawn_last):
        value = trial["settings"][name]
        _trial_point(chart, x(value), y, trial, f"{name} {setting(value)}")
    chart.x_axis(x, "")
    return EffectChart(name, chart.svg(), [], _impact(effect))


def _choice_effect(name: str, effect: Mapping[str, Any], frame: _Frame) -> EffectChart:
    title = tr("Estimated {score} by {parameter}", score=frame.what, parameter=name)
    if frame.winner.get(name) is not None:
        title += ", " + tr("best found: {value}", value=shortened(setting(frame.winner[name]), 60))
    chart, y = frame.chart(title)
    choices = effect["x"]
    texts = [setting(c) for c in choices]
    long = any(len(t) > _LONGEST_NAME for t in texts) or sum(map(len, texts)) > 3 * _LONGEST_NAME
    marks = [chr(ord("A") + i) if i < 26 else str(i + 1) for i in range(len(choices))] if long else texts
    x = chart.x_scale(-0.5, len(choices) - 0.5)
    owned = [(i, t) for t in frame.trials for i, c in enumerate(choices) if t["settings"].get(name) == c]
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
    return EffectChart(name, chart.svg(), list(zip(marks, texts, strict=True)) if long else [], _impact(effect))


def _drawn_last(trial: Mapping[str, Any]) -> tuple[bool, bool]:
    """Sorts the marks that must stay in sight to the end."""
    return trial["wins"], trial.get("origin") == "baseline"


def _trial_point(chart: Chart, x: float, y: Scale, trial: Mapping[str, Any], where: str) -> None:
    mean, stderr, n = trial["mean"], trial.get("stderr"), trial.get("n") or 0
    if stderr:
        chart.line(x, y(mean - stderr), x, y(mean + stderr), "trial-bar")
    estimate = score(mean) + (f" \N{PLUS-MINUS SIGN} {score(stderr)}" if stderr is not None else "")
    told = trn(
        "{n} answer, from: {origin}", "{n} answers, from: {origin}", n, origin=origin_word(str(trial.get("origin")))
    )
    told = f"{where}: {estimate}, {told}"
    if trial["wins"]:
        chart.diamond(x, y(mean), 6, "best-dot", tr("best found, {told}", told=told))
    else:
        style = "baseline-dot" if trial.get("origin") == "baseline" else "trial"
        chart.circle(x, y(mean), 1.8 + min(2.6, math.sqrt(n) / 3.5), style, told)


def _is_log(name: str, xs: Sequence[float]) -> bool:
    try:
        return parameter(name).log and xs[0] > 0
    except ParameterError:
        return False
