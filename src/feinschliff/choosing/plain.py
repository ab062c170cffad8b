"""Choices by the texts alone: a vote, the longest, the shortest, the best by a scorer that needs no target."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from feinschliff.records import Answer, Example
from feinschliff.scorers.protocol import Scorer
from feinschliff.text.normal import nfc

_ROUND = re.compile(r"^[\s\"'`*_(\[{]+|[\s\"'`*_)\]}.,;:!?]+$")
"""What stands around an answer without changing it."""


class Vote:
    """The most frequent answer (self-consistency: Wang 2023), compared without case, outer punctuation and repeated
    white space; of equally frequent ones the one that came first. For short answers: a number, a name, a class."""

    name = "vote"

    def choose(self, example: Example, answers: Sequence[Answer]) -> int:
        """The first answer that says what most say."""
        said = [normalised(answer.text) for answer in answers]
        counts = Counter(said)
        most = max(counts.values())
        return next(i for i, text in enumerate(said) if counts[text] == most)


class Longest:
    """The answer with the most characters; of equals the first."""

    name = "longest"

    def choose(self, example: Example, answers: Sequence[Answer]) -> int:
        """Its position."""
        sizes = [len(nfc(answer.text)) for answer in answers]
        return sizes.index(max(sizes))


class Shortest:
    """The answer with the fewest characters that says anything; of equals the first."""

    name = "shortest"

    def choose(self, example: Example, answers: Sequence[Answer]) -> int:
        """Its position."""
        sizes = [len(nfc(answer.text)) if answer.text.strip() else float("inf") for answer in answers]
        return sizes.index(min(sizes))


class ByScore:
    """The answer with the highest score of a scorer that needs no target; of equals the first."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer

    @property
    def name(self) -> str:
        """The scorer's."""
        return self._scorer.name

    def choose(self, example: Example, answers: Sequence[Answer]) -> int:
        """Its position; what has no score comes last."""
        scores = self._scorer.score([example] * len(answers), answers)
        values = [-1.0 if score.value is None else score.value for score in scores]
        return values.index(max(values))


def normalised(text: str) -> str:
    """A text as a vote counts it."""
    bare = " ".join(_ROUND.sub("", nfc(text)).casefold().split())
    return bare or text.strip()
