"""The confirmation: fresh answers of the winner and of the baseline, in pairs, on what the search has not seen."""

from __future__ import annotations

from collections.abc import Sequence

from feinschliff.choosing import Choice
from feinschliff.datasets.split import Split
from feinschliff.generation import Caps, Payer
from feinschliff.measure import HeldOut, Pair, answers_each, held_out, measure_pairs
from feinschliff.records import Example, Settings, digest
from feinschliff.scorers.protocol import Scorer
from feinschliff.tuning.plan import CONFIRMATION_SHARE, Plan
from feinschliff.tuning.state import Unit

FRESH_REPEATS = 1_000_000
"""Repeats from here on belong to the confirmation: where the same examples serve both, the search never sees them."""

_MOST_REPEATS = 4
"""Answers per held-out example and setting: more would mostly repeat what the first ones say."""
_MOST_SHARED_REPEATS = 60
LEAST_PAIRS = 5


def confirm(
    best: Settings,
    baseline: Settings,
    *,
    split: Split,
    plan: Plan,
    payer: Payer,
    scorer: Scorer,
    choice: Choice | None = None,
) -> tuple[HeldOut, list[Pair]]:
    """The paired difference on held-out examples, or over fresh repeats where too few can be held out."""
    units = confirmation_units(split, plan.room_to_confirm(), each=answers_each(best) + answers_each(baseline))
    pairs = measure_pairs(units, best, baseline, payer=payer, scorer=scorer, choice=choice)
    for pair in pairs:
        for settings, answers in ((best, pair.best_answers), (baseline, pair.baseline_answers)):
            plan.use(answers, models=[payer.model_of(settings)] * len(answers))
    return held_out(pairs, unit="repeats" if split.shared else "examples"), pairs


def confirmation_units(split: Split, room: int, *, each: int = 2) -> list[Unit]:
    """(example, repeat) pairs that `room` answers can pay for on both sides; whole repeats come first.

    `each`: answers that a pair takes.
    """
    pairs = room // each
    # By hash, not as they lie in the file: where the room does not reach for all, the rest is left out at random.
    examples = sorted(split.held_out, key=lambda e: digest(["confirm", e.id]))
    if split.shared:
        repeats = min(_MOST_SHARED_REPEATS, max(1, pairs // len(examples)))
        return _repeated(examples, repeats)
    if pairs < len(examples):
        return [(e, FRESH_REPEATS) for e in examples[: max(pairs, 0)]]
    return _repeated(examples, min(_MOST_REPEATS, pairs // len(examples)))


def least_confirmation(split: Split, *, each: int = 2) -> int:
    """Answers that the smallest confirmation takes, `each` for a pair."""
    return each * LEAST_PAIRS * (len(split.held_out) if split.shared else 1)


def search_limit(caps: Caps) -> Caps:
    """The hard limits while the search runs: what the confirmation needs, retries included, is out of its reach."""
    return caps.share(1 - CONFIRMATION_SHARE)


def _repeated(examples: Sequence[Example], repeats: int) -> list[Unit]:
    return [(example, FRESH_REPEATS + repeat) for repeat in range(repeats) for example in examples]
