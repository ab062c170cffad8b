"""Limits that a search must know of: what was asked, and what is known of the backend where asking does not tell."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import row_of
from feinschliff.parameters.dialects import Dialect
from feinschliff.probing.controls import HOT, Controls
from feinschliff.probing.finding import Finding, Heard, shown
from feinschliff.probing.lab import Lab
from feinschliff.probing.penalties import PUSHES
from feinschliff.probing.refusals import is_unknown_field
from feinschliff.probing.searched import End, documented, innermost, open_ends, try_ends

ACTING = frozenset({"honoured", "clamped", "unknown"})
"""Statuses of knobs that go on to be searched."""


@dataclass(frozen=True)
class Limits:
    """What the server was seen to do at the ends of what is searched."""

    refused: Mapping[End, Heard]
    moved_to: float | None = None
    """The temperature to which higher ones are moved."""
    sure: frozenset[str] = frozenset()
    """Knobs of which it is known whether they are moved."""


def first_limits(lab: Lab, c: Controls, ends: Sequence[End]) -> Limits:
    """Before the knobs are tried: one end of each, and whether high temperatures are moved.

    The end that trying the knob does not settle: penalties are tried with high values, everything else with low ones.
    What is moved of other knobs takes more requests than a search can give.
    """
    rewards = {end.name for end in ends if end.name in PUSHES and end.side == "low" and end in open_ends(lab, ends)}
    refused = try_ends(lab, c, [end for end in ends if (end.side == "low") == (end.name in rewards)])
    if c.greedy and c.cold_temperature:  # the controls have found that 0 is refused
        cold = lab.ask([c.hot_wish(1, {"temperature": 0.0})]) or []
        refused |= {e: cold[0] for e in ends if cold and (e.name, e.side, e.value) == ("temperature", "low", 0)}
    limit = _movable(c, [end for end in ends if end not in refused], lab.dialect)
    heard = None if limit is None else lab.ask([c.hot_wish(c.seed, {"temperature": limit})])
    if heard is None or heard[0].refused:
        return Limits(refused)
    moves = heard[0].text == c.plain.text != c.greedy_text
    return Limits(refused, limit if moves else None, frozenset({"temperature"}))


def no_such_fields(limits: Limits) -> dict[str, Finding]:
    """Knobs of which the server says that there is no such field: no other value would do."""
    return {
        end.name: Finding("rejected", tr("Refused: {why}", why=refusal.why))
        for end, refusal in limits.refused.items()
        if is_unknown_field(refusal.answer.failure or "")
    }


def not_rejected(findings: Mapping[str, Finding], lab: Lab) -> dict[str, Finding]:
    """Knobs that were refused at one value and taken at another: not the field is refused."""
    return {
        name: Finding("unknown", found.evidence)
        for name, found in findings.items()
        if found.status == "rejected" and lab.taken(name) is not None
    }


def _movable(c: Controls, ends: Sequence[End], dialect: Dialect) -> float | None:
    """A temperature within the search to which servers move higher ones, where it could be seen."""
    if not (c.repeats and c.varies and c.flat):
        return None
    tops = [end for end in ends if end.name == "temperature" and end.side == "high"]
    limits = [limit for end in tops for limit in documented(end, dialect) if limit < min(end.value, HOT[0])]
    return max(limits, default=None)


def with_limits(
    lab: Lab, limits: Limits, ends: Sequence[End], findings: Mapping[str, Finding], *, told: Collection[str]
) -> dict[str, Finding]:
    """The findings with the limits of the searched ranges. `told`: knobs of which the server says what it applied."""
    found = dict(findings)
    if limits.moved_to is not None:
        found["temperature"] = _moved(found["temperature"], limits.moved_to)
    for end, refusal in limits.refused.items():
        found[end.name] = _limited(found[end.name], end, refusal, lab)
    still_open = open_ends(lab, ends)
    for end in ends:
        found[end.name] = _with_prior(found[end.name], end, lab, end in still_open, limits.sure.union(told))
    return found


def _moved(found: Finding, limit: float) -> Finding:
    note = tr("But {a} and {b} give the same text: high values are moved.", a=shown(limit), b=shown(HOT[0]))
    return Finding("clamped", f"{found.evidence} {note}", found.low, limit)


def _limited(found: Finding, end: End, refusal: Heard, lab: Lab) -> Finding:
    if found.status in ("rejected", "inert"):
        return found
    inner = innermost(lab, end)
    if inner is None:
        return Finding("rejected", tr("Refused: {why}", why=refusal.why))
    note = tr("{label} is refused: {why}", label=end.label, why=refusal.why)
    if lab.taken(end.name) is not None:
        note += " " + tr("{label} is taken.", label=f"{end.name}={shown(inner)}")
    low, high = (found.low, inner) if end.side == "high" else (inner, found.high)
    return replace(found, evidence=f"{found.evidence} {note}", low=low, high=high)


def _with_prior(found: Finding, end: End, lab: Lab, is_open: bool, sure: Collection[str]) -> Finding:
    """What the catalogue says of this end, where the server was not asked or its answers do not tell."""
    row = row_of(end.name)
    known = (found.low if end.side == "low" else found.high) is not None
    if row is None or known or found.status not in ACTING or lab.dialect == "unknown":
        return found
    support = row.at(lab.dialect)
    limit = support.low if end.side == "low" else support.high
    if limit is None or end.is_inside(end.value, of=limit):
        return found
    if support.outside == "reject" and is_open:
        note = tr("{label} was not asked for: {backend} refuses it.", label=end.label, backend=lab.dialect)
        status = found.status
    elif support.outside == "clamp" and end.name not in sure:
        note = tr("{label} is moved by {backend}, which answers do not show.", label=end.label, backend=lab.dialect)
        status = "clamped"
    else:
        return found
    evidence = f"{found.evidence} {note}"
    low, high = (limit, found.high) if end.side == "low" else (found.low, limit)
    return replace(found, status=status, evidence=evidence, low=low, high=high)
