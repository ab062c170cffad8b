"""What a search knows: which settings saw which units, and how they scored."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from feinschliff.measure import Constraint, Gauged
from feinschliff.parameters.space import Space
from feinschliff.records import Example, Settings, Trial
from feinschliff.tuning.replaying import Replayer

Unit = tuple[Example, int]
"""(example, repeat): one answer's worth of work."""

_PRIOR_WEIGHT = 10.0
"""Answers' worth of trust in the pooled noise: a setting with 8 answers knows its own badly."""


@dataclass
class Tried:
    """A setting and its scores on the first units of the common order."""

    settings: Settings
    origin: str
    round: int
    scores: list[float | None] = field(default_factory=list)
    """By unit; None where the answer could not be scored."""
    units: list[Unit] = field(default_factory=list)
    """What it was answered on, in that order."""
    tokens: list[int] = field(default_factory=list)
    """Of prompt and completions, by unit."""
    gauged: list[Gauged] = field(default_factory=list)
    """What else is known of the answers, by unit."""

    def values(self, gauge: str | None = None) -> Sequence[float | None]:
        """By unit the scores, or what a gauge read; None where it did not."""
        if gauge is None:
            return self.scores
        return [told.get(gauge) for told in self.gauged] or [None] * self.seen

    @property
    def seen(self) -> int:
        """Units answered so far."""
        return len(self.scores)

    @property
    def scored(self) -> int:
        """Units with a score."""
        return sum(s is not None for s in self.scores)


@dataclass(frozen=True)
class Place:
    """Where settings lie in the space."""

    settings: Settings
    effective: str
    """Equal for settings that send the same distribution."""
    point: NDArray[np.float64]


@dataclass
class State:
    """All settings tried so far, and the units that they are answered on.

    Paired, every setting walks the one order of units from its beginning: whatever two of them have seen, they have
    seen on the same examples and seeds. Spread, no two answers share a seed: with replay every answer counts for every
    setting, and another sample of the same prompt is worth more than the same one again. Only each setting of the
    first design begins where the one before ended: what two settings make of one prompt shows whether log-probabilities
    are the model's own.
    """

    space: Space
    units: Sequence[Unit]
    """What a setting can see at the most; all examples once, then again for each further repeat."""
    tried: list[Tried] = field(default_factory=list)
    spread: bool = False
    given: int = 0
    """Spread: units given out so far."""
    replay: Replayer | None = None
    """Where stored answers count for other settings too."""
    unreplayed: str | None = None
    """Why they do not, where the sampler would make use of it."""
    candidates: list[Settings] = field(default_factory=list)
    """Settings that replay looks at, tried or not."""
    constraints: Sequence[Constraint] = ()
    """What the setting that is wanted has to hold."""
    hopeless: dict[str, int] = field(default_factory=dict)
    """Candidates of which replay knew next to nothing, by what they do, and how many answers there were then."""
    memo: tuple[Hashable, dict[Hashable, Any]] | None = None
    """The evidence last looked at, and what it was made of: recommendation and sampler ask for the same one."""
    _places: dict[int, Place] = field(default_factory=dict)

    def draw(self, tried: Tried, upto: int) -> list[Unit]:
        """What this setting is answered on next, until it has seen `upto` units."""
        wanted = max(0, upto - tried.seen)
        if self.spread:
            first = self.given - (tried.round == 0 and tried.seen == 0 and self.given > 0)
            self.given = first + wanted
            return self._anew(range(first, first + wanted))
        seen = {(example.id, repeat) for example, repeat in tried.units}
        fresh = (unit for unit in self.units if (unit[0].id, unit[1]) not in seen)
        return list(itertools.islice(fresh, wanted))

    def _anew(self, numbers: range) -> list[Unit]:
        """The examples in their order, then again with the next repeat, for ever."""
        count = len({example.id for example, _ in self.units})
        return [(self.units[number % count][0], number // count) for number in numbers]

    def place(self, settings: Settings) -> Place:
        """Where these settings lie; looked up once, since every round asks for all of them."""
        found = self._places.get(id(settings))
        if found is None:  # the place holds the settings, so that no other object gets their id
            found = Place(settings, self.space.effective(settings), self.space.features(settings))
            self._places[id(settings)] = found
        return found

    def find(self, settings: Settings) -> Tried | None:
        """The setting tried that is equal in effect."""
        wanted = self.place(settings).effective
        return next((t for t in self.tried if self.place(t.settings).effective == wanted), None)

    def known(self, settings: Settings) -> bool:
        """True where an equal setting (equal in effect) has been tried."""
        return self.find(settings) is not None

    def seen(self, settings: Settings) -> int:
        """Units that a setting equal in effect was answered on; 0 where there is none."""
        found = self.find(settings)
        return 0 if found is None else found.seen

    def knowledge(self) -> Hashable:
        """Another one whenever there is more to know."""
        replay = self.replay
        pool = len(replay.pool) if replay is not None and replay.active else None
        newest = self.candidates[-1].canonical() if self.candidates else None
        return len(self.tried), sum(t.seen for t in self.tried), newest, pool

    def is_whole(self, settings: Settings) -> bool:
        """Whether they give a value for every knob that is in force."""
        values = settings.values
        return all(values.get(name) is not None for name in self.space.knobs if self.space.is_active(name, values))

    def points(self, settings: Sequence[Settings]) -> NDArray[np.float64]:
        """Features, shape (settings, features)."""
        return np.array([self.place(s).point for s in settings], dtype=np.float64)

    def features(self) -> NDArray[np.float64]:
        """Points of the tried settings, shape (tried, features)."""
        return self.points([t.settings for t in self.tried])

    def adjusted(
        self, gauge: str | None = None, *, scale: float = 1.0
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(means, variances of the means) of the tried settings, with what is due to the units taken out.

        Of the scores, or of what a gauge read, divided by `scale`.

        Two-way additive model, score = setting + unit + noise, fitted by alternating means: a setting that has seen
        easy examples only is not taken for a better one. Variances pool the residual noise over settings. Settings
        without a score get NaN.
        """
        scores = _matrix(self.tried, gauge) / scale
        seen = ~np.isnan(scores)
        means, effects = _fit_effects(scores, seen, penalty=1.0)
        means, effects = _fit_effects(
            scores, seen, penalty=_noise_to_units(scores - means[:, None] - effects, effects, seen)
        )
        residual = np.where(seen, scores - effects - means[:, None], 0.0)
        counts = seen.sum(axis=1)
        own = (residual**2).sum(axis=1)
        pooled = own.sum() / max(1.0, float((counts - 1).clip(min=0).sum()))
        variance = (_PRIOR_WEIGHT * pooled + own) / (_PRIOR_WEIGHT + (counts - 1).clip(min=0))
        # A floor: scores without any noise would make the surrogate singular.
        return means, np.maximum(variance, 1e-8) / np.maximum(counts, 1)

    def trials(self) -> list[Trial]:
        """The records of all tried settings."""
        return [self._trial(t) for t in self.tried]

    def _trial(self, tried: Tried) -> Trial:
        values = [s for s in tried.scores if s is not None]
        by_unit = {f"{e.id}:{repeat}": score for (e, repeat), score in zip(tried.units, tried.scores, strict=True)}
        mean = float(np.mean(values)) if values else None
        stderr = float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else None
        return Trial(
            settings=tried.settings, origin=tried.origin, round=tried.round, scores=by_unit, mean=mean, stderr=stderr
        )


def _matrix(tried: Sequence[Tried], gauge: str | None = None) -> NDArray[np.float64]:
    """Scores, or what a gauge read, as (tried, units), NaN where there is none."""
    columns: dict[tuple[str, int], int] = {}
    for t in tried:
        for example, repeat in t.units:
            columns.setdefault((example.id, repeat), len(columns))
    matrix = np.full((len(tried), len(columns)), np.nan)
    for row, t in zip(matrix, tried, strict=True):
        for (example, repeat), score in zip(t.units, t.values(gauge), strict=True):
            row[columns[example.id, repeat]] = np.nan if score is None else score
    return matrix


def _fit_effects(
    scores: NDArray[np.float64], seen: NDArray[np.bool_], *, penalty: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(setting means, unit effects) by alternating means; effects are shrunk by `penalty` settings' worth of zeros."""
    effects = np.zeros(scores.shape[1])
    means = np.full(scores.shape[0], np.nan)
    for _ in range(50):
        means = _row_means(scores - effects, seen)
        effects = _shrunk_column_means(scores - means[:, None], seen, penalty)
    return means, effects


def _noise_to_units(residual: NDArray[np.float64], effects: NDArray[np.float64], seen: NDArray[np.bool_]) -> float:
    """Variance of the noise over that of the units: how much an effect seen by one setting is to be believed."""
    noise = float(np.nansum(np.where(seen, residual, 0.0) ** 2)) / max(1, int(seen.sum()))
    units = float(np.var(effects)) if len(effects) else 0.0
    return min(4.0, max(0.02, noise / max(units, 1e-9)))


def _row_means(values: NDArray[np.float64], seen: NDArray[np.bool_]) -> NDArray[np.float64]:
    counts = seen.sum(axis=1)
    sums = np.where(seen, values, 0.0).sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _shrunk_column_means(values: NDArray[np.float64], seen: NDArray[np.bool_], penalty: float) -> NDArray[np.float64]:
    """Means by unit, drawn towards 0 as if `penalty` more settings had seen it without effect; centred on 0."""
    counts = seen.sum(axis=0)
    sums = np.where(seen & ~np.isnan(values), values, 0.0).sum(axis=0)
    effects = sums / (counts + penalty)
    return np.asarray(effects - effects.mean() if len(effects) else effects, dtype=np.float64)
