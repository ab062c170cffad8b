"""What each of several models takes: knobs that only some of them have, and the probe of each with its own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from feinschliff.generation import Payer
from feinschliff.i18n.stored import stored
from feinschliff.parameters.refusals import status_of
from feinschliff.parameters.space import Choices, Range, Space
from feinschliff.probing import Finding, Status, probe_space
from feinschliff.records import Answer
from feinschliff.tuning.notes import with_prior

_MODEL = "model"


@dataclass(frozen=True)
class Probed:
    """What the probe before a search has found."""

    findings: dict[str, Finding] = field(default_factory=dict)
    statuses: dict[str, Status] = field(default_factory=dict)
    """The findings', or what the catalogue knows where there is none."""
    answers: list[Answer] = field(default_factory=list)


def fitted(space: Space, payer: Payer) -> tuple[Space, list[str]]:
    """(the space in which knobs that nobody named are searched only with the models that have such a field, a sentence
    about each that not all of them have)."""
    models = _models(space, payer)
    when, notes = dict(space.when), []
    for name, knob in space.knobs.items():
        if len(models) < 2 or not isinstance(knob, Range) or not knob.usual or _MODEL in when.get(name, {}):
            continue
        without = [m for m in models if status_of(name, payer.endpoint.dialect(m)) == "rejected"]
        if without and len(without) < len(models):
            when[name] = {**when.get(name, {}), _MODEL: Choices(tuple(m for m in models if m not in without))}
            notes.append(
                stored(
                    "'{name}' is refused with {models}; it was searched with the other models only.",
                    name=name,
                    models=", ".join(without),
                )
            )
    return replace(space, when=when), notes


def probe_models(space: Space, payer: Payer, *, most: int) -> Probed:
    """The probe of all knobs and fixed values, each with a model that it is searched with.

    `most`: requests for all together. Raises: as `probe_space`.
    """
    parts = _parts(space, payer)
    left, names = most, sum(len(part.knobs) + len(part.fixed) for _, part in parts)
    probed = Probed()
    for model, part in parts:
        own = len(part.knobs) + len(part.fixed)
        dialect = payer.endpoint.dialect(model)
        share = left if own == names else math.ceil(left * own / names)
        found, answers = probe_space(part, replace(payer, model=model), dialect=dialect, most=share)
        usual = [name for name, knob in part.knobs.items() if isinstance(knob, Range) and knob.usual]
        probed.findings.update(found)
        probed.statuses.update(with_prior({n: one.status for n, one in found.items()}, dialect, usual=usual))
        probed.answers.extend(answers)
        left, names = left - len(answers), names - own
    return probed


def _parts(space: Space, payer: Payer) -> list[tuple[str, Space]]:
    """The space in parts, each with a model that has all that is in it; the run's usual model first."""
    if not any(_MODEL in conditions for conditions in space.when.values()):
        return [(payer.model, space)]
    parts: list[tuple[str, Space]] = []
    known: set[str] = {_MODEL}
    for model in sorted(_models(space, payer), key=lambda m: m != payer.model):
        whole = space.given(_MODEL, model)
        part = Space(
            {name: knob for name, knob in whole.knobs.items() if name not in known},
            {name: value for name, value in whole.fixed.items() if name not in known},
        )
        known.update(part.knobs, part.fixed)
        if part.knobs or part.fixed:
            parts.append((model, part))
    return parts


def _models(space: Space, payer: Payer) -> Sequence[str]:
    knob = space.knobs.get(_MODEL)
    return [str(value) for value in knob.values] if isinstance(knob, Choices) else [payer.model]


def left_behind(space: Space, left: Space, deaf: Sequence[str]) -> list[str]:
    """Sentences about knobs that went with those that they depend on, which this endpoint does not honour."""
    return [
        stored(
            "'{name}' was left out of the search: it is in force only with certain values of {others}, which was left "
            "out.",
            name=name,
            others=", ".join(f"'{other}'" for other in space.when[name] if other in deaf),
        )
        for name in space.knobs
        if name not in left.knobs and name not in deaf
    ]
