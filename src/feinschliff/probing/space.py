"""The probe before a search: only what is searched or fixed, with a few requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from feinschliff.generation import Payer
from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import parameter
from feinschliff.parameters.dialects import Dialect
from feinschliff.parameters.space import Choices, Range, Space
from feinschliff.probing.controls import find_controls
from feinschliff.probing.echo import ECHO_REQUESTS, echo_of_space
from feinschliff.probing.finding import Finding
from feinschliff.probing.lab import Lab
from feinschliff.probing.probe import find
from feinschliff.records import Answer

SPACE_REQUESTS = 12
"""What the probe before a search takes at most."""

LEAST_REQUESTS = ECHO_REQUESTS
"""What is always left to it."""

_SHARE = 0.1
_LEAST = 6
"""Requests below which the controls leave nothing for the knobs."""

_ATTEMPTS = 12
"""At one request: what a server's faults leave of an answer must not decide what is searched."""


def requests_for(answers_planned: int) -> int:
    """How many requests the probe may take of a run that plans so many answers: a tenth, at most 12."""
    most = min(SPACE_REQUESTS, int(_SHARE * answers_planned))
    return most if most >= _LEAST else LEAST_REQUESTS


def probe_space(space: Space, payer: Payer, *, dialect: Dialect, most: int) -> tuple[dict[str, Finding], list[Answer]]:
    """(finding of each knob and fixed value, the answers that it took).

    What is in the store costs nothing: the questions are the same for every task, so a second run on the same model
    finds them there.

    Raises: EndpointGone, RequestRefused, Interrupted, StoreError.
    """
    names = [name for name in (*space.knobs, *space.fixed) if _is_probed(name)]
    unknown = Finding("unknown", tr("The requests that were allowed did not reach for it."))
    lab = Lab(payer, dialect=dialect, most=most, attempts=_ATTEMPTS)
    findings = echo_of_space(lab, space) if names and dialect == "llama.cpp" else {}
    rest = [name for name in names if name not in findings]
    # What is fixed is asked about only where the controls are there anyway.
    if any(name in space.knobs for name in rest) and lab.left >= _LEAST:
        controls = find_controls(lab)
        if controls is not None:
            findings |= find(lab, controls, rest, bounds=False, values=_searched(space, rest))
    return {name: findings.get(name, unknown) for name in names}, lab.answers


def _is_probed(name: str) -> bool:
    return parameter(name).role in {"sampling", "request"} and name not in {"logprobs", "top_logprobs"}


def _searched(space: Space, names: Sequence[str]) -> Mapping[str, Sequence[JsonValue]]:
    """The ends of what is searched, for fields whose effect cannot be foreseen."""
    values: dict[str, Sequence[JsonValue]] = {}
    for name in names:
        knob = space.knobs.get(name)
        if isinstance(knob, Choices):
            values[name] = [knob.values[0], knob.values[-1]]
        elif isinstance(knob, Range):
            values[name] = [int(v) if knob.integer else v for v in (knob.high, knob.low)]
    return values
