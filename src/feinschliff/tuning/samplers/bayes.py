"""The Gaussian process of the package bayesian-optimization with its own acquisition (upper confidence bound)."""

from __future__ import annotations

import math
import warnings
from typing import Any

from pydantic import JsonValue

from feinschliff.parameters.coordinates import neutral_value
from feinschliff.parameters.space import Choices, Knob, Space
from feinschliff.records import Settings
from feinschliff.tuning.samplers.trials import held


class BayesSuggester:
    """Its optimiser with its own defaults; only the seed is set.

    Ranges in their own units (logarithms for knobs that the catalogue puts on such a scale), whole numbers as its
    integer type, choices as its categorical type.
    """

    def __init__(self, space: Space, *, seed: int, init_points: int) -> None:
        from bayes_opt import BayesianOptimization

        self.space = space
        self._init_points = init_points
        self._suggested = 0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it calls its own types for integers and choices experimental
            self._optimizer = BayesianOptimization(
                None,
                {name: _bounds(knob) for name, knob in space.knobs.items()},
                acquisition_function=_acquisition(space),
                random_state=seed,
                verbose=0,
            )

    def suggest(self) -> Settings:
        """A random point until there were enough, then the highest of its acquisition."""
        from threadpoolctl import threadpool_limits

        self._suggested += 1
        if self._suggested <= self._init_points or len(self._optimizer.space) == 0:
            point = self._optimizer.random_sample(1)[0]
        else:
            with threadpool_limits(limits=1):
                point = self._optimizer.suggest()
        return self.space.settings({n: _value(knob, point[n]) for n, knob in self.space.knobs.items()})

    def observe(self, settings: Settings, mean: float | None) -> bool:
        """Registers the values as they were sent; one without a score counts like the worst so far."""
        from bayes_opt.exception import NotUniqueError

        point = {name: self._place(name, settings) for name in self.space.knobs}
        if None in point.values():
            return False
        if mean is None:  # left out, it would be suggested again and again
            mean = min(self._optimizer.space.target, default=0.0)
        try:
            self._optimizer.register(point, float(mean))
        except NotUniqueError:
            return False  # allow_duplicate_points would print to stdout
        return True

    def _place(self, name: str, settings: Settings) -> Any:
        """The coordinate of a value; where conditions do not hold the neutral one, since a point has all of them."""
        knob = self.space.knobs[name]
        sent = self.space.is_active(name, settings.values)
        return _coordinate(knob, settings.values.get(name) if sent else neutral_value(name, knob))


def _bounds(knob: Knob) -> Any:
    if isinstance(knob, Choices):
        return [str(i) for i in range(len(knob.values))]
    if knob.log:
        return (math.log(knob.low), math.log(knob.high))
    return (round(knob.low), round(knob.high), int) if knob.integer else (knob.low, knob.high)


def _value(knob: Knob, coordinate: Any) -> Any:
    if isinstance(knob, Choices):
        return knob.values[int(coordinate)]
    return knob.at(knob.unit(math.exp(coordinate) if knob.log else float(coordinate)))


def _coordinate(knob: Knob, value: JsonValue) -> Any:
    """The value as it has it; None for one that the knob cannot take."""
    number = held(knob, value)
    if number is None:
        return None
    if isinstance(knob, Choices):
        return str(number)
    if not knob.log:
        return number
    return min(math.log(knob.high), max(math.log(knob.low), math.log(number)))


def _acquisition(space: Space) -> Any:
    """Its default; where there are choices, without its differential evolution, which takes seconds a setting there.

    The best of its 10,000 random points is within a hair of the top in the few dimensions of such a space.
    """
    from bayes_opt.acquisition import UpperConfidenceBound

    if not any(isinstance(knob, Choices) for knob in space.knobs.values()):
        return None

    class Sampled(UpperConfidenceBound):  # type: ignore[misc]
        def suggest(self, *args: Any, **options: Any) -> Any:
            return super().suggest(*args, **{**options, "n_smart": 0})

    return Sampled()
