"""A made-up world for `fein check`: examples, two settings, and answers that are scored with noise, then and now."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from feinschliff import stats
from feinschliff.measure.drift import Drift, Sides, find_drift


@dataclass(frozen=True)
class World:
    """What is true. Scores are cut to 0 to 1."""

    examples: int = 60
    repeats: int = 4
    gain: float = 0.05
    """True mean difference of the recommended settings to the baseline."""
    noise: tuple[float, float] = (0.27, 0.27)
    """Standard deviation of one answer's score: recommended settings, baseline."""
    shared: float = 0.0
    """Part of the noise that both settings share (their seeds are the same), 0 to 1."""
    uneven: float = 0.05
    """Standard deviation over examples of the difference."""
    fall: float = 0.0
    """By how much both settings score lower now."""
    fall_best: float = 0.0
    """By how much the recommended settings score lower still."""

    def draw(self, rng: random.Random) -> tuple[list[Sides], list[Sides]]:
        """(then, now)."""
        ease = [rng.gauss(0.55, 0.15) for _ in range(self.examples)]
        gains = [rng.gauss(self.gain, self.uneven) for _ in range(self.examples)]
        times = []
        for falls in ((0.0, 0.0), (self.fall + self.fall_best, self.fall)):
            times.append(
                [
                    self._sides(rng, i, repeat, ease[i] + gains[i] - falls[0], ease[i] - falls[1])
                    for repeat in range(self.repeats)
                    for i in range(self.examples)
                ]
            )
        return times[0], times[1]

    def _sides(self, rng: random.Random, example: int, repeat: int, best: float, baseline: float) -> Sides:
        first, second = rng.gauss(0, 1), rng.gauss(0, 1)
        second = self.shared * first + (1 - self.shared**2) ** 0.5 * second
        scores = best + self.noise[0] * first, baseline + self.noise[1] * second
        return Sides(str(example), repeat, *(min(1.0, max(0.0, score)) for score in scores))


def is_better(sides: list[Sides]) -> bool:
    """The verdict of a confirmation with these scores."""
    groups: dict[str, list[float]] = {}
    for s in sides:
        assert s.best is not None
        assert s.baseline is not None
        groups.setdefault(s.example, []).append(s.best - s.baseline)
    low = stats.mean_interval([sum(g) / len(g) for g in groups.values()]).low
    return low is not None and low > 0


def checks(
    world: World, wanted: int, *, seed: int, better: bool = True
) -> Iterator[tuple[Drift, list[Sides], list[Sides]]]:
    """Checks of runs whose verdict was "better" (or was not), `wanted` of them, with what they rest on."""
    rng = random.Random(seed)
    made = 0
    while made < wanted:
        then, now = world.draw(rng)
        if is_better(then) == better:
            made += 1
            yield find_drift(then, now, unit="examples", better=better), then, now
