"""Optuna's samplers: `optuna_search.py URL tpe|gp`. Needs optuna==5.0.0, for gp also scipy and torch."""

import contextlib
import sys
import warnings

import optuna
from client import Run, SpentError, runs

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.simplefilter("ignore")


def search(run: Run, name: str) -> None:
    """As many trials as the budget allows."""
    sampler = {"tpe": optuna.samplers.TPESampler, "gp": optuna.samplers.GPSampler}[name](seed=run.seed)

    def objective(trial: optuna.Trial) -> float:
        return run.score({knob: _one(trial, knob, told) for knob, told in run.space.items()})

    optuna.create_study(direction="maximize", sampler=sampler).optimize(objective)


def _one(trial: optuna.Trial, name: str, knob: dict) -> object:
    if "choices" in knob:
        return trial.suggest_categorical(name, knob["choices"])
    if knob["integer"]:
        return trial.suggest_int(name, knob["low"], knob["high"])
    return trial.suggest_float(name, knob["low"], knob["high"])


for each in runs():
    with contextlib.suppress(SpentError):
        search(each, sys.argv[2])
