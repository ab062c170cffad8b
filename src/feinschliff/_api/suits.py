"""Do these settings suit this endpoint? What it would refuse is an error before anything is paid for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pydantic import JsonValue

from feinschliff.build import Connection
from feinschliff.parameters.dialects import Dialect
from feinschliff.parameters.refusals import ignored, ignored_note, refusals
from feinschliff.parameters.space import Choices, Knob, Space
from feinschliff.records import Settings


def check_suited(link: Connection, several: Iterable[Settings]) -> list[str]:
    """Sentences about settings that the endpoint takes and ignores, each parameter once.

    Raises: ParameterError for a value that it refuses.
    """
    notes: dict[str, str] = {}
    for settings in several:
        dialect = link.endpoint.dialect(str(settings.values.get("model") or link.model))
        for refusal in refusals(_without(settings, link.config.omit), dialect):
            raise refusal.error(dialect)
        for name in ignored(settings, dialect):
            notes.setdefault(name, ignored_note(name, dialect))
    return list(notes.values())


def check_space(link: Connection, space: Space, baseline: Mapping[str, JsonValue]) -> None:
    """Refuse a space that holds values which the endpoint refuses, or a baseline that does. Raises: ParameterError."""
    fixed = _without(Settings(values=dict(space.fixed)), link.config.omit)
    for dialect in _dialects(link, space, baseline):
        for settings in (fixed, Settings(values=dict(baseline)), *_ends(space, fixed)):
            for refusal in refusals(settings, dialect):
                raise refusal.error(dialect)


def _dialects(link: Connection, space: Space, baseline: Mapping[str, JsonValue]) -> list[Dialect]:
    """Of all models that may be asked."""
    knob = space.knobs.get("model")
    named: Sequence[JsonValue] = knob.values if isinstance(knob, Choices) else [space.fixed.get("model")]
    models = dict.fromkeys(str(name or link.model) for name in (*named, baseline.get("model")))
    return list(dict.fromkeys(link.endpoint.dialect(model) for model in models))


def _ends(space: Space, fixed: Settings) -> Iterator[Settings]:
    for name, knob in space.knobs.items():
        for value in _values(knob):
            yield Settings(values={**fixed.values, name: value})


def _values(knob: Knob) -> Sequence[JsonValue]:
    """A range's ends, and every choice."""
    return knob.values if isinstance(knob, Choices) else [knob.low, knob.high]


def _without(settings: Settings, omit: Sequence[str]) -> Settings:
    return Settings(values={name: value for name, value in settings.values.items() if name not in omit})
