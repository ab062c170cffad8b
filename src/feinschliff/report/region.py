"""The safe region in plain sentences: what is as good as the best, what makes no difference, what would be cheaper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from feinschliff.i18n import tr, trn
from feinschliff.report.format import label, score, setting, shortened

_WHOLE = 0.95
"""Share of a range from which on it is called all of it: a cover of the space hardly ever holds its very ends."""


def region_sentences(details: Mapping[str, Any] | None) -> list[str]:
    """What the search says of settings beside the one that it found; empty where it says nothing."""
    region = (details or {}).get("region")
    if not region:
        return []
    return [_tied(region), *_held(region), *_indifferent(region), *_cheaper(region)]


def _held(region: Mapping[str, Any]) -> list[str]:
    constraints = region.get("constraints")
    if not constraints:
        return []
    return [
        tr("Only settings that are trusted to hold {constraints} count as tied.", constraints=", ".join(constraints))
    ]


def _tied(region: Mapping[str, Any]) -> str:
    limited = [_extent(name, extent) for name, extent in region["knobs"].items() if extent["share"] < _WHOLE]
    free = [label(name) for name, extent in region["knobs"].items() if extent["share"] >= _WHOLE]
    extents = "; ".join([*limited, *([tr("any value of {names}", names=", ".join(free))] if free else [])])
    return tr(
        "Tied with the best found: {share} of the space that was searched ({extents}); no setting of it is shown to be "
        "worse by more than {margin}.",
        share=_percent(region["share"]),
        extents=extents,
        margin=score(region["margin"]),
    )


def _indifferent(region: Mapping[str, Any]) -> list[str]:
    names = region["indifferent"]
    if not names:
        return []
    at_most = max(region["knobs"][name]["at_most"] for name in names)
    return [
        tr(
            "No difference was seen between the values of {names}; one of at most {at_most} may hide.",
            names=", ".join(label(name) for name in names),
            at_most=score(at_most),
        )
    ]


def _cheaper(region: Mapping[str, Any]) -> list[str]:
    cheapest = region["cheapest"]
    if cheapest is None:
        return []
    return [
        tr(
            "Cheaper, and by the search's estimate as good: {settings}, with {tokens} instead of {today} tokens per "
            "answer; it is expected to lose {loss}. Only a comparison (fein compare) could confirm it.",
            settings=", ".join(f"{label(n)} {shortened(setting(v), 40)}" for n, v in cheapest["settings"].items()),
            tokens=round(cheapest["tokens"]),
            today=round(cheapest["winner_tokens"]),
            loss=score(cheapest["expected_loss"]),
        )
    ]


def _extent(name: str, extent: Mapping[str, Any]) -> str:
    if extent["kind"] == "range":
        return tr("{name} {low} to {high}", name=label(name), low=setting(extent["low"]), high=setting(extent["high"]))
    values = [shortened(setting(value)) for value in extent["values"]]
    return trn("{name} {values}", "{name} one of {values}", len(values), name=label(name), values=", ".join(values))


def _percent(share: float) -> str:
    return tr("less than 1 %") if share < 0.01 else f"{100 * share:.0f} %"
