"""The classic way to search: one setting after the other, each measured once on the same answers."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import JsonValue

from feinschliff.parameters.space import Choices, Knob, Space, values_of
from feinschliff.records import Settings
from feinschliff.tuning.samplers.candidates import cover
from feinschliff.tuning.samplers.protocol import Proposal, Told
from feinschliff.tuning.state import State

_REPEATS = 10
"""Suggestions of known settings in a row before a setting is drawn instead: a model can stay at one for ever."""
_MOST_LISTED = 512
_MOST_DRAWN = 4096


@dataclass(frozen=True)
class Trials:
    """How many settings are tried: some drawn at random, then further ones."""

    init_points: int
    """Drawn at random before the model has a say, at least 1."""
    n_iter: int | None = None
    """Further settings; None: as many as the budget pays for."""

    def left(self, state: State) -> int | None:
        """Further settings that may still be tried; None: no limit. What was there before the draws does not count."""
        if self.n_iter is None:
            return None
        done = sum(t.origin in {"random", "model"} for t in state.tried)
        return max(0, self.init_points + self.n_iter - done)


class Suggester(Protocol):
    """A library's optimiser of one space."""

    def suggest(self) -> Settings:
        """A setting of the space; while little is known, drawn at random."""
        ...

    def observe(self, settings: Settings, mean: float | None) -> bool:
        """Learn the mean score of a setting, suggested or not; None where it could not be scored.

        False where nothing was learned, as the space does not hold the setting, or it is known to the last digit.
        """
        ...


@dataclass
class TrialSampler:
    """Asks a suggester for one setting a round, and tells it the mean of the setting's first answers."""

    trials: Trials
    seed: int
    make: Callable[[Space], Suggester]
    _suggester: Suggester | None = field(default=None, init=False)
    _told: dict[str, Told] = field(default_factory=dict, init=False)
    """The last word on each setting, in the order of the first."""
    _observed: int = field(default=0, init=False)

    def ask(self, state: State, *, block: int, round: int) -> Sequence[Proposal]:
        """Round 0: the first settings, all at once; then one setting a round.

        In a space that is used up, the next block for all settings.
        """
        suggester = self._informed(state.space)
        if round == 0:
            return [Proposal(settings, "random", block) for settings in self._first(state, suggester)]
        if self.trials.left(state) == 0:
            return []
        if state.space.size is not None and not drawn(state, 1, seed=self.seed):
            return next_block(state, block)
        settings = self._new(state, suggester)
        if settings is not None:
            return [Proposal(settings, "model", block)]
        return [Proposal(s, "random", block) for s in drawn(state, 1, seed=self.seed)] or next_block(state, block)

    def tell(self, told: Sequence[Told]) -> None:
        """Keep the scores for the next time it is asked: only then the space is known."""
        self._told.update((one.settings.canonical(), one) for one in told)

    def _informed(self, space: Space) -> Suggester:
        """The suggester, which has learned of every setting once."""
        if self._suggester is None:
            self._suggester = self.make(space)
        for one in list(self._told.values())[self._observed :]:
            self._suggester.observe(one.settings, one.mean)
        self._observed = len(self._told)
        return self._suggester

    def _first(self, state: State, suggester: Suggester) -> list[Settings]:
        found: dict[str, Settings] = {}
        for _ in range(self.trials.init_points * _REPEATS):
            settings = suggester.suggest()
            if not state.known(settings):
                found.setdefault(state.space.effective(settings), settings)
            if len(found) == self.trials.init_points:
                break
        return list(found.values())

    def _new(self, state: State, suggester: Suggester) -> Settings | None:
        """A setting that is new in effect. A known one costs no answer; the model learns its score at that point.

        At temperature 0 every top-p is the same setting: a model that is not told so tries one after the other.
        """
        known = {state.space.effective(t.settings): t.settings.canonical() for t in state.tried}
        for _ in range(_REPEATS):
            settings = suggester.suggest()
            name = known.get(state.space.effective(settings))
            if name is None:
                return settings
            if not suggester.observe(settings, self._told[name].mean if name in self._told else None):
                break  # it would say the same again
        return None


def held(knob: Knob, value: JsonValue) -> int | float | None:
    """The value as a library has it, choices by their place: they may be lists. None for what the knob cannot take."""
    if isinstance(knob, Choices):
        return next((place for place, choice in enumerate(knob.values) if choice == value), None)
    if not isinstance(value, int | float) or not knob.low <= value <= knob.high:
        return None
    return value if isinstance(value, int) or not knob.integer else None


def drawn(state: State, count: int, *, seed: int) -> list[Settings]:
    """`count` settings that are not known, in a seeded order that covers the space; fewer at its end."""
    known = {state.space.effective(t.settings) for t in state.tried}
    listed = state.space.size is not None and state.space.size <= _MOST_LISTED
    size = _MOST_DRAWN if listed else 2 * (len(known) + count)
    while True:
        fresh: dict[str, Settings] = {}
        for settings in _shuffled(state.space, seed) if listed else cover(state.space, size, seed=seed):
            name = state.space.effective(settings)
            if name not in known:
                fresh.setdefault(name, settings)
            if len(fresh) == count:
                return list(fresh.values())
        if size >= _MOST_DRAWN:
            return list(fresh.values())
        size *= 4


def _shuffled(space: Space, seed: int) -> list[Settings]:
    """All settings of a finite space, in random order."""
    found = list(space.every(values_of))
    random.Random(f"draws/{seed}").shuffle(found)
    return found


def next_block(state: State, block: int) -> list[Proposal]:
    """Another block for the settings with the fewest answers; empty where all have seen every unit."""
    least = min((t.seen for t in state.tried), default=0)
    if least >= len(state.units):
        return []
    return [Proposal(t.settings, t.origin, least + block) for t in state.tried if t.seen == least]
