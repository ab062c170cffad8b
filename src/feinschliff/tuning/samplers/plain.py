"""Random search and grid search: the yardsticks."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from feinschliff.parameters.space import Choices, Knob, Space
from feinschliff.records import Settings
from feinschliff.tuning.samplers.protocol import Proposal, Told
from feinschliff.tuning.samplers.trials import Trials, drawn, next_block
from feinschliff.tuning.state import State

_AT_ONCE = 4
_MOST_GRID = 4096


@dataclass(frozen=True)
class RandomSampler:
    """Settings spread evenly over the space by scrambled Sobol points, each answered on one block."""

    trials: Trials
    seed: int

    def ask(self, state: State, *, block: int, round: int) -> Sequence[Proposal]:
        """The next four settings, in round 0 the first ones; in a space that is used up, the next block for all."""
        left = self.trials.left(state)
        if left == 0:
            return []
        count = self.trials.init_points if round == 0 else min(_AT_ONCE, left or _AT_ONCE)
        fresh = drawn(state, count, seed=self.seed)
        return [Proposal(s, "random", block) for s in fresh] or next_block(state, block)

    def tell(self, told: Sequence[Told]) -> None:
        """Nothing to keep: all it goes by is in the state."""


@dataclass(frozen=True)
class GridSampler:
    """The full grid, three to five levels a range; when it is through, the next block for all."""

    seed: int

    def ask(self, state: State, *, block: int, round: int) -> Sequence[Proposal]:
        """The next settings of the grid."""
        fresh = _unseen(state, grid(state.space))[:_AT_ONCE]
        return [Proposal(s, "grid", block) for s in fresh] or next_block(state, block)

    def tell(self, told: Sequence[Told]) -> None:
        """Nothing to keep: all it goes by is in the state."""


def grid(space: Space) -> list[Settings]:
    """All combinations of a few levels of each knob, coarser the more knobs there are."""
    count = next((n for n in (5, 4, 3, 2) if _size(space, n) <= _MOST_GRID), 2)
    return list(itertools.islice(space.every(lambda knob: _levels(knob, count)), _MOST_GRID))


def _levels(knob: Knob, count: int) -> list[JsonValue]:
    if isinstance(knob, Choices):
        return list(knob.values)
    return [*dict.fromkeys(knob.at(i / (count - 1)) for i in range(count))]


def _size(space: Space, count: int) -> int:
    total = 1
    for knob in space.knobs.values():
        total *= len(_levels(knob, count))
    return total


def _unseen(state: State, wanted: Sequence[Settings]) -> list[Settings]:
    fresh: dict[str, Settings] = {}
    for settings in wanted:
        if not state.known(settings):
            fresh.setdefault(state.space.effective(settings), settings)
    return list(fresh.values())
