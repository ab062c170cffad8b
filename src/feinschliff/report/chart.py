"""A small SVG chart: axes with nice ticks, lines, bands, points with error bars, tooltips.

Built as an XML tree, so that it is well-formed and all text is escaped. Colours are CSS classes of the page, so
that dark mode and print need no second chart.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from feinschliff.report.format import decimal, minus, number

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def nice_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers inside [low, high], some `about` of them (steps of 1, 2, 2.5 or 5 times a power of ten)."""
    if not high > low:
        return [low]
    raw = (high - low) / max(1, about)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(s * power for s in _STEPS if s * power >= raw * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(i * step, 12) + 0.0 for i in range(first, last + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """1, 2, 5, 10, 20 ... inside [low, high]; fewer where that would be too many."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        ticks = [s * 10.0**p for p in powers for s in steps if low * 0.999 <= s * 10.0**p <= high * 1.001]
        if len(ticks) <= 8:
            break
    return ticks


@dataclass(frozen=True)
class Scale:
    """Data values to pixels; clipped to the range."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        if self.log:
            value, low, high = (math.log(max(v, 1e-12)) for v in (value, self.low, self.high))
        else:
            low, high = self.low, self.high
        share = 0.5 if high == low else (value - low) / (high - low)
        return round(self.start + min(1.0, max(0.0, share)) * (self.end - self.start), 2)

    def ticks(self, about: int = 5) -> list[float]:
        """Nice values on this scale."""
        return log_ticks(self.low, self.high) if self.log else nice_ticks(self.low, self.high, about)


@dataclass
class Chart:
    """A drawing of `width` x `height` units; `title` is what a screen reader says."""

    width: float
    height: float
    title: str
    left: float = 46
    right: float = 12
    top: float = 12
    bottom: float = 40
    root: ET.Element = field(init=False)

    def __post_init__(self) -> None:
        box = f"0 0 {self.width:g} {self.height:g}"
        self.root = ET.Element("svg", {"viewBox": box, "role": "img", "aria-label": _clean(self.title)})

    def x_scale(self, low: float, high: float, *, log: bool = False) -> Scale:
        """From data to the plot's horizontal pixels."""
        return Scale(low, high, self.left, self.width - self.right, log)

    def y_scale(self, low: float, high: float) -> Scale:
        """From data to the plot's vertical pixels, upwards."""
        return Scale(low, high, self.height - self.bottom, self.top)

    def x_axis(self, x: Scale, label: str, *, names: Sequence[tuple[float, str]] | None = None, about: int = 5) -> None:
        """Tick labels below the plot, and what the axis shows."""
        base = self.height - self.bottom
        self.line(self.left, base, self.width - self.right, base, "axis")
        for at, text in names if names is not None else labelled(x.ticks(about)):
            if names is None:
                self.line(x(at), base, x(at), base + 4, "axis")
            self.text(x(at), base + 17, text, "tick", "middle")
        if label:
            self.text((self.left + self.width - self.right) / 2, self.height - 5, label, "label", "middle")

    def y_axis(self, y: Scale, *, about: int = 4) -> None:
        """Grid lines with their values on the left."""
        for at, text in labelled(y.ticks(about)):
            self.line(self.left, y(at), self.width - self.right, y(at), "grid")
            self.text(self.left - 7, y(at) + 4, text, "tick", "end")

    def line(self, x1: float, y1: float, x2: float, y2: float, style: str) -> ET.Element:
        """A straight line."""
        ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
        return self._add("line", {k: f"{v:g}" for k, v in ends.items()}, style)

    def path(
        self, points: Iterable[tuple[float, float]], style: str, *, closed: bool = False, tooltip: str = ""
    ) -> ET.Element:
        """A line through points; closed for areas."""
        steps = " L".join(f"{x:g} {y:g}" for x, y in points)
        return self._add("path", {"d": f"M{steps}{' Z' if closed else ''}"}, style, tooltip)

    def circle(self, x: float, y: float, radius: float, style: str, tooltip: str = "") -> ET.Element:
        """A round mark."""
        return self._add("circle", {"cx": f"{x:g}", "cy": f"{y:g}", "r": f"{radius:g}"}, style, tooltip)

    def diamond(self, x: float, y: float, radius: float, style: str, tooltip: str = "") -> ET.Element:
        """A mark with four corners."""
        r = radius
        d = f"M{x:g} {y - r:g} L{x + r:g} {y:g} L{x:g} {y + r:g} L{x - r:g} {y:g} Z"
        return self._add("path", {"d": d}, style, tooltip)

    def text(self, x: float, y: float, text: str, style: str, anchor: str = "start") -> ET.Element:
        """A line of text."""
        element = self._add("text", {"x": f"{x:g}", "y": f"{y:g}", "text-anchor": anchor}, style)
        element.text = _clean(text)
        return element

    def svg(self) -> str:
        """The chart as text."""
        return ET.tostring(self.root, encoding="unicode")

    def _add(self, tag: str, attributes: dict[str, str], style: str, tooltip: str = "") -> ET.Element:
        element = ET.SubElement(self.root, tag, {**attributes, "class": style})
        if tooltip:
            ET.SubElement(element, "title").text = _clean(tooltip)
        return element


def labelled(ticks: Sequence[float]) -> list[tuple[float, str]]:
    """Ticks with their labels, all with the same number of decimals."""
    decimals = max((_decimals(t) for t in ticks), default=0)
    return [(t, minus(decimal(f"{t:.{decimals}f}" if abs(t) < 1e4 else number(t)))) for t in ticks]


def room(values: Sequence[float], share: float = 0.12) -> tuple[float, float]:
    """The span of the values with some room on both sides."""
    low, high = min(values), max(values)
    pad = (high - low) * share or max(abs(high), 0.1) * 0.1
    return low - pad, high + pad


def step_points(
    xs: Sequence[float], ys: Sequence[float], to: Callable[[float, float], tuple[float, float]]
) -> list[tuple[float, float]]:
    """A staircase through the points: each value holds until the next one comes."""
    points: list[tuple[float, float]] = []
    for i, (x, y) in enumerate(zip(xs, ys, strict=True)):
        if i:
            points.append(to(x, ys[i - 1]))
        points.append(to(x, y))
    return points


def _decimals(value: float) -> int:
    text = f"{value:.6f}".rstrip("0")
    return len(text.split(".")[1]) if "." in text else 0


def _clean(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
