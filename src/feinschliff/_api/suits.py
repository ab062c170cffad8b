"""Do these settings suit this endpoint? What it would refuse is an error before anything is paid for."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from pydantic import JsonValue

from feinschliff._api.found_out import found_out
from feinschliff.build import Connection, Endpoint, connect
from feinschliff.errors import FeinschliffError
from feinschliff.parameters.catalogue import parameter
from feinschliff.parameters.clamps import clamp_notes
from feinschliff.parameters.dialects import Dialect
from feinschliff.parameters.lengths import LIMITS
from feinschliff.parameters.refusals import Limits, ignored, ignored_note, refusals, status_of, two_limits_note
from feinschliff.parameters.space import Choices, Knob, Range, Space
from feinschliff.probing import Finding
from feinschliff.records import Settings
from feinschliff.store import Store

_PATIENCE_S = 5.0
"""Seconds after which a server that does not tell what it is is given up."""


def check_suited(link: Connection, several: Iterable[Settings], *, db: Store | None = None) -> list[str]:
    """Sentences about settings that the endpoint takes and ignores, or replaces by others, each parameter once.

    `db`: where the answers of an earlier probe may be; what they say counts for more than the catalogue.

    Raises: ParameterError for a value that it refuses.
    """
    notes: dict[str, str] = {}
    for settings in several:
        judge = _Judge(link, db, str(settings.values.get("model") or link.model))
        judge.check(_without(settings, link.config.omit))
        for name in judge.ignored(settings):
            notes.setdefault(name, ignored_note(name, judge.dialect))
        notes = {**judge.clamped(settings), **notes}
        if (note := two_limits_note(settings, judge.dialect)) is not None:
            notes.setdefault("max_completion_tokens", note)
    return list(notes.values())


def clamped(link: Connection, several: Iterable[Settings], *, db: Store | None = None) -> list[str]:
    """Sentences about values that the endpoint takes and replaces by others, each parameter once."""
    notes: dict[str, str] = {}
    for settings in several:
        notes = {**_Judge(link, db, str(settings.values.get("model") or link.model)).clamped(settings), **notes}
    return list(notes.values())


def check_space(link: Connection, space: Space, baseline: Mapping[str, JsonValue], *, db: Store | None = None) -> None:
    """Refuse a space that holds values which the endpoint refuses, or a baseline that does.

    Each model is asked only for what is in force with it. Of the ranges that nobody named, the search leaves out by
    itself what is refused, unless nothing would be left.

    Raises: ParameterError.
    """
    models = _models(link, space)
    today = str(baseline.get("model") or models[0])
    _Judge(link, db, today).check(Settings(values=dict(baseline)))
    for model in models:
        judge = _Judge(link, db, model)
        usual = [name for name, knob in space.knobs.items() if isinstance(knob, Range) and knob.usual]
        refused = [name for name in usual if judge.has_no_field(name)]
        named = space if len(refused) == len(space.knobs) else space.without(usual)
        part = named.given("model", model) if "model" in named.knobs else named
        fixed = _without(Settings(values=dict(part.fixed)), link.config.omit)
        for settings in (fixed, *_ends(part, fixed)):
            judge.check(settings)


def found_at(
    url: str, values: Mapping[str, JsonValue], *, model: str, omit: Sequence[str], db: Store
) -> tuple[Mapping[str, str], Mapping[str, Limits]]:
    """Status and limits of these settings at an address, by name, as earlier probes have found them.

    The server is asked what it is, since a finding holds for one version of it only; no model is asked anything. Empty
    where it does not answer.
    """
    names = [name for name, value in values.items() if _is_sent(name, value)]
    where = Endpoint(url, model=model, omit=omit)
    with suppress(FeinschliffError), connect(where, until=time.monotonic() + _PATIENCE_S) as link:
        dialect = link.endpoint.dialect(link.model)
        findings = found_out(link, db, names, model=link.model, dialect=dialect)
        return _statuses(findings), {name: _limits(finding) for name, finding in findings.items()}
    return {}, {}


@dataclass
class _Judge:
    """The catalogue, and what earlier probes have found out of this very server."""

    link: Connection
    db: Store | None
    model: str
    dialect: Dialect = field(init=False)

    def __post_init__(self) -> None:
        self.dialect = self.link.endpoint.dialect(self.model)

    def check(self, settings: Settings) -> None:
        """Raises: ParameterError."""
        found = refusals(settings, self.dialect, model=self.model)
        if found:
            findings = self._findings([refusal.name for refusal in found])
            limits = {name: _limits(finding) for name, finding in findings.items()}
            for refusal in refusals(settings, self.dialect, model=self.model, known=_statuses(findings), limits=limits):
                raise refusal.error(self.dialect)

    def has_no_field(self, name: str) -> bool:
        """Whether a parameter is refused whatever its value."""
        if status_of(name, self.dialect) != "rejected":
            return False
        return status_of(name, self.dialect, known=_statuses(self._findings([name]))) == "rejected"

    def ignored(self, settings: Settings) -> list[str]:
        known = _statuses(self._findings([name for name, value in settings.values.items() if _is_sent(name, value)]))
        return ignored(settings, self.dialect, known=known)

    def clamped(self, settings: Settings) -> dict[str, str]:
        """Sentences by name."""
        sent = _without(settings, self.link.config.omit)
        findings = self._findings([name for name, value in sent.values.items() if _is_sent(name, value)])
        applied = {name: (finding.low, finding.high) for name, finding in findings.items()}
        return clamp_notes(sent, self.dialect, known=_statuses(findings), applied=applied)

    def _findings(self, names: Sequence[str]) -> Mapping[str, Finding]:
        if self.db is None:
            return {}
        return found_out(self.link, self.db, names, model=self.model, dialect=self.dialect)


def _is_sent(name: str, value: JsonValue) -> bool:
    return value is not None and parameter(name).role in {"sampling", "request"}


def _limits(finding: Finding) -> Limits:
    """The widest range that the server was seen to take, as it is or moved."""
    lows, highs = zip((finding.low, finding.high), finding.taken or (None, None), strict=True)
    return (
        min((value for value in lows if value is not None), default=None),
        max((value for value in highs if value is not None), default=None),
    )


def _statuses(findings: Mapping[str, Finding]) -> dict[str, str]:
    return {name: finding.status for name, finding in findings.items()}


def _models(link: Connection, space: Space) -> list[str]:
    """All that the search may ask."""
    knob = space.knobs.get("model")
    named: Sequence[JsonValue] = knob.values if isinstance(knob, Choices) else [space.fixed.get("model")]
    return list(dict.fromkeys(str(name or link.model) for name in named))


def _ends(space: Space, fixed: Settings) -> Iterator[Settings]:
    for name, knob in space.knobs.items():
        for value in _values(knob):
            yield Settings(values={**fixed.values, name: value})
    both = {name: _values(knob)[0] for name, knob in space.knobs.items() if name in LIMITS}
    if len(both) == len(LIMITS):
        yield Settings(values=both)


def _values(knob: Knob) -> Sequence[JsonValue]:
    """A range's ends, whole numbers as such, and every choice."""
    if isinstance(knob, Choices):
        return knob.values
    return [int(end) if knob.integer else end for end in (knob.low, knob.high)]


def _without(settings: Settings, omit: Sequence[str]) -> Settings:
    return Settings(values={name: value for name, value in settings.values.items() if name not in omit})
