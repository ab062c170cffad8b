"""What the user must be told beside the verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from feinschliff.datasets.split import Split
from feinschliff.generation import Budget
from feinschliff.measure import HeldOut, Pair
from feinschliff.records import Answer

_WORTH_TELLING = 0.05

_FLAG_TEXTS = {
    "truncated": "were cut at max_tokens; a higher max_tokens may change the picture",
    "empty": "were empty",
    "refused": "look like refusals",
    "looping": "run in a loop; a penalty or a higher temperature may help",
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
        f"{counts[flag]} of {total} answers {text}."
        for flag, text in _FLAG_TEXTS.items()
        if counts.get(flag, 0) >= max(1, _WORTH_TELLING * total)
    ]
    if counts.get("prompt_cut"):
        notes.append(
            f"In {counts['prompt_cut']} of {total} answers the server read far fewer prompt tokens than were sent: "
            "it seems to cut long prompts silently (with Ollama, raise num_ctx)."
        )
    if counts["failed"]:
        reason = next(a.failure for a in answers if a.failure is not None)
        notes.append(f"{counts['failed']} of {total} answers failed for good, the first with: {reason}")
    if any(a.tokens_estimated for a in answers):
        notes.append("The server does not count tokens for every answer; the missing counts are estimates.")
    return notes


def knob_warnings(knobs: Mapping[str, str], backend: str, *, searched: Collection[str]) -> list[str]:
    """Sentences about knobs that this server does not honour."""
    notes = [
        f"'{name}' is not honoured by this endpoint ({backend}: sent, but not applied)"
        + ("; it was left out of the search." if name in searched else "; its fixed value changes nothing.")
        for name, status in knobs.items()
        if status == "inert"
    ]
    notes += [
        f"'{name}' is moved into another range by this endpoint ({backend}); a part of what was searched is the same."
        for name, status in knobs.items()
        if status == "clamped"
    ]
    return notes


def outcome_warnings(measured: HeldOut, pairs: Sequence[Pair], *, split: Split, budget: Budget) -> list[str]:
    """Sentences about what the verdict rests on."""
    notes = []
    if split.shared:
        notes.append(
            "With fewer than 10 examples none can be held out: the verdict rests on fresh repeats and holds for these "
            "prompts only."
        )
    asked = len({pair.example.id for pair in pairs})
    if asked < len(split.held_out):
        notes.append(f"The budget reached for {asked} of the {len(split.held_out)} examples of the confirmation.")
    if budget.exhausted is not None:
        notes.append(f"The limit of {budget.exhausted} ended the run before it had asked all that it planned.")
    lost = sum(1 for p in pairs if p.best_score is not None and p.best_score.value is None)
    lost += sum(1 for p in pairs if p.baseline_score is not None and p.baseline_score.value is None)
    if lost:
        reason = next(
            (s.reason for p in pairs for s in (p.best_score, p.baseline_score) if s is not None and s.value is None),
            None,
        )
        notes.append(f"{lost} of {2 * len(pairs)} held-out answers could not be scored ({reason}).")
    if measured.n and measured.difference.low is None:
        notes.append(f"{measured.n} pairs are too few for an interval.")
    return notes
