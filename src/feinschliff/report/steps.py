"""What to do now: shared by the page and the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from feinschliff.i18n import tr
from feinschliff.report.constraints import recommends_found
from feinschliff.report.sentence import is_comparison

_MOST_HELD_OUT = 60


def next_steps(result: Mapping[str, Any] | None, details: Mapping[str, Any] | None = None) -> list[str]:
    """What to do now, one sentence each."""
    result = result or {}
    verdict = result.get("verdict")
    held_out = result.get("held_out") or {}
    if is_comparison(details):
        return _after_comparison(result)
    if recommends_found(result):
        steps = [tr("Send the recommended settings with every request of this task."), *_several(result, details)]
        if held_out.get("unit") == "repeats":
            steps.append(tr("They hold for these prompts only: give at least 10 examples to learn how far they carry."))
        return steps
    if verdict == "better":
        return [tr("Keep the baseline settings."), *_wider(result)]
    if verdict is None:
        return [
            tr("Keep the baseline settings."),
            tr(
                "Look at the warnings and at the answers: a scorer that fits the answers, a working endpoint and a "
                "larger budget are what a verdict needs."
            ),
        ]
    if verdict == "worse":
        keep = tr("Keep the baseline settings; what was found is worse on examples that the search had not seen.")
        return [keep, *_wider(result), *_sharper(held_out)]
    return [tr("Keep the baseline settings."), *_wider(result), *_sharper(held_out)]


def _wider(result: Mapping[str, Any]) -> list[str]:
    """What may help where nothing was found that holds the constraints."""
    if not any(one["best"]["status"] == "broken" for one in result.get("constraints") or []):
        return []
    return [tr("A wider limit, or a search over other knobs (max_tokens, system texts, models), may find more.")]


def _several(result: Mapping[str, Any], details: Mapping[str, Any] | None) -> list[str]:
    """What the settings alone do not do, where they ask for several answers to a request."""
    n = (result.get("recommended") or {}).get("n")
    if not isinstance(n, int) or n < 2:
        return []
    pick = ((details or {}).get("several") or {}).get("pick")
    if pick is None:
        return [tr("Send each request {n} times, with a seed of its own: the score is that of all answers.", n=n)]
    return [
        tr(
            "Send each request {n} times, with a seed of its own, and let {pick} choose one of the answers: "
            "fein generate -n {n} --pick does it.",
            n=n,
            pick=pick,
        )
    ]


def _after_comparison(result: Mapping[str, Any]) -> list[str]:
    verdict = result.get("verdict")
    decided = verdict in {"better", "worse"}
    if recommends_found(result):
        return [tr("Use A.")]
    if decided:  # by the score, or by what has to hold
        return [tr("Use B.")]
    if verdict is None:
        return [tr("Look at the warnings and at the answers: nothing could be compared.")]
    return [
        tr("Keep B, or choose by price and speed: this comparison shows no difference in quality."),
        tr("More examples, or a larger budget for more repeats of each, would show smaller differences."),
    ]


def _sharper(held_out: Mapping[str, Any]) -> list[str]:
    """What would let a smaller difference be seen."""
    n = held_out.get("n") or 0
    if held_out.get("unit") == "repeats":
        first = tr("At least 10 examples, so that some can be held out, would give a verdict beyond these prompts.")
    elif n < _MOST_HELD_OUT:
        first = tr(
            "More examples would show smaller differences: {n} were held out, and up to {most} are used (40 % of 150).",
            n=n,
            most=_MOST_HELD_OUT,
        )
    else:
        first = tr(
            "More repeats of each held-out example would show smaller differences; a larger budget pays for them."
        )
    return [
        first,
        tr("A larger budget goes on from here: the same command with more --requests keeps all answers so far."),
        tr("Other knobs may matter more than these: search over system texts, prompts or models."),
    ]
