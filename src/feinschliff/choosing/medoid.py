"""The answer in the middle: the one that is most like the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from feinschliff.records import Answer, Example
from feinschliff.scorers.embedding import MakeEmbedder, embedder_places, lend, wants_embedder
from feinschliff.scorers.nearness import Matrix, nearness
from feinschliff.scorers.protocol import Scorer, scoring_costs
from feinschliff.scorers.tfidf import TfidfSimilarity
from feinschliff.text.normal import nfc


class Near(Protocol):
    """Compares the texts of groups with each other."""

    @property
    def name(self) -> str:
        """As it is written."""
        ...

    def matrices(self, groups: Sequence[Sequence[str]]) -> list[Matrix | None]:
        """See `scorers.nearness.nearness`."""
        ...


class ByScorer:
    """By a scorer's comparison of an answer with a target, in both directions."""

    def __init__(self, measure: Scorer) -> None:
        self.measure = measure
        self.name = measure.name

    def matrices(self, groups: Sequence[Sequence[str]]) -> list[Matrix | None]:
        """One matrix a group."""
        return nearness(self.measure, groups)


class ByTfidf:
    """By the cosine of TF-IDF vectors, fitted on the answers themselves: the task's targets are not seen."""

    name = "tfidf"

    def matrices(self, groups: Sequence[Sequence[str]]) -> list[Matrix | None]:
        """One matrix a group."""
        return [nearness(TfidfSimilarity(texts), [texts])[0] for texts in groups]


class Medoid:
    """The answer with the highest mean similarity to the others; of equals the first.

    It is the minimum-Bayes-risk answer where the similarity is the gain (Kumar and Byrne 2004; Eikema and Aziz 2020):
    what most samples agree on, while a slip of one sample has no company.
    """

    def __init__(self, near: Near) -> None:
        self._near = near
        measure = near.measure if isinstance(near, ByScorer) else None
        self.wants_embedder = wants_embedder(measure)
        self.places = embedder_places(measure)
        self.costs = scoring_costs(measure)

    @property
    def name(self) -> str:
        """`medoid:similarity`, `medoid:chrf`, ..."""
        return f"medoid:{self._near.name}"

    def choose(self, example: Example, answers: Sequence[Answer]) -> int | None:
        """The position of the medoid."""
        return self.choose_many([example], [answers])[0]

    def choose_many(self, examples: Sequence[Example], groups: Sequence[Sequence[Answer]]) -> list[int | None]:
        """The medoids of all groups, their texts compared in one go."""
        texts = [[nfc(answer.text) for answer in answers] for answers in groups]
        return [None if matrix is None else _middle(matrix) for matrix in self._near.matrices(texts)]

    def with_embedder(self, make: MakeEmbedder) -> Medoid:
        """The same, its measure lent what it wants; see `scorers.embedding.lend`."""
        assert isinstance(self._near, ByScorer)
        return Medoid(ByScorer(lend(self._near.measure, make)))


def _middle(matrix: Matrix) -> int:
    # Rounded: sums of the same numbers in another order must not decide between equals.
    totals = [round(sum(row), 9) for row in matrix]
    return totals.index(max(totals))
