"""What the report shows of a run beyond its result: one JSON document, kept with the run."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib import metadata
from typing import Any

from feinschliff.choosing import Choice
from feinschliff.datasets.split import Split
from feinschliff.datasets.task import Task
from feinschliff.endpoints.protocol import EMBEDDED
from feinschliff.generation import Payer, render_messages
from feinschliff.measure import Pair
from feinschliff.records import Answer, Score, Settings
from feinschliff.scorers.protocol import Scorer
from feinschliff.tuning.landscape import land
from feinschliff.tuning.notes import count_flags
from feinschliff.tuning.pareto import pareto
from feinschliff.tuning.replaying import replay_details
from feinschliff.tuning.search import Search
from feinschliff.tuning.several import equal_cost

_MOST_SAMPLES = 60


def run_details(
    *,
    task: Task,
    payer: Payer,
    scorer: Scorer,
    sampler: str,
    split: Split,
    search: Search,
    winner: Settings,
    baseline: Settings,
    pairs: Sequence[Pair],
    choice: Choice | None = None,
) -> dict[str, Any]:
    """Trials, the incumbent over answers, what is known of the space, held-out answers side by side, odd answers."""
    return {
        **task_details(
            task,
            split=split,
            payer=payer,
            scorer=scorer,
            choice=choice,
            pairs=pairs,
            best=winner,
            baseline=baseline,
        ),
        "sampler": sampler,
        "split": {"search": len(split.search), "held_out": len(split.held_out), "shared": split.shared},
        "space": search.state.space.to_dict(),
        "block": search.block,
        "replay": replay_details(search.state.replay, search.state.unreplayed),
        "trials": [
            {
                "settings": trial.settings.values,
                "origin": trial.origin,
                "round": trial.round,
                "mean": trial.mean,
                "stderr": trial.stderr,
                "n": len(trial.scores),
            }
            for trial in search.state.trials()
        ],
        "history": [
            {
                "round": step.round,
                "answers": step.answers,
                "mean": step.mean,
                "deviation": step.deviation,
                "settings": step.settings.values,
            }
            for step in search.history
        ],
        "pareto": pareto(search.state, winner, seed=search.seed),
        **land(search.state, winner, seed=search.seed, pairs=pairs),
        "search_flags": count_flags(search.answers),
    }


def task_details(
    task: Task,
    *,
    split: Split,
    payer: Payer,
    scorer: Scorer,
    pairs: Sequence[Pair],
    best: Settings,
    baseline: Settings,
    choice: Choice | None = None,
) -> dict[str, Any]:
    """What a search and a comparison have in common."""
    return {
        "task": {"name": task.name, "examples": len(task.examples), "system": task.system, "prompt": task.prompt},
        "endpoint": {
            "identity": payer.endpoint.identity,
            "backend": payer.endpoint.backend,
            "dialect": payer.endpoint.dialect(payer.model_of(best)),
            "model": payer.model_of(best),
        },
        "scorer": scorer.name,
        "seed": payer.seed,
        "versions": _made_with(payer.endpoint.identity),
        "scores": [[p.example.id, p.repeat, _value(p.best_score), _value(p.baseline_score)] for p in pairs],
        "samples": [_sample(pair, best) for pair in pairs[:_MOST_SAMPLES]],
        "best_flags": count_flags([answer for p in pairs for answer in p.best_answers]),
        "baseline_flags": count_flags([answer for p in pairs for answer in p.baseline_answers]),
        "several": equal_cost(
            pairs,
            best,
            baseline,
            scorer=scorer,
            choice=choice,
            store=payer.store,
            unit="repeats" if split.shared else "examples",
        ),
    }


def _sample(pair: Pair, best: Settings) -> dict[str, Any]:
    messages = render_messages(pair.example, best)
    return {
        "example": pair.example.id,
        "repeat": pair.repeat,
        "prompt": messages[-1].content,
        "target": pair.example.target,
        "best": _side(pair.best, pair.best_score, pair.best_answers),
        "baseline": _side(pair.baseline, pair.baseline_score, pair.baseline_answers),
    }


def _side(answer: Answer | None, score: Score | None, drawn: Sequence[Answer]) -> dict[str, Any] | None:
    if answer is None:
        return None
    return {
        "text": answer.text,
        "reasoning": answer.reasoning,
        "flags": list(answer.flags),
        "failure": answer.failure,
        "score": None if score is None else score.value,
        "reason": None if score is None else score.reason,
        "tokens": answer.completion_tokens,
        "latency_s": answer.latency_s,
        "first_token_s": answer.first_token_s,
        "tokens_per_s": answer.tokens_per_s,
        **({"others": [other.text for other in drawn if other is not answer]} if len(drawn) > 1 else {}),
    }


def _value(score: Score | None) -> float | None:
    return None if score is None else score.value


def _made_with(identity: str) -> dict[str, str]:
    """Versions that the answers may depend on; the engine's where it ran in this process."""
    packages = ["feinschliff", *(["xllamacpp"] if identity.startswith(EMBEDDED) else [])]
    return {**{name: metadata.version(name) for name in packages}, "Python": platform.python_version()}
