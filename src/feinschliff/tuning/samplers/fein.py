"""The default sampler: a race. Every round the answers go to settings that may still be the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from feinschliff.records import Settings
from feinschliff.tuning.evidence import evidence
from feinschliff.tuning.feasible import Feasible
from feinschliff.tuning.process import Array
from feinschliff.tuning.samplers.candidates import around, cover
from feinschliff.tuning.samplers.protocol import Proposal, Told
from feinschliff.tuning.state import State
from feinschliff.tuning.surrogate import Surrogate

_AT_ONCE = 4
"""Settings in the race at a time."""
_COVER = 192
"""Points all over the space. With 64 or 96 of them the recommendation was clearly worse, with 384 no better
(design/experiments.md)."""
_AROUND = 16
_NEAR = 96
"""Steps of earlier rounds that stay, those in front: the work of a round does not grow with the rounds before."""
_DRAWS = 512
_NOT_WORTH = 0.01
"""The race is over where the best of all promises less than this over the one in front, in standard deviations of one
answer's score: no confirmation could show it."""


@dataclass(frozen=True)
class FeinSampler:
    """Thompson sampling over the joint posterior of all settings, tried or not (Russo et al. 2018).

    A setting is asked as often as it is the best in draws from the posterior. So losers drop out as soon as their
    difference to the one in front is known, which errors that both share do not blur, and their answers go to those
    still in doubt.
    """

    seed: int

    def ask(self, state: State, *, block: int, round: int) -> Sequence[Proposal]:
        """The settings drawn, another block for each; empty where nothing more is to be gained."""
        found = evidence(state)
        if found is None:
            return []
        surrogate, feasible = found.surrogate(seed=self.seed), Feasible(state, seed=self.seed)
        settings = _contestants(state, surrogate, feasible, seed=self.seed * 1009 + round)
        shares, gain = _race(state, surrogate, feasible, settings, spread=found.spread, seed=self.seed * 1013 + round)
        if gain < _NOT_WORTH * found.spread:
            return []
        proposals: list[Proposal] = []
        for index in np.argsort(-shares, kind="stable"):
            if len(proposals) == _AT_ONCE or shares[index] == 0:
                break
            seen = state.seen(settings[int(index)])
            if state.spread or seen < len(state.units):
                proposals.append(Proposal(settings[int(index)], "model", seen + block))
        return proposals

    def tell(self, told: Sequence[Told]) -> None:
        """Nothing to remember: all is in the state."""


def _contestants(state: State, surrogate: Surrogate, feasible: Feasible, *, seed: int) -> list[Settings]:
    """All that was tried, a cover of the space, and steps around those in front."""
    tried = [t.settings for t in state.tried if t.scored > 0]
    if not state.candidates:
        state.candidates = cover(state.space, _COVER, seed=seed)
    known = _distinct(state, [*tried, *state.candidates])
    front = [known[int(i)] for i in feasible.order(known, surrogate.predict(state.points(known))[0])[:3]]
    fixed, near = state.candidates[:_COVER], state.candidates[_COVER:]
    if len(near) > _NEAR:
        best = feasible.order(near, surrogate.predict(state.points(near))[0])[:_NEAR]
        near = [near[int(i)] for i in np.sort(best)]
    state.candidates = [*fixed, *near, *around(state.space, front, _AROUND, seed=seed)]
    return _distinct(state, [*tried, *state.candidates])


def _race(
    state: State, surrogate: Surrogate, feasible: Feasible, settings: Sequence[Settings], *, spread: float, seed: int
) -> tuple[Array, float]:
    """(how often each is the best, what the best is expected to be above the one in front), by draws of all scores.

    In a draw in which settings miss a constraint, each of them is worse than all that hold it, by how much it misses.
    """
    mean, covariance = surrogate.joint(state.points(settings))
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    draws = mean + np.random.default_rng(seed).standard_normal((_DRAWS, len(mean))) @ root.T
    front = int(feasible.order(settings, mean)[0])
    if state.constraints:
        missed = feasible.missed(settings, _DRAWS, seed=seed + 1)
        draws = np.where(missed > 0, draws.min() - missed * spread, draws)
    best = draws.argmax(axis=1)
    shares = np.bincount(best, minlength=len(mean)) / _DRAWS
    return shares, float((draws.max(axis=1) - draws[:, front]).mean())


def _distinct(state: State, settings: Sequence[Settings]) -> list[Settings]:
    """Without those equal in effect to an earlier one."""
    found: dict[str, Settings] = {}
    for s in settings:
        found.setdefault(state.place(s).effective, s)
    return list(found.values())
