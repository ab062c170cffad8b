"""What a sampler is: given what is known, it says what to try next, and it is told what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from feinschliff.records import Settings
from feinschliff.tuning.state import State


@dataclass(frozen=True)
class Proposal:
    """A setting, and up to which unit of the common order it should be answered."""

    settings: Settings
    origin: str
    units: int


@dataclass(frozen=True)
class Told:
    """What came of a setting that was answered in the round that has just ended."""

    settings: Settings
    mean: float | None
    """Mean score of all its answers so far; None where fewer than half of them could be scored."""
    units: int
    """Answers so far."""


class Sampler(Protocol):
    """Asked before each round, and told after it, round 0 (the first design) included.

    A sampler may remember what it asked and was told, and draw random numbers from a generator that it seeds itself: a
    run that is resumed starts again at round 0 with the stored answers, so it asks and tells the same in the same
    order. It must not go by anything else, such as the clock or the order of a set.

    Samplers differ in what they propose; the units that a setting has seen already cost nothing again.
    """

    def ask(self, state: State, *, block: int, round: int) -> Sequence[Proposal]:
        """What to answer next, from round 1 on; empty where nothing is worth another answer.

        `block` is the usual number of units of a step, at least 1.
        """
        ...

    def tell(self, told: Sequence[Told]) -> None:
        """What was answered since the last call: each setting once, in the order of the proposals."""
        ...
