"""The echo: llama.cpp tells with `verbose: true` what it applied, so one request shows what many values became."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from pydantic import JsonValue

from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import EXTRA, row_of
from feinschliff.parameters.space import Choices, Knob, Range, Space
from feinschliff.probing.finding import Finding, Heard, Status, Wish, shown
from feinschliff.probing.lab import Lab
from feinschliff.probing.refusals import is_named
from feinschliff.records import Answer

ECHO_REQUESTS = 2
"""What the echo of a search space takes."""

_TOLERANCE = 1e-5
"""The server keeps settings as 32-bit floats."""

_ONE_TOKEN = 1

_NOTHING = Finding("unknown", "")


@dataclass(frozen=True)
class _Tried:
    """A value that is taken, one far below, one far above, and one that is no value of its kind."""

    mid: JsonValue
    low: float | None = None
    high: float | None = None
    odd: JsonValue = None


_VALUES: Mapping[str, _Tried] = MappingProxyType(
    {
        "temperature": _Tried(0.37, -1.0, 90.0),
        "top_p": _Tried(0.63, -0.5, 1.5),
        "top_k": _Tried(17, -5, 1_000_000, 3.7),
        "min_p": _Tried(0.11, -0.5, 1.5),
        "typical_p": _Tried(0.83, -0.5, 1.5),
        "top_n_sigma": _Tried(1.25, None, 90.0),
        "frequency_penalty": _Tried(0.21, -9.0, 9.0),
        "presence_penalty": _Tried(0.31, -9.0, 9.0),
        "repeat_penalty": _Tried(1.13, 0.0, 9.0),
        "repetition_penalty": _Tried(1.17, 0.0, 9.0),
        "repeat_last_n": _Tried(29, -1, 9000),
        "dry_multiplier": _Tried(0.41, -1.0, 90.0),
        "dry_base": _Tried(1.51, 0.0, 90.0),
        "dry_allowed_length": _Tried(3, -4, 9000),
        "dry_penalty_last_n": _Tried(31, -7, 9000),
        "dry_sequence_breakers": _Tried(["z"]),
        "xtc_probability": _Tried(0.17, -0.5, 1.5),
        "xtc_threshold": _Tried(0.13, -0.5, 1.5),
        "dynatemp_range": _Tried(0.23, -1.0, 90.0),
        "dynatemp_exponent": _Tried(1.31, None, 90.0),
        "mirostat": _Tried(1, -3, 7),
        "mirostat_tau": _Tried(4.5, None, 90.0),
        "mirostat_eta": _Tried(0.21, None, 90.0),
        "adaptive_target": _Tried(0.43, -7.0, 9.0),
        "adaptive_decay": _Tried(0.71, None, 9.0),
        "samplers": _Tried(["top_k", "temperature"], odd=["top_k", "no_such_sampler", "temperature"]),
        "seed": _Tried(77, None, 2**40),
        "min_keep": _Tried(2),
        "tfs_z": _Tried(0.57),
        "top_a": _Tried(0.19),
    }
)
"""Values that are nobody's default, of fields that the echo shows."""

_MEANINGLESS = frozenset({("temperature", "low"), ("top_k", "odd"), ("samplers", "odd")})
"""Moves that take nothing from anybody: there is no temperature below 0, and no 3.7 tokens."""


def echo_findings(lab: Lab, names: Sequence[str], *, bounds: bool) -> dict[str, Finding]:
    """Findings of those knobs that the echo shows; nothing where this server has none."""
    mids = {n: _VALUES[_plain(n)].mid for n in names if _plain(n) in _VALUES}
    if not mids:
        return {}
    heard, refused = _accepted(lab, mids)
    findings = {name: Finding("rejected", tr("Refused: {why}", why=why)) for name, why in refused.items()}
    applied = None if heard is None else heard.answer.applied
    if applied is None:
        return findings
    for name, value in mids.items():
        if name not in findings:
            findings[name] = _finding(name, value, applied)
    if bounds:
        for end in ("low", "high", "odd"):
            _look_outside(lab, findings, end)
    return findings


def _finding(name: str, sent: JsonValue, applied: Mapping[str, JsonValue]) -> Finding:
    field = _plain(name)
    label = f"{field}={shown(sent)}"
    if field not in applied:
        return Finding(
            "inert", tr("{label} was sent; the server's list of what it applied has no such field.", label=label)
        )
    if _same(sent, applied[field]):
        return Finding("honoured", tr("{label} was sent; the server says that it applied it.", label=label))
    got = shown(applied[field])
    return Finding("clamped", tr("{label} was sent; the server says that it applied {got}.", label=label, got=got))


def _look_outside(lab: Lab, findings: dict[str, Finding], end: str) -> None:
    """Values far below or far above, all at once: refused, moved, or taken."""
    values: dict[str, JsonValue] = {
        name: value
        for name, finding in findings.items()
        if finding.status in ("honoured", "clamped") and (value := getattr(_VALUES[_plain(name)], end)) is not None
    }
    heard, refused = _accepted(lab, values)
    for name, why in refused.items():
        note = tr("{label} is refused: {why}", label=f"{_plain(name)}={shown(values[name])}", why=why)
        findings[name] = Finding(findings[name].status, f"{findings[name].evidence} {note}")
    applied = None if heard is None else heard.answer.applied
    for name, value in values.items():
        if applied is None:
            break
        if name in refused or _same(value, applied[_plain(name)]):
            continue
        got = applied[_plain(name)]
        note = tr("{label} became {got}.", label=f"{_plain(name)}={shown(value)}", got=shown(got))
        before = findings[name]
        status: Status = before.status if (name, end) in _MEANINGLESS else "clamped"
        number = float(got) if isinstance(got, int | float) else None
        mid = _VALUES[_plain(name)].mid
        if number is not None and isinstance(mid, int | float) and (number > mid if end == "low" else number < mid):
            number = None  # a value beyond it was taken: this one was replaced by a default, not moved to a bound
        low, high = (number, before.high) if end == "low" else (before.low, number)
        findings[name] = Finding(status, f"{before.evidence} {note}", low, high)


def _accepted(lab: Lab, values: Mapping[str, JsonValue]) -> tuple[Heard | None, dict[str, str]]:
    """(what came of all values that are taken together, the server's words on those that are refused)."""
    left, refused = dict(values), dict[str, str]()
    while left:
        heard = lab.ask([Wish({"max_tokens": _ONE_TOKEN, **left, EXTRA + "verbose": True})])
        if heard is None:
            return None, refused
        if not heard[0].refused:
            return heard[0], refused
        named = [name for name in left if is_named(_plain(name), heard[0].answer.failure or "")]
        if not named:
            # Errors of the sampler itself use other names.
            named = _culprits(lab, left)
        if not named:
            return None, refused
        for name in named:
            refused[name] = heard[0].why
            del left[name]
    return None, refused


def _culprits(lab: Lab, values: Mapping[str, JsonValue]) -> list[str]:
    """A name whose value is refused, by halving; none where requests run out."""
    names = list(values)
    while len(names) > 1:
        half = names[: len(names) // 2]
        heard = lab.ask([Wish({"max_tokens": _ONE_TOKEN, **{n: values[n] for n in half}, EXTRA + "verbose": True})])
        if heard is None:
            return []
        names = half if heard[0].refused else names[len(half) :]
    return names


def echo_of_space(lab: Lab, space: Space) -> dict[str, Finding]:
    """Findings for the range that is searched: every knob at its one end, then at its other, with the fixed values.

    Empty where this server has no echo.
    """
    names = [n for n in (*space.knobs, *space.fixed) if _is_echoed(n)]
    sent = [_end_values(space, names, end) for end in (0, -1)]
    heard = lab.ask([Wish({**values, "max_tokens": _ONE_TOKEN, EXTRA + "verbose": True}) for values in sent])
    if heard is None:
        return {}
    findings = {}
    for name in names:
        seen = [
            (_judge(name, values[name], h.answer), values[name], h.answer)
            for values, h in zip(sent, heard, strict=True)
            if h.answer.applied is not None and values.get(name) is not None
        ]
        if seen:
            findings[name] = _worst(name, seen)
        knob = space.knobs.get(name)
        if isinstance(knob, Range) and findings.get(name, _NOTHING).status == "clamped":
            low, high = (_moved_to(name, values[name], h.answer) for values, h in zip(sent, heard, strict=True))
            if low is not None and low > (knob.low + knob.high) / 2:
                low = None  # a default took its place, as that of -1 does: no bound
            findings[name] = replace(findings[name], low=low, high=high)
    return findings


def _moved_to(name: str, wanted: JsonValue, answer: Answer) -> float | None:
    """The number that was applied in the place of this one; None where it was this one, or is not told."""
    got = None if answer.applied is None else answer.applied.get(_plain(name))
    return float(got) if isinstance(got, int | float) and not _same(wanted, got) else None


def _end_values(space: Space, names: Sequence[str], end: int) -> dict[str, JsonValue]:
    knobs = {n: _end(knob, end) for n, knob in space.knobs.items() if n in names}
    return {n: _on_the_wire(n, v) for n, v in {**space.fixed, **knobs}.items() if n in names and v is not None}


def _on_the_wire(name: str, value: JsonValue) -> JsonValue:
    return [value] if name == "stop" and isinstance(value, str) else value


def _end(knob: Knob, end: int) -> JsonValue:
    if isinstance(knob, Range):
        value = knob.low if end == 0 else knob.high
        return int(value) if knob.integer else value
    assert isinstance(knob, Choices)
    return knob.values[end]


def _judge(name: str, wanted: JsonValue, answer: Answer) -> Status:
    assert answer.applied is not None
    if name == "max_tokens":  # one token is asked for, whatever is searched
        return "honoured" if answer.applied.get(name) == _ONE_TOKEN else "inert"
    if _plain(name) not in answer.applied:
        return "inert"
    return "honoured" if _same(wanted, answer.applied[_plain(name)]) else "clamped"


def _worst(name: str, seen: Sequence[tuple[Status, JsonValue, Answer]]) -> Finding:
    order: tuple[Status, ...] = ("inert", "clamped", "honoured")
    status, wanted, answer = min(seen, key=lambda one: order.index(one[0]))
    assert answer.applied is not None
    if status == "honoured":
        return Finding(
            status, tr("The server says that it applied {values}.", values=", ".join(shown(s[1]) for s in seen))
        )
    if status == "inert":
        return Finding(status, tr("The server's list of what it applied has no such field."))
    got = shown(answer.applied.get(_plain(name)))
    return Finding(status, tr("{sent} was sent; the server says that it applied {got}.", sent=shown(wanted), got=got))


def _is_echoed(name: str) -> bool:
    row = row_of(name)
    if row is not None and row.role not in {"sampling", "request"}:
        return False
    return _plain(name) in {*_VALUES, "max_tokens", "stop"}


def _same(sent: JsonValue, got: JsonValue) -> bool:
    if isinstance(sent, int | float) and isinstance(got, int | float):
        return abs(got - sent) <= _TOLERANCE * max(1.0, abs(sent))
    return got == sent


def _plain(name: str) -> str:
    return name.removeprefix(EXTRA)
