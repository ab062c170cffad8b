"""What a scorer is, and the base that ours share."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Protocol, runtime_checkable

from feinschliff.records import Answer, Example, Score
from feinschliff.text.normal import all_nfc

_CHUNK = 5000
"""Pairs at a time, so that a million of them need no more memory than their scores."""
_MOST_SHARED = 100_000


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


class TextScorer(ABC):
    """A scorer that compares many answers with their targets at once, for measures that are faster in batches.

    Each pair's score must still be its own. An answer with a `failure` and an example without a target are None.
    """

    needs_target: ClassVar[bool] = True

    @property
    @abstractmethod
    def name(self) -> str:
        """See `Scorer.name`."""

    @abstractmethod
    def score_texts(self, answers: Sequence[str], targets: Sequence[str]) -> list[Score]:
        """One score per pair of texts, in order; both are in NFC."""

    def score(self, examples: Sequence[Example], answers: Sequence[Answer]) -> list[Score]:
        """One score per pair, in order. Raises: ValueError for lists of different length."""
        check_lengths(examples, answers)
        scores: list[Score] = []
        for start in range(0, len(answers), _CHUNK):
            scores += self._score(examples[start : start + _CHUNK], answers[start : start + _CHUNK])
        return scores

    def _score(self, examples: Sequence[Example], answers: Sequence[Answer]) -> list[Score]:
        # Each record is looked at once: with a million of them, to fetch them from memory takes the most time.
        texts = [answer.text if answer.failure is None else None for answer in answers]
        targets = [example.target for example in examples]
        if None not in texts and None not in targets:
            return self.score_texts(all_nfc(texts), all_nfc(targets))  # type: ignore[arg-type]
        whole = [(text, target) for text, target in zip(texts, targets, strict=True) if None not in (text, target)]
        found = iter(self.score_texts(all_nfc([a or "" for a, _ in whole]), all_nfc([t or "" for _, t in whole])))
        return [
            unscored(f"no answer: {answer.failure}")
            if text is None
            else unscored("the example has no target")
            if target is None
            else next(found)
            for answer, text, target in zip(answers, texts, targets, strict=True)
        ]


class SharedScores(dict[float, Score]):
    """One record per value, since records are frozen: to make a million of them takes longer than to compute them."""

    def __missing__(self, value: float) -> Score:
        if len(self) >= _MOST_SHARED:
            self.clear()
        score = self[value] = finite_score(value)
        return score


def needs_target(scorer: object) -> bool:
    """Whether a scorer can do nothing without targets; a foreign object that does not say is taken to need none."""
    return bool(getattr(scorer, "needs_target", False))


def scoring_costs(scorer: object) -> bool:
    """Whether to score takes requests to a server, on the run's account."""
    return bool(getattr(scorer, "costs", False))


def scorer_notes(scorer: object, examples: Sequence[Example]) -> list[str]:
    """What a scorer has to say about itself on these examples: how far to trust it. Sentences as `i18n.stored` makes
    them.

    A scorer says it in a method `notes(examples)`; most have none.
    """
    notes = getattr(scorer, "notes", None)
    return [] if notes is None else list(notes(examples))


def unscored(reason: str, *, transient: bool = False) -> Score:
    """A score that is none, and why."""
    return Score(value=None, reason=reason, transient=transient)


def finite_score(value: float) -> Score:
    """The value, or None with a reason where it is NaN or infinite."""
    return Score(value=value) if math.isfinite(value) else unscored(f"the measure gave {value}")


def check_lengths(examples: Sequence[Example], answers: Sequence[Answer]) -> None:
    """Raises: ValueError unless there is one answer per example."""
    if len(examples) != len(answers):
        raise ValueError(f"{len(examples)} examples and {len(answers)} answers: one each is needed")
