"""The ends of what is searched: does the server take them, and as they are?

Whoever takes two values takes what lies between them, so many ends are settled by what the knobs are tried with. The
others are asked about in one request, and apart only where that is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pydantic import JsonValue

from feinschliff.parameters.catalogue import EXTRA, row_of
from feinschliff.parameters.dialects import Dialect
from feinschliff.parameters.space import Choices, Knob, Range, Space
from feinschliff.probing.controls import Controls
from feinschliff.probing.finding import Heard, shown
from feinschliff.probing.lab import Lab
from feinschliff.probing.refusals import is_named, is_unknown_field

_DEAR = frozenset({"max_tokens", "max_completion_tokens", "n", "best_of"})
"""Their ends would have to be paid for."""

Ask: TypeAlias = Callable[[Mapping[str, JsonValue]], Heard | None]

_TRIES = 2
"""Requests that look for the limit where an end is refused."""


@dataclass(frozen=True)
class End:
    """One end of what is searched of a knob."""

    name: str
    side: Literal["low", "high"]
    value: float
    middle: float
    """Of the range."""

    @property
    def label(self) -> str:
        """As evidence names it."""
        return f"{self.name}={shown(self.value)}"

    def is_inside(self, value: float, *, of: float | None = None) -> bool:
        """Whether `value` lies on the range's side of this end, or `of` another value, or is it."""
        edge = self.value if of is None else of
        return value <= edge if self.side == "high" else value >= edge


def ends_of(space: Space, names: Sequence[str]) -> list[End]:
    """Both ends of each numeric knob whose values cost nothing by themselves."""
    ends = []
    for name in names:
        span = _span(space.knobs.get(name))
        if span is not None and name not in _DEAR:
            middle = (span[0] + span[1]) / 2
            ends += [End(name, "high", span[1], middle), End(name, "low", span[0], middle)]
    return ends


def open_ends(lab: Lab, ends: Sequence[End]) -> list[End]:
    """Those that lie outside of all that was taken so far."""
    return [end for end in ends if not _lies_in(_taken(lab, end.name), end)]


def try_ends(lab: Lab, c: Controls, ends: Sequence[End]) -> dict[End, Heard]:
    """The refusals of those that the server refuses, after a few tries for what it takes instead."""

    def ask(values: Mapping[str, JsonValue]) -> Heard | None:
        heard = lab.ask([c.hot_wish(c.seed, values)])
        return None if heard is None else heard[0]

    found: dict[End, Heard] = {}
    left = [end for end in ends if not _lies_in(lab.taken(end.name), end)]
    while open_ends(lab, left):  # what does nothing is taken everywhere; beside others it costs nothing to see that
        together = {end.name: end for end in reversed(left)}  # of each knob the first
        together = {end.name: end for end in left if together[end.name] is end}
        refused = _refused(ask, list(together.values()))
        for end in refused:
            _look_between(lab, ask, end, refused[end])
        found |= refused
        left = [end for end in left if end not in together.values()]
    return found


def _refused(ask: Ask, ends: Sequence[End]) -> dict[End, Heard]:
    """The refusal of each end that is refused; nothing where the server refuses only several together."""
    heard = ask({end.name: end.value for end in ends}) if ends else None
    if heard is None or not heard.refused:
        return {}
    if len(ends) == 1:
        return {ends[0]: heard}
    named = [end for end in ends if is_named(_plain(end.name), heard.answer.failure or "")]
    if len(named) == 1:
        return {named[0]: heard} | _refused(ask, [end for end in ends if end is not named[0]])
    half = len(ends) // 2
    return _refused(ask, ends[:half]) | _refused(ask, ends[half:])


def _look_between(lab: Lab, ask: Ask, end: End, refusal: Heard) -> None:
    """Ask for limits that servers document, the widest first, and for the middle of a range that would be lost."""
    inner = innermost(lab, end)

    def is_new(value: float) -> bool:
        return end.is_inside(value) and value != end.value and (inner is None or not end.is_inside(value, of=inner))

    values = sorted((v for v in documented(end) if is_new(v)), reverse=end.side == "high")
    if is_new(end.middle):
        values.append(end.middle)
    for value in () if is_unknown_field(refusal.answer.failure or "") else values[:_TRIES]:
        heard = ask({end.name: int(value) if isinstance(end.value, int) else value})
        if heard is None or not heard.refused:
            break


def innermost(lab: Lab, end: End) -> float | None:
    """The value that was taken and is nearest to the end; the one at which the knob does nothing counts as taken."""
    neutral = _neutral(end.name)
    safe = [] if neutral is None or neutral == end.value else [neutral]
    inside = [value for value in (*(lab.taken(end.name) or ()), *safe) if end.is_inside(value)]
    return None if not inside else max(inside) if end.side == "high" else min(inside)


def documented(end: End, dialect: Dialect = "unknown") -> list[float]:
    """Limits of this side in the catalogue: of this backend, and of all where it is not known."""
    row = row_of(_plain(end.name))
    rows = [] if row is None else list(row.backends.values()) if dialect == "unknown" else [row.at(dialect)]
    limits = {support.high if end.side == "high" else support.low for support in rows}
    return sorted(limit for limit in limits if limit is not None)


def _lies_in(span: tuple[float, float] | None, end: End) -> bool:
    return span is not None and span[0] <= end.value <= span[1]


def _taken(lab: Lab, name: str) -> tuple[float, float] | None:
    neutral = _neutral(name)
    values = [*(lab.taken(name) or ()), *([] if neutral is None else [neutral])]
    return (min(values), max(values)) if values else None


def _neutral(name: str) -> float | None:
    """The value at which the knob does nothing."""
    row = row_of(_plain(name))
    return None if row is None else row.neutral


def _plain(name: str) -> str:
    return name.removeprefix(EXTRA)


def _span(knob: Knob | None) -> tuple[float, float] | None:
    """The smallest and the largest value, whole numbers as such; None for words and texts."""
    if isinstance(knob, Range):
        return (int(knob.low), int(knob.high)) if knob.integer else (knob.low, knob.high)
    if isinstance(knob, Choices):
        numbers = [v for v in knob.values if isinstance(v, int | float) and not isinstance(v, bool)]
        return (min(numbers), max(numbers)) if len(numbers) == len(knob.values) else None
    return None
