"""The pairs behind the verdict, one value for each independent unit: an example, or a repeat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from feinschliff.report.format import is_number


@dataclass(frozen=True)
class Unit:
    """Mean scores of both sides for one example (over its repeats) or one repeat (over the examples)."""

    name: str
    best: float
    baseline: float

    @property
    def difference(self) -> float:
        """best - baseline"""
        return self.best - self.baseline


def units(held_out: Mapping[str, Any], details: Mapping[str, Any]) -> list[Unit]:
    """All units that both sides have a score for, the largest gain first; empty where the run did not keep them all."""
    repeats = held_out.get("unit") == "repeats"
    groups: dict[str, list[tuple[float, float]]] = {}
    for example, repeat, best, baseline in _scores(details):
        if is_number(best) and is_number(baseline):
            groups.setdefault(str(repeat if repeats else example), []).append((best, baseline))
    found = [
        Unit(name, sum(b for b, _ in pairs) / len(pairs), sum(b for _, b in pairs) / len(pairs))
        for name, pairs in groups.items()
    ]
    if len(found) != held_out.get("n"):  # an older run kept only the answers that it shows
        return []
    if repeats:
        found = [Unit(str(i), unit.best, unit.baseline) for i, unit in enumerate(found, 1)]
    return sorted(found, key=lambda u: (-u.difference, u.name))


def _scores(details: Mapping[str, Any]) -> list[tuple[str, int, Any, Any]]:
    kept = details.get("scores")
    if kept is not None:
        return [tuple(row) for row in kept]
    return [
        (s["example"], s.get("repeat") or 0, *((s.get(side) or {}).get("score") for side in ("best", "baseline")))
        for s in details.get("samples") or []
    ]
