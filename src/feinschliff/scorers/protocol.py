"""What a scorer is, and the base that ours share."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Protocol, runtime_checkable

from feinschliff.records import Answer, Example, Score


@runtime_checkable
class Scorer(Protocol):
    """Turns answers into numbers.

    Law: same length and order as the input; higher is better, 0 to 1 where the measure allows; the score of one pair
    never depends on the rest of the batch; what cannot be scored is `Score(value=None, reason=...)`, never 0 and
    never NaN.
    """

    @property
    def name(self) -> str:
        """Changes whenever the meaning of the number changes: stored scores are found again by it."""
        ...

    def score(self, examples: Sequence[Example], answers: Sequence[Answer]) -> list[Score]:
        """One score per (example, answer), in order."""
        ...


class PairScorer(ABC):
    """A scorer that looks at one pair at a time, so that the law holds by construction.

    An answer with a `failure` is None; an empty text is an answer, and gets what the measure says.
    """

    needs_target: ClassVar[bool] = True
    """Whether an example without a target is None."""

    @property
    @abstractmethod
    def name(self) -> str:
        """See `Scorer.name`."""

    @abstractmethod
    def score_pair(self, example: Example, answer: Answer) -> Score:
        """The score of an answer that arrived; the target is there where `needs_target` says so."""

    def score(self, examples: Sequence[Example], answers: Sequence[Answer]) -> list[Score]:
        """One score per pair, in order. Raises: ValueError for lists of different length."""
        check_lengths(examples, answers)
        return [self._score(example, answer) for example, answer in zip(examples, answers, strict=True)]

    def _score(self, example: Example, answer: Answer) -> Score:
        if answer.failure is not None:
            return unscored(f"no answer: {answer.failure}")
        if self.needs_target and example.target is None:
            return unscored("the example has no target")
        return self.score_pair(example, answer)


def needs_target(scorer: object) -> bool:
    """Whether a scorer can do nothing without targets; a foreign object that does not say is taken to need none."""
    return bool(getattr(scorer, "needs_target", False))


def unscored(reason: str) -> Score:
    """A score that is none, and why."""
    return Score(value=None, reason=reason)


def finite_score(value: float) -> Score:
    """The value, or None with a reason where it is NaN or infinite."""
    return Score(value=value) if math.isfinite(value) else unscored(f"the measure gave {value}")


def check_lengths(examples: Sequence[Example], answers: Sequence[Answer]) -> None:
    """Raises: ValueError unless there is one answer per example."""
    if len(examples) != len(answers):
        raise ValueError(f"{len(examples)} examples and {len(answers)} answers: one each is needed")
