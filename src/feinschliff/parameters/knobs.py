"""A knob: what a parameter may be set to in a search."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from pydantic import JsonValue

from feinschliff.parameters.values import is_number


@dataclass(frozen=True)
class Range:
    """A numeric knob between two values, both included."""

    low: float
    high: float
    integer: bool = False
    log: bool = False
    usual: bool = field(default=False, compare=False)
    """True: nobody named it; it is a range of ours."""

    def at(self, unit: float) -> float | int:
        """The value at `unit` in [0, 1], to about three digits."""
        u = min(1.0, max(0.0, unit))
        value = math.exp(_mix(math.log(self.low), math.log(self.high), u)) if self.log else _mix(self.low, self.high, u)
        value = min(self.high, max(self.low, value))
        return round(value) if self.integer else min(self.high, max(self.low, self._readable(value)))

    def _readable(self, value: float) -> float:
        """About a thousandth of the range: settings that people can read and copy, and no score tells them apart."""
        if self.log:
            return float(f"{value:.3g}")
        return round(value, 3 - math.floor(math.log10(self.high - self.low)))

    def unit(self, value: float) -> float:
        """Where `value` lies, 0 at the low end and 1 at the high end; outside values are clipped."""
        if self.log:
            value = max(value, self.low)
            share = (math.log(value) - math.log(self.low)) / (math.log(self.high) - math.log(self.low))
        else:
            share = (value - self.low) / (self.high - self.low)
        return min(1.0, max(0.0, share))


@dataclass(frozen=True)
class Choices:
    """A knob with a list of values."""

    values: tuple[JsonValue, ...]


Knob = Range | Choices


def count(knob: Knob) -> int | None:
    """How many values it has; None where they are continuous."""
    if isinstance(knob, Choices):
        return len(knob.values)
    return int(knob.high - knob.low) + 1 if knob.integer else None


def holds(knob: Knob, value: JsonValue) -> bool:
    """Whether the value is one of the knob's."""
    if isinstance(knob, Choices):
        return any(same(value, choice) for choice in knob.values)
    return is_number(value) and knob.low <= value <= knob.high


def meet(a: Knob, b: Knob) -> Knob | None:
    """What two knobs have in common, of the kind of `a`; None where that is nothing."""
    for one, other in ((a, b), (b, a)):
        if isinstance(one, Choices):
            left = tuple(value for value in one.values if holds(other, value))
            return Choices(left) if left else None
    assert isinstance(a, Range)
    assert isinstance(b, Range)
    low, high = max(a.low, b.low), min(a.high, b.high)
    if low >= high:
        return Choices((int(low) if a.integer else low,)) if low == high else None
    return Range(low, high, a.integer, a.log and low > 0, a.usual)


def same(a: JsonValue, b: JsonValue) -> bool:
    """Equal, where True is not 1, but 1 is 1.0."""
    return type(a) is type(b) and a == b if not (is_number(a) and is_number(b)) else a == b


def _mix(low: float, high: float, share: float) -> float:
    return low + (high - low) * share
