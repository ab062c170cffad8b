"""The tasks: one with short answers, and one whose answers end after 30 and after 60 tokens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from benchmarks.tuning import scores
from benchmarks.tuning.tasks import TASKS, TuningTask
from feinschliff.endpoints.protocol import Reply
from feinschliff.records import Example

EXAMPLES = 60
"""Of the task's search part; a pool and the brute force are about the same ones."""

_CHARACTERS_PER_TOKEN = 3.3
"""Of the long posts; only says how much of a post an opening is."""


@dataclass(frozen=True)
class ReplayTask:
    """Answers to collect, and what is measured on them."""

    tuning: TuningTask
    """Model, messages, examples and space."""
    max_tokens: int
    scores: Mapping[str, tuple[int | None, Callable[[str, str, Example], float]]]
    """By name of the measured task: the limit that its answers are cut to, and (answer, wanted, example) -> score."""

    @property
    def examples(self) -> list[Example]:
        """What is asked."""
        return self.tuning.search[:EXAMPLES]


@dataclass(frozen=True)
class Kept:
    """One answer as the file holds it."""

    setting: int
    example: int
    reply: Reply


def _similarity(text: str, target: str, example: Example) -> float:
    return scores.similarity([text], target, example.row, "")


def _words(text: str, target: str, example: Example) -> float:
    return scores.words_and_length([text], target, example.row, "")


def _opening(tokens: int) -> Callable[[str, str, Example], float]:
    def score(text: str, target: str, example: Example) -> float:
        return scores.unrepeated([text], target[: int(tokens * _CHARACTERS_PER_TOKEN)], example.row, "")

    return score


REPLAY_TASKS: Mapping[str, ReplayTask] = MappingProxyType(
    {
        "lines": ReplayTask(TASKS["subjects"], 32, {"subjects": (None, _similarity), "words": (None, _words)}),
        "openings": ReplayTask(
            TASKS["posts"], 60, {"opening-30": (30, _opening(30)), "opening-60": (60, _opening(60))}
        ),
    }
)
