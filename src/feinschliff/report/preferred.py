"""Why it is this setting, among those that a search does not tell apart: shared by the page and the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from feinschliff.i18n import tr
from feinschliff.report.format import decimal, label, score, setting, shortened


def preferred_sentences(result: Mapping[str, Any]) -> list[str]:
    """Why what was found is not, or is after all, the setting of the highest estimate; empty where it was to be that
    one, where nothing could be measured, and where no setting is trusted to hold the constraints, which a warning
    tells."""
    told = result.get("recommendation") or {}
    tied = told.get("tied") or 0
    if told.get("rule") in {None, "best"} or not tied or result.get("verdict") is None:
        return []
    if tied == 1:
        return [tr("What was found has the highest estimate, and no other setting is known to be as good.")]
    robust = told["rule"] == "robust"
    if told["is_best"]:
        return [
            tr(
                "What was found has the highest estimate, and none of the {n} settings that the search does not tell "
                "apart is clearly more robust.",
                n=tied,
            )
            if robust
            else tr(
                "What was found has the highest estimate, and none of the {n} settings that the search does not tell "
                "apart is clearly cheaper.",
                n=tied,
            )
        ]
    return [_robust(told) if robust else _cheapest(told)]


def _robust(told: Mapping[str, Any]) -> str:
    return tr(
        "What was found is the most robust of {n} settings that the search does not tell apart: with every number off "
        "by some 5 % of its range it is expected to score {nearby}, the one of the highest estimate ({best}) "
        "{best_nearby}; it is expected to lose at most {loss}. That guards against servers that round or clamp values, "
        "another quantisation, and a best by luck.",
        nearby=score(told["nearby"]),
        best_nearby=score(told["best_nearby"]),
        **_common(told),
    )


def _cheapest(told: Mapping[str, Any]) -> str:
    facts = _common(told)
    cost, today = told["cost"], told["best_cost"]
    if told["cost_unit"] == "USD":
        usd = {
            name: decimal(f"{value:.3g}") for name, value in (("cost", cost), ("today", today), ("less", today - cost))
        }
        return tr(
            "What was found is the cheapest of {n} settings that the search does not tell apart: about {cost} USD per "
            "answer, {less} less than the one of the highest estimate ({best}; {today}); it is expected to lose at "
            "most {loss}.",
            **usd,
            **facts,
        )
    tokens = {
        name: decimal(f"{value:.1f}") for name, value in (("cost", cost), ("today", today), ("less", today - cost))
    }
    return tr(
        "What was found is the cheapest of {n} settings that the search does not tell apart: about {cost} tokens per "
        "answer, {less} fewer than the one of the highest estimate ({best}; {today}); it is expected to lose at most "
        "{loss}.",
        **tokens,
        **facts,
    )


def _common(told: Mapping[str, Any]) -> dict[str, Any]:
    best = ", ".join(f"{label(name)} {shortened(setting(value), 40)}" for name, value in told["best"].items())
    return {"n": told["tied"], "best": best, "loss": score(told["expected_loss"])}
