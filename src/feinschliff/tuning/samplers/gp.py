"""Expected improvement by a Gaussian process that knows each mean's noise, and more answers for those in front."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from feinschliff.parameters.space import Space
from feinschliff.records import Settings
from feinschliff.tuning.process import Array
from feinschliff.tuning.samplers.candidates import around, cover
from feinschliff.tuning.samplers.protocol import Proposal, Told
from feinschliff.tuning.state import State
from feinschliff.tuning.surrogate import Surrogate, expected_improvement, fit, refit

_NEW = 2
_AGAIN = 2
_CANDIDATES = 512
_NOT_WORTH = 0.1
"""A new setting is worth its answers while it promises a tenth of the leader's own uncertainty."""


@dataclass(frozen=True)
class GPSampler:
    """Rounds of two new settings by expected improvement and another block for the two in front."""

    seed: int

    def ask(self, state: State, *, block: int, round: int) -> Sequence[Proposal]:
        """New settings and leaders' next blocks; empty when new ones promise nothing and the leaders are done."""
        ready = [i for i, t in enumerate(state.tried) if t.scored > 0]
        if not ready:
            return []
        means, variances = state.adjusted()
        points = state.features()[ready]
        surrogate = fit(points, means[ready], variances[ready], seed=self.seed)
        posterior, deviation = surrogate.predict(points)
        leaders = self._leaders(state, ready, posterior, deviation, block)
        best = int(np.argmax(posterior))
        fresh = self._fresh(state, surrogate, points, means[ready], variances[ready], float(deviation[best]), round)
        return [*leaders, *(Proposal(s, "model", block) for s in fresh)]

    def tell(self, told: Sequence[Told]) -> None:
        """Nothing to keep: all it goes by is in the state."""

    def _leaders(
        self, state: State, ready: Sequence[int], posterior: Array, deviation: Array, block: int
    ) -> list[Proposal]:
        """The settings that may still be the best (upper bound), as far as they have units left."""
        order = np.argsort(-(posterior + deviation), kind="stable")[:_AGAIN]
        proposals = []
        for position in order:
            tried = state.tried[ready[int(position)]]
            if tried.seen < len(state.units):
                proposals.append(Proposal(tried.settings, tried.origin, min(len(state.units), tried.seen + block)))
        return proposals

    def _fresh(
        self,
        state: State,
        surrogate: Surrogate,
        points: Array,
        means: Array,
        variances: Array,
        doubt: float,
        round: int,
    ) -> list[Settings]:
        """New settings one by one; each is believed to score as predicted before the next is chosen."""
        candidates = _candidates(state, surrogate, points, seed=self.seed * 1009 + round)
        if not candidates:
            return []
        grid = np.array([state.space.features(s) for s in candidates])
        chosen: list[Settings] = []
        for _ in range(_NEW):
            best = float(surrogate.predict(points)[0].max())
            mean, deviation = surrogate.predict(grid)
            gain = expected_improvement(mean, deviation, best)
            pick = int(np.argmax(gain))
            if gain[pick] < _NOT_WORTH * doubt or state.space.effective(candidates[pick]) in _names(
                state.space, chosen
            ):
                break
            chosen.append(candidates[pick])
            points = np.vstack([points, grid[pick]])
            means = np.append(means, mean[pick])
            variances = np.append(variances, np.median(variances))
            surrogate = refit(surrogate, points, means, variances)
        return chosen


def _candidates(state: State, surrogate: Surrogate, points: Array, *, seed: int) -> list[Settings]:
    posterior, _ = surrogate.predict(points)
    ready = [t for t in state.tried if t.scored > 0]
    front = [ready[int(i)].settings for i in np.argsort(-posterior, kind="stable")[:4]]
    wanted = [*cover(state.space, _CANDIDATES, seed=seed), *around(state.space, front, 32, seed=seed + 1)]
    seen = set(_names(state.space, [t.settings for t in state.tried]))
    fresh: dict[str, Settings] = {}
    for settings in wanted:
        name = state.space.effective(settings)
        if name not in seen:
            fresh.setdefault(name, settings)
    return list(fresh.values())


def _names(space: Space, settings: Sequence[Settings]) -> list[str]:
    return [space.effective(s) for s in settings]
