"""The search space: which knobs may move, how far, under which conditions, and what is fixed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from feinschliff.errors import ParameterError
from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import CLASSIC_SPACE, DEFAULT_SPACE, check_value, parameter
from feinschliff.parameters.conditions import When, check_conditions
from feinschliff.parameters.coordinates import coordinate, is_greedy, neutral_value
from feinschliff.parameters.dialects import Dialect, has_verbosity
from feinschliff.parameters.knobs import Choices, Knob, Range, count, holds, meet, same
from feinschliff.parameters.wishes import Usual, conditions_of, knob_of, plain_value
from feinschliff.records import Settings, canonical_json

__all__ = ["Choices", "Knob", "Range", "Space", "Usual", "is_greedy", "make_space", "named_space"]

_COMMON_WORDS = ("low", "medium", "high")
"""Of reasoning effort and verbosity: what every model that has them takes."""

_MOST_COUNTED = 4096
"""Combinations of values that conditions ask about, up to which settings are counted exactly."""


@dataclass(frozen=True)
class Space:
    """All that a run may send: the knobs that move, and the values that do not."""

    knobs: Mapping[str, Knob] = field(default_factory=dict)
    fixed: Mapping[str, JsonValue] = field(default_factory=dict)
    when: Mapping[str, When] = field(default_factory=dict)
    """The conditions of knobs and fixed values that have any. Where they do not hold, nothing is sent."""
    otherwise: Mapping[str, JsonValue] = field(default_factory=dict)
    """What is sent after all where the conditions of these do not hold: the task's own texts, a limit in tokens."""

    @property
    def moving(self) -> frozenset[str]:
        """Parameters in which two settings of the space may differ."""
        return frozenset((*self.knobs, *self.when))

    @property
    def size(self) -> int | None:
        """Number of different settings; None where a knob is continuous."""
        counts = {name: count(knob) for name, knob in self.knobs.items()}
        asked = [n for n in self.knobs if any(n in conditions for conditions in self.when.values())]
        total = _product(counts.values())
        if total is None or not asked or (_product(counts[n] for n in asked) or 0) > _MOST_COUNTED:
            return total
        sizes: dict[str, int] = {}
        for settings in self._combined(asked, values_of):
            free = (counts[n] for n in self.knobs if n not in asked and self.is_active(n, settings.values))
            sizes[settings.canonical()] = _product(free) or 0
        return sum(sizes.values())

    def is_active(self, name: str, values: Mapping[str, JsonValue]) -> bool:
        """Whether the parameter is in force among these values: it has no conditions, or they hold."""
        return all(other in values and holds(knob, values[other]) for other, knob in self.when.get(name, {}).items())

    def without(self, names: Sequence[str]) -> Space:
        """The space without these knobs, and without what depends on them."""
        return self.but({name: knob for name, knob in self.knobs.items() if name not in names}, self.fixed)

    def given(self, name: str, value: JsonValue) -> Space:
        """The part of the space in which this parameter has this value."""
        knobs = {n: knob for n, knob in self.knobs.items() if n != name}
        return self.but(knobs, {**self.fixed, name: value})

    def but(self, knobs: Mapping[str, Knob], fixed: Mapping[str, JsonValue]) -> Space:
        """The space with other knobs and fixed values, without conditions that always hold and what is never in force.

        A condition on a parameter that is not there any more never holds.
        """
        when: dict[str, When] = {}
        never = set()
        for name, conditions in self.when.items():
            left: dict[str, Knob] = {}
            for other, wanted in conditions.items():
                possible = knobs[other] if other in knobs else Choices((fixed[other],)) if other in fixed else None
                common = None if possible is None else meet(possible, wanted)
                if common is None:
                    never.add(name)
                elif common != possible:
                    left[other] = common
            if left and name not in never and (name in knobs or name in fixed):
                when[name] = left
        instead = {name: value for name, value in self.otherwise.items() if name in never}
        return Space(
            {name: knob for name, knob in knobs.items() if name not in never},
            {name: value for name, value in fixed.items() if name not in never} | instead,
            when,
            {name: value for name, value in self.otherwise.items() if name in when},
        )

    def settings(self, values: Mapping[str, JsonValue]) -> Settings:
        """Settings from knob values, the fixed ones added; what is not in force is left out."""
        return self.in_force({**self.fixed, **values})

    def in_force(self, values: Mapping[str, JsonValue]) -> Settings:
        """These values without those whose conditions do not hold."""
        off = {name for name in self.when if not self.is_active(name, values)}
        instead = {name: value for name, value in self.otherwise.items() if name in off}
        return Settings(values={**{n: v for n, v in values.items() if n not in off}, **instead})

    def moved(self, settings: Settings, values: Mapping[str, JsonValue]) -> Settings:
        """These settings with other values: what is no longer in force is left out, and what comes into force has its
        fixed value, or the one that changes least."""
        if not self.when:
            return settings.merged(Settings(values=dict(values)))
        fresh = {
            name: neutral_value(name, self.knobs[name]) if name in self.knobs else self.fixed[name]
            for name in self.when
            if not self.is_active(name, settings.values)
        }
        return self.in_force({**settings.values, **fresh, **values})

    def reached(self, name: str, values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """These values, changed where they must be for this parameter to be in force."""
        changed = dict(values)
        for other, knob in self.when.get(name, {}).items():
            if other in self.knobs and not (other in values and holds(knob, values[other])):
                changed[other] = neutral_value(other, knob)
        return changed

    def every(self, levels: Callable[[Knob], Sequence[JsonValue]]) -> Iterator[Settings]:
        """All combinations of some levels of each knob, each setting once."""
        known: set[str] = set()
        for settings in self._combined(list(self.knobs), levels):
            if self.when:
                name = settings.canonical()
                if name in known:
                    continue
                known.add(name)
            yield settings

    def features(self, settings: Settings) -> NDArray[np.float64]:
        """The settings as a point for the surrogate: ranges in [0, 1], choices one-hot, in the knobs' order.

        What greedy sampling hides is put to one place, since at temperature 0 top-p, top-k and min-p mean nothing.
        So is what is not sent: a range where the parameter does nothing, choices as far from each of them.
        """
        greedy = is_greedy(settings)
        point: list[float] = []
        for name, knob in self.knobs.items():
            value = settings.values.get(name)
            if isinstance(knob, Range):
                point.append(coordinate(name, knob, value, hidden=greedy))
            else:
                point.extend(1.0 if same(value, choice) else 0.0 for choice in knob.values)
        return np.array(point, dtype=np.float64)

    @property
    def on_ranges(self) -> tuple[bool, ...]:
        """By feature, whether it is a range's; the others are of choices."""
        marks: list[bool] = []
        for knob in self.knobs.values():
            marks += [True] if isinstance(knob, Range) else [False] * len(knob.values)
        return tuple(marks)

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

    def to_dict(self) -> dict[str, JsonValue]:
        """The space as plain JSON, for the run's id and for the report."""
        made: dict[str, JsonValue] = {"knobs": _plain(self.knobs), "fixed": dict(self.fixed)}
        if self.when:  # only where there are any: the ids of all other runs stay what they were
            made["when"] = {name: _plain(conditions) for name, conditions in self.when.items()}
        if self.otherwise:
            made["otherwise"] = dict(self.otherwise)
        return made

    def _combined(self, names: Sequence[str], levels: Callable[[Knob], Sequence[JsonValue]]) -> Iterator[Settings]:
        for combination in product(*(levels(self.knobs[name]) for name in names)):
            yield self.settings(dict(zip(names, combination, strict=True)))

    def _is_beyond(self, name: str, knob: Knob, settings: Settings) -> bool:
        """True for a value that its coordinate does not tell: one that is not sent, or lies outside the range."""
        if not isinstance(knob, Range) or (is_greedy(settings) and parameter(name).greedy_hides):
            return False
        value = settings.values.get(name)
        return not isinstance(value, int | float) or not knob.low <= value <= knob.high


def values_of(knob: Knob) -> Sequence[JsonValue]:
    """All values of a knob that is not continuous."""
    return knob.values if isinstance(knob, Choices) else range(round(knob.low), round(knob.high) + 1)


def make_space(spec: Mapping[str, object]) -> Space:
    """A space from a mapping: two numbers are a range, `{"choices": [...]}` or any other list are choices, else fixed.

    `{"range": [0, 1], "when": {"model": "b"}}`, or with `choices` or `value`: only where `model` is b.

    Raises: ParameterError for an unknown name, a wrong value, a range that is upside down, or a condition that never
    holds.
    """
    knobs: dict[str, Knob] = {}
    fixed: dict[str, JsonValue] = {}
    when: dict[str, When] = {}
    for written, wanted in spec.items():
        row = parameter(written)
        name = row.name
        if name in knobs or name in fixed:
            raise ParameterError(
                tr("'{name}' is given twice", name=name), asked=f"{written}={wanted!r}", mend=tr("give it once")
            )
        wish, conditions = conditions_of(name, wanted)
        if conditions:
            when[name] = conditions
        knob = knob_of(name, wish)
        if knob is None:
            fixed[name] = check_value(name, plain_value(name, wish))
        elif isinstance(knob, Choices) and len(knob.values) == 1:
            fixed[name] = knob.values[0]
        elif row.searchable:
            knobs[name] = knob
        else:
            raise ParameterError(
                tr("'{name}' cannot be searched", name=name),
                asked=f"{name}={wish!r}",
                mend=tr("give {name} one fixed value", name=name),
            )
    if not when:
        return Space(knobs, fixed)
    return Space(when=check_conditions(when, knobs, fixed)).but(knobs, fixed)


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


def _plain(knobs: Mapping[str, Knob]) -> dict[str, JsonValue]:
    return {
        name: [knob.low, knob.high] if isinstance(knob, Range) else {"choices": list(knob.values)}
        for name, knob in knobs.items()
    }


def _product(counts: Iterable[int | None]) -> int | None:
    total = 1
    for number in counts:
        if number is None:
            return None
        total *= number
    return total
