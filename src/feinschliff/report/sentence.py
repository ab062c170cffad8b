"""The verdict in one sentence, and what to do next: shared by the page and the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from feinschliff.report.format import is_number, label, number, score, scorer_label, setting, shortened, signed

_MOST_NAMED = 4
_MOST_HELD_OUT = 60
_UNFINISHED = {
    "started": "it is still under way, or was stopped without a word",
    "failed": "it failed on the way",
    "interrupted": "it was interrupted",
}


def is_comparison(details: Mapping[str, Any] | None) -> bool:
    """True for the details of a comparison: a task was measured, and nothing was searched."""
    return bool(details) and "task" in details and "trials" not in details if details else False


def verdict_sentence(result: Mapping[str, Any] | None, details: Mapping[str, Any] | None) -> str:
    """The outcome in one plain sentence with its numbers; says why where nothing could be measured."""
    result, details = result or {}, details or {}
    held_out = result.get("held_out") or {}
    verdict = result.get("verdict")
    if verdict is None or (held_out.get("difference") or {}).get("mean") is None:
        return f"Nothing could be measured: {_reason(result, details)}."
    if is_comparison(details):
        return _comparison(result, details)
    if verdict == "no measurable gain":
        return _no_gain(result, details)
    verb = "raise" if verdict == "better" else "lower"
    best, baseline = _means(held_out)
    changes = changed(result)
    subject = _named(changes) or "the settings that were found"
    if len(changes) == 1:
        verb += "s"
    return (
        f"{verdict.capitalize()}: {subject} {verb} the {scorer_label(details.get('scorer'))} from {baseline} to "
        f"{best} ({_difference(held_out)}) on {_where(held_out)}."
    )


def unfinished_sentence(status: str, kind: str) -> str:
    """What is said of a run that has no result."""
    if kind not in {"tune", "compare"}:
        return f"No verdict: this run ({kind}) compares nothing."
    why = _UNFINISHED.get(status, f"its status is '{status}'")
    return f"Not finished: this run has no verdict yet, since {why}; the same command goes on where it stopped."


def next_steps(result: Mapping[str, Any] | None, details: Mapping[str, Any] | None = None) -> list[str]:
    """What to do now, one sentence each."""
    result = result or {}
    verdict = result.get("verdict")
    held_out = result.get("held_out") or {}
    if is_comparison(details):
        return _comparison_steps(verdict, held_out)
    if verdict == "better":
        steps = ["Send the recommended settings with every request of this task."]
        if held_out.get("unit") == "repeats":
            steps.append("They hold for these prompts only: give at least 10 examples to learn how far they carry.")
        return steps
    if verdict is None:
        return [
            "Keep the baseline settings.",
            "Look at the warnings and at the answers: a scorer that fits the answers, a working endpoint and a larger "
            "budget are what a verdict needs.",
        ]
    keep = "Keep the baseline settings; what was found is worse on examples that the search had not seen."
    return [keep if verdict == "worse" else "Keep the baseline settings.", *_sharper(held_out)]


def changed(result: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of the search's winner that differ from the baseline."""
    settings, baseline = result.get("settings") or {}, result.get("baseline_settings") or {}
    return {n: v for n, v in settings.items() if v is not None and v != baseline.get(n)}


def _no_gain(result: Mapping[str, Any], details: Mapping[str, Any]) -> str:
    held_out = result["held_out"]
    best, baseline = _means(held_out)
    noun = scorer_label(details.get("scorer"))
    changes = changed(result)
    if not changes and result.get("settings") == result.get("baseline_settings"):
        return (
            f"No measurable gain: the search found nothing better than today's settings (mean {noun} {baseline} on "
            f"{_where(held_out)}); keep your settings."
        )
    subject = _named(changes) or "leaving the baseline's settings out"
    detectable = held_out.get("detectable")
    tail = (
        f"the smallest difference that would have been seen is {number(detectable)}; "
        if is_number(detectable) and detectable > 0
        else ""
    )
    return (
        f"No measurable gain: with {subject} the {noun} is {best} instead of {baseline} ({_difference(held_out)}) on "
        f"{_where(held_out)}; {tail}keep your settings."
    )


def _comparison(result: Mapping[str, Any], details: Mapping[str, Any]) -> str:
    held_out = result["held_out"]
    best, baseline = _means(held_out)
    a, b = ("", "")
    settings, other = result.get("settings") or {}, result.get("baseline_settings") or {}
    if settings != other:
        a, b = (
            f" ({named})" if (named := _named({n: v for n, v in x.items() if v is not None and v != y.get(n)})) else ""
            for x, y in ((settings, other), (other, settings))
        )
    words = {"better": "Better: A", "worse": "Worse: A"}.get(result["verdict"], "No measurable difference: A")
    detectable = held_out.get("detectable")
    tail = ""
    if result["verdict"] == "no measurable gain" and is_number(detectable) and detectable > 0:
        tail = f"; the smallest difference that would have been seen is {number(detectable)}"
    return (
        f"{words}{a} has a mean {scorer_label(details.get('scorer'))} of {best}, B{b} {baseline} "
        f"({_difference(held_out)}) on {_where(held_out, held='')}{tail}."
    )


def _comparison_steps(verdict: str | None, held_out: Mapping[str, Any]) -> list[str]:
    if verdict in {"better", "worse"}:
        return [f"Use {'A' if verdict == 'better' else 'B'}."]
    if verdict is None:
        return ["Look at the warnings and at the answers: nothing could be compared."]
    sharper = "More examples, or a larger budget for more repeats of each, would show smaller differences."
    return ["Keep B, or choose by price and speed: this comparison shows no difference in quality.", sharper]


def _sharper(held_out: Mapping[str, Any]) -> list[str]:
    """What would let a smaller difference be seen."""
    n = held_out.get("n") or 0
    if held_out.get("unit") == "repeats":
        first = "At least 10 examples, so that some can be held out, would give a verdict beyond these prompts."
    elif n < _MOST_HELD_OUT:
        first = (
            f"More examples would show smaller differences: {n} were held out, and up to {_MOST_HELD_OUT} are used "
            "(40 % of 150)."
        )
    else:
        first = "More repeats of each held-out example would show smaller differences; a larger budget pays for them."
    return [
        first,
        "A larger budget goes on from here: the same command with more --requests keeps all answers so far.",
        "Other knobs may matter more than these: search over system texts, prompts or models.",
    ]


def _means(held_out: Mapping[str, Any]) -> tuple[str, str]:
    sides = [score((held_out.get(side) or {}).get("mean")) for side in ("best", "baseline")]
    return sides[0], sides[1]


def _difference(held_out: Mapping[str, Any]) -> str:
    d = held_out.get("difference") or {}
    mean, low, high = d.get("mean"), d.get("low"), d.get("high")
    if low is None or high is None:
        return f"{signed(mean)}, too few for an interval"
    return f"{signed(mean)}, 95 % interval {signed(low)} to {signed(high)}"


def _where(held_out: Mapping[str, Any], held: str = "held-out ") -> str:
    n = held_out.get("n") or 0
    noun = "fresh repeat" if held_out.get("unit") == "repeats" else f"{held}example"
    return f"{n} {noun}{'' if n == 1 else 's'}"


def _named(values: Mapping[str, Any]) -> str:
    parts = [_one(name, value) for name, value in values.items()]
    if len(parts) > _MOST_NAMED + 1:
        parts = [*parts[:_MOST_NAMED], f"{len(parts) - _MOST_NAMED} more"]
    return ", ".join(parts)


def _one(name: str, value: Any) -> str:
    if name in {"system", "prompt"}:
        return f"another {'system text' if name == 'system' else 'prompt'}"
    return f"{label(name)} {shortened(setting(value), 40)}"


def _reason(result: Mapping[str, Any], details: Mapping[str, Any]) -> str:
    """Why there is no verdict, as far as the run tells."""
    samples: Sequence[Mapping[str, Any]] = details.get("samples") or []
    sides = [side for s in samples for side in (s.get("best"), s.get("baseline")) if side]
    failures = [str(side["failure"]) for side in sides if side.get("failure")]
    if sides and len(failures) == len(sides):
        return f"every held-out answer failed, the first with: {shortened(failures[0], 120)}"
    reasons = [str(side["reason"]) for side in sides if side.get("score") is None and side.get("reason")]
    if reasons:
        return f"no held-out pair of answers could be scored ({shortened(reasons[0], 120)})"
    if not sides and details.get("trials"):
        return "the run ended before any held-out answer was there"
    warnings = result.get("warnings") or []
    return shortened(str(warnings[0]), 160).rstrip(".") if warnings else "there is no scored pair of answers"
