"""What the user must be told beside the verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from feinschliff.datasets.split import Split
from feinschliff.generation import Budget
from feinschliff.i18n.stored import stored
from feinschliff.measure import TRUSTED, Held, HeldOut, Pair
from feinschliff.parameters.dialects import Dialect
from feinschliff.parameters.refusals import remedy, status_of
from feinschliff.probing import Finding, Status
from feinschliff.records import Answer

_WORTH_TELLING = 0.05

_FLAG_TEXTS = {
    "truncated": stored("{n} of {total} answers were cut at max_tokens; a higher max_tokens may change the picture."),
    "empty": stored("{n} of {total} answers were empty."),
    "refused": stored("{n} of {total} answers look like refusals."),
    "looping": stored("{n} of {total} answers run in a loop; a penalty or a higher temperature may help."),
}


def count_flags(answers: Sequence[Answer]) -> dict[str, int]:
    """How many answers there are, how many failed, and how many carry each flag."""
    counts: Counter[str] = Counter(flag for a in answers for flag in a.flags)
    return {"answers": len(answers), "failed": sum(a.failure is not None for a in answers), **counts}


def answer_warnings(answers: Sequence[Answer]) -> list[str]:
    """Sentences about what is odd with a noticeable share of the answers."""
    if not answers:
        return []
    counts = count_flags(answers)
    total = len(answers)
    notes = [
        text.format(n=counts[flag], total=total)
        for flag, text in _FLAG_TEXTS.items()
        if counts.get(flag, 0) >= max(1, _WORTH_TELLING * total)
    ]
    if counts.get("prompt_cut"):
        notes.append(
            stored(
                "In {n} of {total} answers the server read far fewer prompt tokens than were sent: it seems to cut "
                "long prompts silently (with Ollama, raise num_ctx).",
                n=counts["prompt_cut"],
                total=total,
            )
        )
    if counts["failed"]:
        reason = next(a.failure for a in answers if a.failure is not None)
        notes.append(
            stored(
                "{n} of {total} answers failed for good, the first with: {reason}",
                n=counts["failed"],
                total=total,
                reason=reason,
            )
        )
    if any(a.tokens_estimated for a in answers):
        notes.append(stored("The server does not count tokens for every answer; the missing counts are estimates."))
    return notes


def with_prior(knobs: Mapping[str, Status], dialect: Dialect, *, usual: Collection[str] = ()) -> dict[str, Status]:
    """The statuses that a probe has found; where it has found none, a parameter that the catalogue knows to be ignored
    by this backend is inert.

    `usual`: knobs that nobody named; of these what the backend has no field for is rejected likewise.
    """
    made = dict(knobs)
    for name, status in knobs.items():
        prior = status_of(name, dialect)
        if status == "unknown" and prior == "inert":
            made[name] = "inert"
        elif status == "unknown" and prior == "rejected" and name in usual:
            made[name] = "rejected"
    return made


def knob_warnings(
    knobs: Mapping[str, str], dialect: Dialect, *, searched: Collection[str], narrowed: Collection[str] = ()
) -> list[str]:
    """Sentences about knobs that this server does not honour; `narrowed`: those of which enough is said elsewhere."""
    notes = [
        stored(
            "'{name}' is not honoured by this endpoint ({backend}: sent, but not applied); it was left out of the "
            "search; {remedy}.",
            name=name,
            backend=dialect,
            remedy=remedy(name, dialect),
        )
        if name in searched
        else stored(
            "'{name}' is not honoured by this endpoint ({backend}: sent, but not applied); its fixed value changes "
            "nothing; {remedy}.",
            name=name,
            backend=dialect,
            remedy=remedy(name, dialect),
        )
        for name, status in knobs.items()
        if status == "inert"
    ]
    notes += [
        stored(
            "'{name}' is refused by this endpoint ({backend}); it was left out of the search.",
            name=name,
            backend=dialect,
        )
        for name, status in knobs.items()
        if status == "rejected" and name in searched
    ]
    notes += [
        stored(
            "'{name}' is moved into another range by this endpoint ({backend}); a part of what was searched is the "
            "same.",
            name=name,
            backend=dialect,
        )
        for name, status in knobs.items()
        if status == "clamped" and name in searched and name not in narrowed
    ]
    return notes


def untold_warnings(
    knobs: Mapping[str, Status], found: Mapping[str, Finding], *, searched: Collection[str]
) -> list[str]:
    """Sentences about what is searched although nobody knows whether this server honours it."""
    unknown = [name for name, status in knobs.items() if status == "unknown" and name in searched and name in found]
    asked = [f"'{name}'" for name in unknown if found[name].tested]
    not_asked = [f"'{name}'" for name in unknown if not found[name].tested]
    notes = []
    if not_asked:
        notes.append(
            stored(
                "Not probed, since the budget is small: {names}. They were searched without knowing whether this "
                "endpoint honours them; 'fein probe' tells.",
                names=", ".join(not_asked),
            )
        )
    if asked:
        notes.append(
            stored(
                "The probe could not tell whether this endpoint honours {names}; they were searched all the same. "
                "A larger budget or 'fein probe' may tell.",
                names=", ".join(asked),
            )
        )
    return notes


def constraint_warnings(held: Sequence[Held]) -> list[str]:
    """Sentences about constraints that nothing is known to hold."""
    doubtful = [one.constraint.text for one in held if one.chance is not None and one.chance < TRUSTED]
    if not doubtful:
        return []
    return [
        stored(
            "No setting was found that holds {constraints} with a probability of at least 90 %, by the search's "
            "estimate; the one that was measured is expected to miss it by the least.",
            constraints=", ".join(doubtful),
        )
    ]


def outcome_warnings(measured: HeldOut, pairs: Sequence[Pair], *, split: Split, budget: Budget) -> list[str]:
    """Sentences about what the verdict rests on."""
    notes = []
    if split.shared:
        notes.append(
            stored(
                "With fewer than 10 examples none can be held out: the verdict rests on fresh repeats and holds for "
                "these prompts only."
            )
        )
    asked = len({pair.example.id for pair in pairs})
    if asked < len(split.held_out):
        notes.append(
            stored(
                "The budget reached for {n} of the {total} examples of the confirmation.",
                n=asked,
                total=len(split.held_out),
            )
        )
    if budget.exhausted is not None:
        notes.append(
            stored(
                "The limit of {limit_word} ended the run before it had asked all that it planned.",
                limit_word=budget.exhausted,
            )
        )
    lost = sum(1 for p in pairs if p.best_score is not None and p.best_score.value is None)
    lost += sum(1 for p in pairs if p.baseline_score is not None and p.baseline_score.value is None)
    if lost:
        reason = next(
            (s.reason for p in pairs for s in (p.best_score, p.baseline_score) if s is not None and s.value is None),
            None,
        )
        notes.append(
            stored(
                "{n} of {total} held-out answers could not be scored ({reason}).",
                n=lost,
                total=2 * len(pairs),
                reason=reason,
            )
        )
    if measured.n and measured.difference.low is None:
        notes.append(stored("{n} pairs are too few for an interval.", n=measured.n))
    return notes
