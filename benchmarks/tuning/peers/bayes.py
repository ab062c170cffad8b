"""bayes_opt with its own defaults: five random points, then its acquisition. Needs bayesian-optimization 3.4.0."""

import contextlib
import warnings

from bayes_opt import BayesianOptimization
from client import Run, SpentError, runs

warnings.simplefilter("ignore")


def search(run: Run) -> None:
    """As many trials as the budget allows."""
    bounds = {name: _bounds(knob) for name, knob in run.space.items()}
    optimizer = BayesianOptimization(
        lambda **values: run.score(values),
        bounds,
        random_state=run.seed,
        verbose=0,
        allow_duplicate_points=True,
    )
    optimizer.maximize(init_points=5, n_iter=run.most_trials)


def _bounds(knob: dict) -> tuple:
    if "choices" in knob:
        return tuple(knob["choices"])
    return (knob["low"], knob["high"], int) if knob["integer"] else (knob["low"], knob["high"])


for each in runs():
    with contextlib.suppress(SpentError):
        search(each)
