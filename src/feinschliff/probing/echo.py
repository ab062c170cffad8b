"""The echo probe: llama.cpp tells with `verbose: true` what it applied, so one request shows what two values became."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import JsonValue

from feinschliff.endpoints.protocol import Backend
from feinschliff.generation import Ask, Payer, generate
from feinschliff.parameters.catalogue import EXTRA, parameter
from feinschliff.parameters.space import Choices, Knob, Range, Space
from feinschliff.records import Answer, Example, Settings

Status = Literal["honoured", "clamped", "inert", "rejected", "unknown"]

PROBE_ANSWERS = 2
"""What the probe takes at most."""

_TOLERANCE = 1e-5
"""The server keeps settings as 32-bit floats."""


def probe_echo(
    space: Space, example: Example, payer: Payer, *, backend: Backend
) -> tuple[dict[str, Status], list[Answer | None]]:
    """(status of each knob and fixed value, the answers that it took); `unknown` where this server tells nothing.

    At most two requests of one token each, charged to the run like all others.
    """
    names = [n for n in (*space.knobs, *space.fixed) if _is_wire(n)]
    statuses: dict[str, Status] = dict.fromkeys(names, "unknown")
    if backend != "llama.cpp" or not names:
        return statuses, []
    sent = [dict(values) for values in _corners(space)]
    asks = [Ask(example, _probe_settings(values), repeat=0) for values in sent]
    answers = generate(asks, payer)
    for name in names:
        seen = [_judge(name, v, a) for v, a in zip(sent, answers, strict=True) if a is not None and name in v]
        statuses[name] = _worst(seen)
    return statuses, answers


def _corners(space: Space) -> Iterator[Mapping[str, JsonValue]]:
    """Every knob at its one end, then at its other."""
    for end in (0, -1):
        knobs = {name: _end(knob, end) for name, knob in space.knobs.items()}
        # One token, however long answers may be otherwise: whether max_tokens is honoured shows at 1 as well.
        yield {**space.fixed, **knobs, "max_tokens": 1}


def _end(knob: Knob, end: int) -> JsonValue:
    if isinstance(knob, Range):
        value = knob.low if end == 0 else knob.high
        return int(value) if knob.integer else value
    assert isinstance(knob, Choices)
    return knob.values[end]


def _probe_settings(values: Mapping[str, JsonValue]) -> Settings:
    return Settings(values={**values, EXTRA + "verbose": True})


def _judge(name: str, values: Mapping[str, JsonValue], answer: Answer) -> Status:
    if answer.failure is not None or answer.applied is None:
        return "unknown"
    wanted = values[name]
    field = name.removeprefix(EXTRA)
    if field not in answer.applied:
        return "inert" if wanted is not None else "unknown"
    got = answer.applied[field]
    if name == "stop":
        return "honoured" if got == (wanted if isinstance(wanted, list) else [wanted]) else "clamped"
    if isinstance(wanted, int | float) and isinstance(got, int | float):
        return "honoured" if abs(got - wanted) <= _TOLERANCE * max(1.0, abs(wanted)) else "clamped"
    return "honoured" if got == wanted else "clamped"


def _worst(seen: list[Status]) -> Status:
    order: tuple[Status, ...] = ("inert", "clamped", "honoured", "unknown")
    return next((status for status in order if status in seen), "unknown")


def _is_wire(name: str) -> bool:
    row = parameter(name)
    return row.role in {"sampling", "request"} and name not in {"logprobs", "top_logprobs"}
