"""Optuna's tree-structured Parzen estimator (Bergstra et al. 2011), through its ask and tell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from feinschliff.parameters.space import Choices, Knob, Space
from feinschliff.records import Settings
from feinschliff.tuning.samplers.trials import held

if TYPE_CHECKING:
    from optuna import Trial
    from optuna.distributions import BaseDistribution


class TPESuggester:
    """A study in memory with Optuna's own defaults; only seed and random start are set."""

    def __init__(self, space: Space, *, seed: int, init_points: int) -> None:
        import optuna

        self.space = space
        # What others depend on is suggested first, so that trials hold nothing that is not in force.
        self._order = sorted(space.knobs, key=lambda name: len(space.when.get(name, {})))
        sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=init_points)
        with _quiet():
            self._study = optuna.create_study(direction="maximize", sampler=sampler)
        self._pending: dict[str, Any] = {}

    def suggest(self) -> Settings:
        """Optuna's next trial, on values that people can read."""
        from optuna.trial import TrialState

        trial = self._study.ask()
        values = dict(self.space.fixed)
        for name in self._order:
            if self.space.is_active(name, values):
                values[name] = _suggested(trial, name, self.space.knobs[name])
        settings = self.space.settings(values)
        name = self.space.effective(settings)
        if name in self._pending:
            self._study.tell(trial, state=TrialState.FAIL)
        else:
            self._pending[name] = trial
        return settings

    def observe(self, settings: Settings, mean: float | None) -> bool:
        """Ends the trial; what was not suggested becomes a trial of its own, as an enqueued one would."""
        from optuna.trial import TrialState, create_trial

        trial = self._pending.pop(self.space.effective(settings), None)
        if trial is not None:
            state = TrialState.FAIL if mean is None else TrialState.COMPLETE
            self._study.tell(trial, mean, state=state)
            return True
        knobs = {n: k for n, k in self.space.knobs.items() if self.space.is_active(n, settings.values)}
        params = {name: held(knob, settings.values.get(name)) for name, knob in knobs.items()}
        if mean is None or None in params.values():
            return False
        distributions = {name: _distribution(knob) for name, knob in knobs.items()}
        self._study.add_trial(create_trial(params=params, distributions=distributions, value=mean))
        return True


def _distribution(knob: Knob) -> BaseDistribution:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(knob, Choices):
        return CategoricalDistribution(range(len(knob.values)))
    if knob.integer:
        return IntDistribution(round(knob.low), round(knob.high), log=knob.log)
    return FloatDistribution(knob.low, knob.high, log=knob.log)


def _suggested(trial: Trial, name: str, knob: Knob) -> JsonValue:
    if isinstance(knob, Choices):
        place: int = trial.suggest_categorical(name, range(len(knob.values)))
        return knob.values[place]
    if knob.integer:
        number: float = trial.suggest_int(name, round(knob.low), round(knob.high), log=knob.log)
    else:
        number = trial.suggest_float(name, knob.low, knob.high, log=knob.log)
    return knob.at(knob.unit(number))


@contextmanager
def _quiet() -> Iterator[None]:
    """Optuna says on stderr that it has made a study."""
    from optuna import logging

    before = logging.get_verbosity()
    logging.set_verbosity(logging.WARNING)
    try:
        yield
    finally:
        logging.set_verbosity(before)
