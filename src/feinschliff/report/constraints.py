"""What had to hold: each constraint on both sides in a table, and what follows from it in plain sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from feinschliff.i18n import tr
from feinschliff.report.format import decimal, latency, score
from feinschliff.report.tables import Table


def constraint_table(result: Mapping[str, Any], sides: Sequence[tuple[str, str]]) -> Table | None:
    """A row for each constraint, with its mean and 95 % interval on both sides; None without any.

    `sides`: (name, `best` or `baseline`) from left to right.
    """
    held = result.get("constraints") or []
    if not held:
        return None
    rows = [[constraint_label(one), *(_told(one, side) for _, side in sides)] for one in held]
    return Table([tr("has to hold"), *(name for name, _ in sides)], rows)


def constraint_label(one: Mapping[str, Any]) -> str:
    """`tokens <= 300`, with the limit as people write it."""
    return f"{one['quantity']} {one['op']} {_amount(one['limit'], one['unit'], limit=True)}"


def constraint_sentences(result: Mapping[str, Any], *, compares: bool) -> list[str]:
    """What the held-out answers say of the constraints, and what is recommended because of it."""
    held = result.get("constraints") or []
    if not held:
        return []
    sides = ("A", "B") if compares else ("", "")
    found = _side(held, "best", sides[0])
    today = {one["baseline"]["status"] for one in held}
    other = [_side(held, "baseline", sides[1])] if compares or today != {"holds"} else []
    return [found, *other, *_because(result, compares=compares)]


def recommends_found(result: Mapping[str, Any]) -> bool:
    """Whether the settings that were found are recommended: by the verdict, unless constraints say otherwise."""
    if not result.get("constraints"):
        return result.get("verdict") == "better"
    return bool(result["recommended"] == result["settings"] != result["baseline_settings"])


def _side(held: Sequence[Mapping[str, Any]], side: str, name: str) -> str:
    """One side in a sentence; what is worst about it decides."""
    status = next((s for s in ("broken", "not shown") if any(one[side]["status"] == s for one in held)), "holds")
    what = {"side": name, "constraints": ", ".join(constraint_label(o) for o in held if o[side]["status"] == status)}
    texts = {
        "best": {
            "holds": tr("What was found holds {constraints}.", **what),
            "not shown": tr("What was found neither is shown to hold {constraints}, nor to break it.", **what),
            "broken": tr("What was found breaks {constraints}.", **what),
        },
        "baseline": {
            "holds": tr("Today's settings hold {constraints}.", **what),
            "not shown": tr("Today's settings neither are shown to hold {constraints}, nor to break it.", **what),
            "broken": tr("Today's settings break {constraints}.", **what),
        },
    }
    named = {
        "holds": tr("{side} holds {constraints}.", **what),
        "not shown": tr("{side} neither is shown to hold {constraints}, nor to break it.", **what),
        "broken": tr("{side} breaks {constraints}.", **what),
    }
    return named[status] if name else texts[side][status]


def _because(result: Mapping[str, Any], *, compares: bool) -> list[str]:
    """What is recommended where the scores alone would say otherwise."""
    verdict = result.get("verdict")
    if verdict is None:
        return []
    if verdict != "better" and recommends_found(result):
        if verdict == "worse":
            return [
                tr("So A is recommended, although it scores less.")
                if compares
                else tr("So what was found is recommended, although it scores less.")
            ]
        return [
            tr("So A is recommended, although it is not shown to score more.")
            if compares
            else tr("So what was found is recommended, although it is not shown to score more.")
        ]
    if verdict == "better" and not recommends_found(result):
        return [
            tr("So A is not recommended, although it scores more.")
            if compares
            else tr("So what was found is not recommended, although it scores more.")
        ]
    return []


def _told(one: Mapping[str, Any], side: str) -> str:
    mean, low, high = (one[side][k] for k in ("mean", "low", "high"))
    if mean is None:
        return tr("unknown")
    shown = _amount(mean, one["unit"])
    if low is not None and high is not None:
        ends = {name: _amount(value, one["unit"]) for name, value in (("low", max(0.0, low)), ("high", high))}
        shown = tr("{mean} ({low} to {high})", mean=shown, **ends)
    return {
        "holds": tr("{mean}, holds", mean=shown),
        "not shown": tr("{mean}, not shown", mean=shown),
        "broken": tr("{mean}, broken", mean=shown),
    }[one[side]["status"]]


def _amount(value: float, unit: str, *, limit: bool = False) -> str:
    if unit == "s":
        return latency(value)
    if unit == "USD":
        return decimal(f"{value:.3g}") + " USD"
    if limit:
        return decimal(f"{value:.6g}")
    return score(value) if unit == "score" else decimal(f"{value:.1f}")
