"""A smaller model and what was lost: size, error of the weights, perplexity, and the score of a task."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from feinschliff._api.common import BudgetSpec, ScoreSpec, Watch
from feinschliff._api.runs import compare
from feinschliff.build import Endpoint
from feinschliff.datasets.task import Task
from feinschliff.endpoints.ask import ask
from feinschliff.endpoints.engine import Engine, EngineOptions
from feinschliff.generation import render_messages
from feinschliff.models.make import made_smaller
from feinschliff.models.perplexity import Change, Perplexity, Prompted, change, perplexity, surprises
from feinschliff.models.quantise import Quantised
from feinschliff.records import Settings
from feinschliff.tuning import Result

Told = Callable[[str, int, int], None]
"""What is under way (`quantise`, `perplexity`), how much of it is done, of how much."""


@dataclass(frozen=True)
class Loss:
    """What became of a model."""

    quantised: Quantised
    before: Perplexity | None = None
    after: Perplexity | None = None
    ratio: Change | None = None
    score: Result | None = None
    """`settings` is the new file, `baseline_settings` the source."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON shows it."""
        measured = None
        if self.before is not None and self.after is not None and self.ratio is not None:
            measured = {
                "before": self.before.to_dict(),
                "after": self.after.to_dict(),
                "ratio": self.ratio.to_dict(),
            }
        score = None if self.score is None else self.score.to_dict()
        return {**self.quantised.to_dict(), "perplexity": measured, "score": score}


@dataclass(frozen=True)
class Trial:
    """What the score of both models is measured on."""

    task: Task
    settings: Mapping[str, JsonValue]
    score: ScoreSpec | None = None
    budget: BudgetSpec | None = None
    store: str | None = None
    seed: int = 0
    watch: Watch | None = None


def quantise_model(
    source: Path,
    out: Path,
    mixture: str,
    *,
    text: str | None = None,
    trial: Trial | None = None,
    threads: int = 1,
    told: Told | None = None,
) -> Loss:
    """Write a smaller file and measure what was lost.

    Args:
        source: a GGUF file or a Llama folder.
        out: the file to write.
        mixture: as `q4_k_m`.
        text: what perplexity is measured on; the targets of the trial's task if None.
        trial: a task on which both models are compared, in pairs.
        threads: processors to use.
        told: hears of progress.

    Raises: InputError before anything is written; RunError where the comparison fails (the file is kept).
    """

    def watch(name: str) -> Callable[[int, int], None] | None:
        return None if told is None else lambda done, total: told(name, done, total)

    with made_smaller(source, out, mixture, threads=threads, watch=watch("quantise")) as (quantised, whole):
        texts: Sequence[str | Prompted] = [text] if text is not None else []
        if trial is not None and not texts:
            texts = wanted_answers(whole, trial.task)
        if not texts and trial is None:
            return Loss(quantised)
        before = after = ratio = None
        if texts:
            old = surprises(whole, texts, threads=threads, watch=watch("perplexity"))
            new = surprises(out, texts, threads=threads, watch=watch("perplexity"))
            before, after, ratio = perplexity(old), perplexity(new), change(old, new)
        return Loss(quantised, before, after, ratio, None if trial is None else _compared(trial, whole, out))


def wanted_answers(model: Path, task: Task) -> list[Prompted]:
    """Each target after its prompt, in the model's own chat template. Raises: ModelError, TaskError."""
    wanted = [(example, example.target) for example in task.examples if example.target]
    if not wanted:
        return []
    settings = Settings(values=dict(task.settings().values))
    key = secrets.token_urlsafe(24)
    with closing(Engine(model, EngineOptions("model", key))) as engine:
        made = []
        for example, target in wanted:
            turns: list[JsonValue] = [
                {"role": m.role, "content": m.content} for m in render_messages(example, settings)
            ]
            told = ask(f"{engine.address}/apply-template", {"messages": turns}, api_key=key)
            made.append(Prompted(str((told or {}).get("prompt", "")), target))
    return made


def _compared(trial: Trial, whole: Path, out: Path) -> Result:
    return compare(
        trial.task,
        Endpoint(model=str(out)),
        a={**trial.settings, "model": str(out)},
        b={**trial.settings, "model": str(whole)},
        score=trial.score,
        budget=trial.budget,
        seed=trial.seed,
        store=trial.store,
        watch=trial.watch,
    )
