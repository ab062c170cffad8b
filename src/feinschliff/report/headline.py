"""The page's first words: a badge, a headline that can stand alone, and the sentence with all numbers below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from feinschliff.i18n import tr
from feinschliff.report.constraints import recommends_found
from feinschliff.report.format import capital, score, scorer_label, signed, typeset
from feinschliff.report.sentence import is_comparison, unfinished_sentence, verdict_sentence
from feinschliff.store import Run


@dataclass(frozen=True)
class Headline:
    """What stands at the top of the page."""

    style: str
    """`better`, `worse`, `neutral` or `unknown`: the colour."""
    symbol: str
    badge: str
    text: str
    lead: str
    """The sentence below, with its numbers."""


def is_finished(run: Run) -> bool:
    """True where the run came to a result; one that stopped on the way may have costs to tell of."""
    return "held_out" in (run.result or {})


def headline(run: Run) -> Headline:
    """The outcome of a run in words."""
    if run.result is None or not is_finished(run):
        badge, lead = _parted(unfinished_sentence(run.status, run.kind))
        text = tr("Nothing is decided yet") if run.kind in {"tune", "compare"} else tr("There is nothing to decide")
        return Headline("unknown", "\N{HORIZONTAL ELLIPSIS}", badge, text, typeset(lead))
    details = run.details or {}
    badge, lead = _parted(verdict_sentence(run.result, details))
    style, symbol = _look(run.result.get("verdict"))
    return Headline(style, symbol, badge, typeset(_text(run.result, details)), typeset(lead))


def _parted(sentence: str) -> tuple[str, str]:
    """The first words of a sentence become the badge."""
    badge, _, rest = sentence.partition(": ")
    return badge, capital(rest)


def _look(verdict: str | None) -> tuple[str, str]:
    return {
        "better": ("better", "\N{BLACK UP-POINTING TRIANGLE}"),
        "worse": ("worse", "\N{BLACK DOWN-POINTING TRIANGLE}"),
        "no measurable gain": ("neutral", "="),
    }.get(verdict or "", ("unknown", "?"))


def _text(result: Mapping[str, Any], details: Mapping[str, Any]) -> str:
    held_out = result.get("held_out") or {}
    mean = (held_out.get("difference") or {}).get("mean")
    verdict = result.get("verdict")
    if verdict is None or mean is None:
        return tr("No verdict: there was nothing to compare")
    by = {
        "by": signed(abs(mean)).lstrip("+"),
        "score": scorer_label(details.get("scorer")),
        "best": score((held_out.get("best") or {}).get("mean")),
        "baseline": score((held_out.get("baseline") or {}).get("mean")),
    }
    if is_comparison(details):
        return {
            "better": tr("A is better than B by {by} in {score}", by=by["by"], score=by["score"]),
            "worse": tr("B is better than A by {by} in {score}", by=by["by"], score=by["score"]),
        }.get(verdict) or tr("A and B cannot be told apart")
    if verdict != "better" and recommends_found(result):
        return tr("Use what was found: today's settings do not keep to what has to hold")
    if verdict == "better" and result.get("constraints") and not recommends_found(result):
        return tr("Keep today's settings: what was found breaks what has to hold")
    if verdict == "better":
        return capital(tr("{score} rises by {by}, from {baseline} to {best}", **by))
    if verdict == "worse":
        return tr("Keep today's settings: what was found is worse")
    return tr("Keep today's settings: nothing measurably better was found")
