"""Random settings, uniform over the space."""

import contextlib
import random

from client import Run, SpentError, runs


def search(run: Run) -> None:
    """Draw until the budget is used up."""
    draw = random.Random(f"random/{run.seed}")
    while True:
        run.score({name: _one(draw, knob) for name, knob in run.space.items()})


def _one(draw: random.Random, knob: dict) -> object:
    if "choices" in knob:
        return draw.choice(knob["choices"])
    return draw.randint(knob["low"], knob["high"]) if knob["integer"] else draw.uniform(knob["low"], knob["high"])


for each in runs():
    with contextlib.suppress(SpentError):
        search(each)
