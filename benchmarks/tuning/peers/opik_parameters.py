"""Opik's ParameterOptimizer. Needs opik-optimizer==3.2.0; it wants Opik's server, which is left out here.

An agent of ours stands where it would ask a model: the arena asks and scores, so that all peers are counted alike. It
removes `n` from a setting (its own `n` picks the best answer by the score, an oracle), so the number of answers goes
by another name.
"""

import contextlib
import logging
import os
import warnings

os.environ.update(
    OPIK_TRACK_DISABLE="true",
    OPIK_URL_OVERRIDE="http://127.0.0.1:9/api",
    OPIK_API_KEY="none",
    OPIK_WORKSPACE="none",
    OPIK_OPTIMIZER_NO_BANNER="1",
    LITELLM_LOCAL_MODEL_COST_MAP="True",
    OPENAI_API_KEY="none",
)
warnings.simplefilter("ignore")
# Opik reads the environment when it is imported.

import opik  # noqa: E402
import opik_optimizer  # noqa: E402
from client import Run, SpentError, runs  # noqa: E402
from opik_optimizer import constants  # noqa: E402
from opik_optimizer.agents import OptimizableAgent  # noqa: E402

logging.disable(logging.CRITICAL)
constants.ENABLE_EVALUATE_ON_DICT_ITEMS = True

_SEVERAL = "answers"


class Items(opik.Dataset):
    """The run's examples by their numbers."""

    def __init__(self, count: int) -> None:
        self._items = [{"id": str(i), "example": i} for i in range(count)]

    name = property(lambda self: "examples")
    id = property(lambda self: "00000000-0000-7000-8000-000000000000")

    def get_items(self, nb_samples: int | None = None, **_: object) -> list[dict]:
        """As Opik's own."""
        return self._items[:nb_samples] if nb_samples else self._items


class Asking(OptimizableAgent):
    """Gives the score of an example under the trial's setting in place of an answer."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def invoke_agent(self, prompts: dict, dataset_item: dict, *_: object, **__: object) -> str:
        """The score as a text."""
        told = next(iter(prompts.values())).model_kwargs or {}
        values = {("n" if name == _SEVERAL else name): value for name, value in told.items()}
        values = {name: value for name, value in values.items() if name in self._run.space}
        return repr(self._run.unit(values, int(dataset_item["example"])))


def metric(dataset_item: dict, llm_output: str) -> float:
    """The score that the agent has got."""
    return float(llm_output)


def search(run: Run) -> None:
    """As many trials as the budget allows; what comes after it costs nothing and counts as 0."""
    optimizer = opik_optimizer.ParameterOptimizer(
        model="openai/none", verbose=0, seed=run.seed, n_threads=1, skip_perfect_score=False
    )
    optimizer._create_optimization_run = lambda *_, **__: None
    prompt = opik_optimizer.ChatPrompt(
        name="task", messages=[{"role": "user", "content": "{example}"}], model="openai/none"
    )
    optimizer.optimize_parameter(
        prompt=prompt,
        dataset=Items(run.examples),
        metric=metric,
        parameter_space={(_SEVERAL if n == "n" else n): _told(knob) for n, knob in run.space.items()},
        max_trials=run.most_trials,
        agent=Asking(run),
    )


def _told(knob: dict) -> dict:
    if "choices" in knob:
        return {"type": "categorical", "choices": knob["choices"]}
    return {"type": "int" if knob["integer"] else "float", "min": knob["low"], "max": knob["high"]}


for each in runs():
    with contextlib.suppress(SpentError):
        search(each)
