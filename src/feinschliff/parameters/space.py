"""The search space: which knobs may move, how far, and which are fixed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from feinschliff.errors import ParameterError
from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import CLASSIC_SPACE, DEFAULT_SPACE, EXTRA, check_value, parameter
from feinschliff.parameters.dialects import Dialect, has_verbosity
from feinschliff.parameters.values import is_number
from feinschliff.records import Settings, canonical_json

_COMMON_WORDS = ("low", "medium", "high")
"""Of reasoning effort and verbosity: what every model that has them takes."""


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


@dataclass(frozen=True)
class Space:
    """All that a run may send: the knobs that move, and the values that do not."""

    knobs: Mapping[str, Knob] = field(default_factory=dict)
    fixed: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def size(self) -> int | None:
        """Number of different settings; None where a knob is continuous."""
        total = 1
        for knob in self.knobs.values():
            count = _count(knob)
            if count is None:
                return None
            total *= count
        return total

    def without(self, names: Sequence[str]) -> Space:
        """The space without these knobs."""
        return Space({n: k for n, k in self.knobs.items() if n not in names}, self.fixed)

    def settings(self, values: Mapping[str, JsonValue]) -> Settings:
        """Settings from knob values, the fixed ones added."""
        return Settings(values={**self.fixed, **values})

    def features(self, settings: Settings) -> NDArray[np.float64]:
        """The settings as a point for the surrogate: ranges in [0, 1], choices one-hot, in the knobs' order.

        What greedy sampling hides is put to one place, since at temperature 0 top-p, top-k and min-p mean nothing.
        """
        greedy = is_greedy(settings)
        point: list[float] = []
        for name, knob in self.knobs.items():
            value = settings.values.get(name)
            if isinstance(knob, Range):
                point.append(_coordinate(name, knob, value, hidden=greedy))
            else:
                point.extend(1.0 if _same(value, choice) else 0.0 for choice in knob.values)
        return np.array(point, dtype=np.float64)

    def decode(self, units: Sequence[float]) -> Settings:
        """Settings from one number in [0, 1) per knob."""
        values: dict[str, JsonValue] = {}
        for (name, knob), unit in zip(self.knobs.items(), units, strict=True):
            if isinstance(knob, Range):
                values[name] = knob.at(unit)
            else:
                values[name] = knob.values[min(int(unit * len(knob.values)), len(knob.values) - 1)]
        return self.settings(values)

    def effective(self, settings: Settings) -> str:
        """Equal for settings that send the same distribution: the features and all that is no knob."""
        rest = {n: v for n, v in settings.values.items() if n not in self.knobs}
        beyond = {n: settings.values.get(n) for n, knob in self.knobs.items() if self._is_beyond(n, knob, settings)}
        return canonical_json([[round(float(f), 6) for f in self.features(settings)], rest, beyond])

    def _is_beyond(self, name: str, knob: Knob, settings: Settings) -> bool:
        """True for a value that its coordinate does not tell: one that is not sent, or lies outside the range."""
        if not isinstance(knob, Range) or (is_greedy(settings) and parameter(name).greedy_hides):
            return False
        value = settings.values.get(name)
        return not isinstance(value, int | float) or not knob.low <= value <= knob.high

    def to_dict(self) -> dict[str, JsonValue]:
        """The space as plain JSON, for the run's id and for the report."""
        knobs: dict[str, JsonValue] = {}
        for name, knob in self.knobs.items():
            knobs[name] = [knob.low, knob.high] if isinstance(knob, Range) else {"choices": list(knob.values)}
        return {"knobs": knobs, "fixed": dict(self.fixed)}


def is_greedy(settings: Settings) -> bool:
    """True where the likeliest token is always taken."""
    values = settings.values
    if _is_on(values.get("mirostat")):
        return values.get("temperature") == 0  # mirostat takes the place of top-k
    if values.get("top_k") == 1:
        return True
    # a moving temperature leaves 0, and XTC takes likely tokens away, at random
    moved = _is_on(values.get("dynatemp_range")) or _is_on(values.get("xtc_probability"))
    return values.get("temperature") == 0 and not moved


def _is_on(value: JsonValue) -> bool:
    return isinstance(value, int | float) and value > 0


class Usual(tuple[float, float]):
    """A range of ours: what a backend does not take of it is left out, where the same wish of a user is an error."""

    __slots__ = ()


def make_space(spec: Mapping[str, object]) -> Space:
    """A space from a mapping: two numbers are a range, `{"choices": [...]}` or any other list are choices, else fixed.

    Raises: ParameterError for an unknown name, a wrong value, or a range that is upside down.
    """
    knobs: dict[str, Knob] = {}
    fixed: dict[str, JsonValue] = {}
    for written, wanted in spec.items():
        row = parameter(written)
        name = row.name
        if name in knobs or name in fixed:
            raise ParameterError(
                tr("'{name}' is given twice", name=name), asked=f"{written}={wanted!r}", mend=tr("give it once")
            )
        knob = _knob(name, wanted)
        if knob is None:
            fixed[name] = check_value(name, _json(name, wanted))
            continue
        if not row.searchable:
            raise ParameterError(
                tr("'{name}' cannot be searched", name=name),
                asked=f"{name}={wanted!r}",
                mend=tr("give {name} one fixed value", name=name),
            )
        if isinstance(knob, Choices) and len(knob.values) == 1:
            fixed[name] = knob.values[0]
        else:
            knobs[name] = knob
    return Space(knobs, fixed)


def named_space(name: str, dialect: Dialect = "unknown", *, model: str | None = None) -> dict[str, object]:
    """The spaces with a name: `default` (another one for reasoning models, which refuse the usual) and `classic`."""
    if name == "classic":
        return {n: Usual(span) for n, span in CLASSIC_SPACE.items()}
    if name == "default" and dialect == "openai-reasoning":
        names = ["reasoning_effort", *(["verbosity"] if has_verbosity(model or "") else [])]
        return {n: {"choices": list(_COMMON_WORDS)} for n in names}
    if name == "default":
        return {n: Usual(span) for n in DEFAULT_SPACE if (span := parameter(n).span) is not None}
    raise ParameterError(
        tr("unknown space '{name}'", name=name),
        asked=name,
        found=tr("there are 'default' and 'classic'"),
        mend=tr("use one of these, or -p"),
    )


def _knob(name: str, wanted: object) -> Knob | None:
    """A knob where `wanted` says that it may move, else None."""
    row = parameter(name)
    if row.kind == "json" and (row.shape == "list" or not isinstance(wanted, list | tuple)) and not _is_choices(wanted):
        return None  # the list or object is the value itself
    if isinstance(wanted, Mapping):
        if name.startswith(EXTRA) and "choices" not in wanted:
            return None
        if set(wanted) != {"choices"} or not isinstance(wanted["choices"], list | tuple):
            raise ParameterError(
                tr("'{name}' is a table without a list 'choices'", name=name),
                asked=f"{name}={dict(wanted)!r}",
                mend=tr('write {name} = {{choices = ["...", "..."]}}', name=name),
            )
        return _choices(name, wanted["choices"])
    if not isinstance(wanted, list | tuple):
        return None
    if len(wanted) == 2 and all(is_number(w) for w in wanted):
        return _range(name, wanted[0], wanted[1], usual=isinstance(wanted, Usual))
    return _choices(name, wanted)


def _is_choices(wanted: object) -> bool:
    return isinstance(wanted, Mapping) and set(wanted) == {"choices"}


def _range(name: str, low: float, high: float, *, usual: bool = False) -> Range | Choices:
    row = parameter(name)
    if row.kind not in {"float", "int"}:
        raise ParameterError(
            tr("'{name}' is no number and has no range", name=name),
            asked=f"{name}={low}:{high}",
            mend=tr("give a list of choices"),
        )
    check_value(name, low)
    check_value(name, high)
    if low > high:
        raise ParameterError(
            tr("the range of '{name}' is upside down: {low:g} is above {high:g}", name=name, low=low, high=high),
            asked=f"{name}={low:g}:{high:g}",
            mend=tr("write {name}={high:g}:{low:g}", name=name, high=high, low=low),
        )
    if low == high:
        return Choices((check_value(name, low),))
    integer = row.kind == "int" or (name.startswith(EXTRA) and isinstance(low, int) and isinstance(high, int))
    return Range(float(low), float(high), integer=integer, log=row.log and low > 0, usual=usual)


def _choices(name: str, wanted: Sequence[object]) -> Choices:
    if not wanted:
        raise ParameterError(
            tr("'{name}' has an empty list of choices", name=name), asked=f"{name}=[]", mend=tr("give at least one")
        )
    values: list[JsonValue] = []
    for w in wanted:
        value = check_value(name, _json(name, w))
        if not any(_same(value, v) for v in values):
            values.append(value)
    return Choices(tuple(values))


def _json(name: str, value: object) -> JsonValue:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [_json(name, v) for v in value]
    if isinstance(value, Mapping):
        return {str(key): _json(name, v) for key, v in value.items()}
    raise ParameterError(
        tr("'{name}' has a value that is no JSON: {value!r}", name=name, value=value),
        asked=name,
        mend=tr("give a number or a text"),
    )


def _count(knob: Knob) -> int | None:
    if isinstance(knob, Choices):
        return len(knob.values)
    return int(knob.high - knob.low) + 1 if knob.integer else None


def _coordinate(name: str, knob: Range, value: JsonValue, *, hidden: bool) -> float:
    row = parameter(name)
    if hidden and row.greedy_hides:
        # Not where the value is, but at one agreed place: the neutral end, where nothing is cut off.
        at_top = row.neutral is None or row.neutral >= knob.high or row.off_beyond
        return 1.0 if at_top else 0.0
    if not is_number(value):
        if row.neutral is None:
            return 0.5
        return 1.0 if row.off_beyond else knob.unit(row.neutral)
    assert isinstance(value, int | float)
    if row.off_beyond and row.neutral is not None and value <= row.neutral:
        return 1.0
    return knob.unit(float(value))


def _same(a: JsonValue, b: JsonValue) -> bool:
    return type(a) is type(b) and a == b if not (is_number(a) and is_number(b)) else a == b


def _mix(low: float, high: float, share: float) -> float:
    return low + (high - low) * share
