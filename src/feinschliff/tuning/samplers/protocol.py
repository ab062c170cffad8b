"""What a sampler is: given what is known, it says what to try next."""

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


class Sampler(Protocol):
    """Asked between rounds. It keeps no memory: all it needs is in the state, so a resumed run asks the same.

    Samplers differ in what they propose; the units that a setting has seen already cost nothing again.
    """

    def ask(self, state: State, *, block: int, round: int) -> Sequence[Proposal]:
        """What to answer next; empty where nothing is worth another answer."""
        ...
