"""FLAML's BlendSearch. Needs flaml[blendsearch]==2.7.0."""

import contextlib
import logging
import warnings

from client import Run, SpentError, runs
from flaml import BlendSearch, tune

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)


def search(run: Run) -> None:
    """As many trials as the budget allows."""
    space = {name: _knob(knob) for name, knob in run.space.items()}
    algorithm = BlendSearch(metric="score", mode="max", space=space, seed=run.seed)
    tune.run(
        lambda values: {"score": run.score(values)},
        search_alg=algorithm,
        num_samples=run.most_trials,
        verbose=0,
    )


def _knob(knob: dict) -> object:
    if "choices" in knob:
        return tune.choice(knob["choices"])
    return tune.randint(knob["low"], knob["high"] + 1) if knob["integer"] else tune.uniform(knob["low"], knob["high"])


for each in runs():
    with contextlib.suppress(SpentError):
        search(each)
