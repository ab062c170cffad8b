"""What fewer answers would have scored: every smaller n from the answers of one, by sub-sampling, without a request."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from feinschliff import stats
from feinschliff.choosing import Choice
from feinschliff.generation import Ask
from feinschliff.measure.units import judge_groups
from feinschliff.records import Answer, Example, Settings
from feinschliff.scorers.group import LEAST_ANSWERS, is_group
from feinschliff.scorers.protocol import Scorer, scoring_costs
from feinschliff.store import Store

_MOST_PARTS = 8
"""Parts of one unit's answers for each size: more would mostly repeat what these say."""


@dataclass(frozen=True)
class Level:
    """The mean score with so many answers to a request."""

    n: int
    mean: float
    low: float | None
    """95 % interval over the units of the verdict; None with one unit."""
    high: float | None
    completion_tokens: float
    """Of all n answers to a request, mean."""
    prompt_tokens: float


@dataclass(frozen=True)
class Drawn:
    """All answers of one unit."""

    example: Example
    repeat: int
    answers: tuple[Answer, ...]


def levels_by_n(
    units: Sequence[Drawn],
    settings: Settings,
    *,
    scorer: Scorer,
    choice: Choice | None,
    store: Store | None,
    over: Literal["examples", "repeats"],
) -> list[Level]:
    """Levels for n = 1, 2, 4 ... and all answers, each the mean over parts of the same answers, in rising order.

    Nothing is asked: scorers and choices that cost requests are told with all answers only, and a scorer of several
    answers from 2 on.
    """
    whole = max((len(unit.answers) for unit in units), default=0)
    units = [unit for unit in units if len(unit.answers) == whole]
    if whole < 2:
        return []
    costs = scoring_costs(scorer) or scoring_costs(choice)
    least = whole if costs else LEAST_ANSWERS if is_group(scorer) else 1
    sizes = [2**i for i in range(whole.bit_length()) if least <= 2**i < whole]
    by: Callable[[Drawn], str] = (lambda u: u.example.id) if over == "examples" else (lambda u: str(u.repeat))
    levels = []
    for size in (*sizes, whole):
        parts = [(unit, part) for unit in units for part in _parts(unit.answers, size)]
        asks = [Ask(unit.example, settings, unit.repeat) for unit, _ in parts]
        judged = judge_groups(asks, [part for _, part in parts], scorer=scorer, choice=choice, store=store)
        groups: dict[str, list[float]] = {}
        for (unit, _), (_, score) in zip(parts, judged, strict=True):
            if score.value is not None:
                groups.setdefault(by(unit), []).append(score.value)
        if groups:
            found = stats.mean_interval([math.fsum(values) / len(values) for values in groups.values()])
            assert found.mean is not None
            tokens = [_mean([_tokens(unit)[i] for unit in units]) * size / whole for i in (0, 1)]
            levels.append(Level(size, found.mean, found.low, found.high, tokens[1], tokens[0]))
    return levels


def _parts(answers: Sequence[Answer], size: int) -> Iterator[tuple[Answer, ...]]:
    """Runs of so many neighbours, the last followed by the first, spread evenly; of all answers the one that there
    is."""
    if size == len(answers):
        yield tuple(answers)
        return
    count = min(len(answers), _MOST_PARTS)
    for i in range(count):
        start = i * len(answers) // count
        yield tuple(answers[(start + k) % len(answers)] for k in range(size))


def _tokens(unit: Drawn) -> tuple[int, int]:
    return sum(a.prompt_tokens for a in unit.answers), sum(a.completion_tokens for a in unit.answers)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
