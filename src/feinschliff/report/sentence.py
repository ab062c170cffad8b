"""The verdict in one sentence: shared by the page and the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from feinschliff.i18n import tr, trn
from feinschliff.i18n.stored import retold
from feinschliff.report.constraints import constraint_sentences, recommends_found
from feinschliff.report.format import is_number, label, score, scorer_label, setting, shortened, signed
from feinschliff.report.preferred import preferred_sentences

_MOST_NAMED = 4


def is_comparison(details: Mapping[str, Any] | None) -> bool:
    """True for the details of a comparison: a task was measured, and nothing was searched."""
    return bool(details) and "task" in details and "trials" not in details if details else False


def verdict_sentence(result: Mapping[str, Any] | None, details: Mapping[str, Any] | None) -> str:
    """The outcome in one plain sentence with its numbers, why it is this setting among those that are tied, and what it
    means for constraints; says why where nothing could be measured."""
    result, details = result or {}, details or {}
    sentences = [
        _verdict(result, details),
        *preferred_sentences(result),
        *constraint_sentences(result, compares=is_comparison(details)),
    ]
    return " ".join(sentences)


def _verdict(result: Mapping[str, Any], details: Mapping[str, Any]) -> str:
    held_out = result.get("held_out") or {}
    verdict = result.get("verdict")
    if verdict is None or (held_out.get("difference") or {}).get("mean") is None:
        return tr("Nothing could be measured: {reason}.", reason=_reason(result, details))
    if is_comparison(details):
        return _comparison(result, details)
    if verdict == "no measurable gain":
        return _no_gain(result, details)
    changes = changed(result)
    facts = {
        "subject": _named(changes) or tr("the settings that were found"),
        "the_score": the_score(details),
        **_numbers(held_out),
        "where": _on_held_out(held_out),
    }
    if verdict == "better":
        return trn(
            "Better: {subject} raises {the_score} from {baseline} to {best} ({difference}) {where}.",
            "Better: {subject} raise {the_score} from {baseline} to {best} ({difference}) {where}.",
            len(changes),
            **facts,
        )
    return trn(
        "Worse: {subject} lowers {the_score} from {baseline} to {best} ({difference}) {where}.",
        "Worse: {subject} lower {the_score} from {baseline} to {best} ({difference}) {where}.",
        len(changes),
        **facts,
    )


def unfinished_sentence(status: str, kind: str) -> str:
    """What is said of a run that has no result."""
    if kind not in {"tune", "compare"}:
        return tr("No verdict: this run ({kind}) compares nothing.", kind=kind)
    why = {
        "started": tr("it is still under way, or was stopped without a word"),
        "failed": tr("it failed on the way"),
        "interrupted": tr("it was interrupted"),
    }.get(status) or tr("its status is '{status}'", status=status)
    return tr(
        "Not finished: this run has no verdict yet, since {why}; the same command goes on where it stopped.", why=why
    )


def changed(result: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of the search's winner that differ from the baseline."""
    settings, baseline = result.get("settings") or {}, result.get("baseline_settings") or {}
    return {n: v for n, v in settings.items() if v is not None and v != baseline.get(n)}


def the_score(details: Mapping[str, Any]) -> str:
    """What was measured, with its article."""
    name = scorer_label(details.get("scorer"))
    return tr("the score") if name == tr("score") else tr("the {scorer}", scorer=name)


def _no_gain(result: Mapping[str, Any], details: Mapping[str, Any]) -> str:
    held_out = result["held_out"]
    numbers, where, noun = _numbers(held_out), _on_held_out(held_out), scorer_label(details.get("scorer"))
    changes = changed(result)
    if not changes and result.get("settings") == result.get("baseline_settings"):
        return tr(
            "No measurable gain: the search found nothing better than today's settings (mean {noun} {baseline} "
            "{where}); keep your settings.",
            noun=noun,
            baseline=numbers["baseline"],
            where=where,
        )
    sentence = tr(
        "No measurable gain: with {subject} {the_score} is {best} instead of {baseline} ({difference}) {where}",
        subject=_named(changes) or tr("the baseline's settings left out"),
        the_score=the_score(details),
        where=where,
        **numbers,
    )
    told = [sentence, *_smallest_seen(held_out)]
    return "; ".join(told) + "." if recommends_found(result) else "; ".join([*told, tr("keep your settings.")])


def _comparison(result: Mapping[str, Any], details: Mapping[str, Any]) -> str:
    held_out = result["held_out"]
    settings, other = result.get("settings") or {}, result.get("baseline_settings") or {}
    a, b = (
        f" ({named})" if (named := _named({n: v for n, v in x.items() if v is not None and v != y.get(n)})) else ""
        for x, y in ((settings, other), (other, settings))
    )
    n = held_out.get("n") or 0
    repeats = held_out.get("unit") == "repeats"
    facts = {
        "a": a,
        "b": b,
        "noun": scorer_label(details.get("scorer")),
        **_numbers(held_out),
        "where": on_repeats(n) if repeats else trn("on {n} example", "on {n} examples", n),
    }
    if result["verdict"] == "better":
        return tr("Better: A{a} has a mean {noun} of {best}, B{b} {baseline} ({difference}) {where}.", **facts)
    if result["verdict"] == "worse":
        return tr("Worse: A{a} has a mean {noun} of {best}, B{b} {baseline} ({difference}) {where}.", **facts)
    text = tr(
        "No measurable difference: A{a} has a mean {noun} of {best}, B{b} {baseline} ({difference}) {where}", **facts
    )
    return "; ".join([text, *_smallest_seen(held_out)]) + "."


def on_repeats(n: int) -> str:
    """Where it was measured, for one prompt or a few."""
    return trn("on {n} fresh repeat", "on {n} fresh repeats", n)


def _on_held_out(held_out: Mapping[str, Any]) -> str:
    n = held_out.get("n") or 0
    if held_out.get("unit") == "repeats":
        return on_repeats(n)
    return trn("on {n} held-out example", "on {n} held-out examples", n)


def _smallest_seen(held_out: Mapping[str, Any]) -> list[str]:
    detectable = held_out.get("detectable")
    if not is_number(detectable) or detectable <= 0:
        return []
    return [tr("the smallest difference that would have been seen is {detectable}", detectable=score(detectable))]


def _numbers(held_out: Mapping[str, Any]) -> dict[str, str]:
    return {
        **{side: score((held_out.get(side) or {}).get("mean")) for side in ("best", "baseline")},
        "difference": _difference(held_out.get("difference") or {}),
    }


def _difference(difference: Mapping[str, Any]) -> str:
    mean, low, high = (difference.get(k) for k in ("mean", "low", "high"))
    if low is None or high is None:
        return tr("{difference}, too few for an interval", difference=signed(mean))
    return tr(
        "{difference}, 95 % interval {low} to {high}", difference=signed(mean), low=signed(low), high=signed(high)
    )


def _named(values: Mapping[str, Any]) -> str:
    parts = [_one(name, value) for name, value in values.items()]
    if len(parts) > _MOST_NAMED + 1:
        more = len(parts) - _MOST_NAMED
        parts = [*parts[:_MOST_NAMED], trn("{n} more", "{n} more", more)]
    return ", ".join(parts)


def _one(name: str, value: Any) -> str:
    if name == "system":
        return tr("another system text")
    if name == "prompt":
        return tr("another prompt")
    return f"{label(name)} {shortened(setting(value), 40)}"


def _reason(result: Mapping[str, Any], details: Mapping[str, Any]) -> str:
    """Why there is no verdict, as far as the run tells."""
    samples: Sequence[Mapping[str, Any]] = details.get("samples") or []
    sides = [side for s in samples for side in (s.get("best"), s.get("baseline")) if side]
    failures = [str(side["failure"]) for side in sides if side.get("failure")]
    if sides and len(failures) == len(sides):
        first = shortened(retold(failures[0]), 120)
        return tr("every held-out answer failed, the first with: {failure}", failure=first)
    reasons = [str(side["reason"]) for side in sides if side.get("score") is None and side.get("reason")]
    if reasons:
        reason = shortened(retold(reasons[0]), 120)
        return tr("no held-out pair of answers could be scored ({reason})", reason=reason)
    if not sides and details.get("trials"):
        return tr("the run ended before any held-out answer was there")
    warnings = result.get("warnings") or []
    if warnings:
        return shortened(retold(str(warnings[0])), 160).rstrip(".")
    return tr("there is no scored pair of answers")
