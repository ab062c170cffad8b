"""How near an answer's embedding is to its target's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from feinschliff.errors import ScorerError
from feinschliff.i18n import tr
from feinschliff.records import Answer, Example, Score
from feinschliff.scorers.protocol import Scorer, TextScorer, finite_score, unscored

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class NoVector:
    """Why a text has no vector."""

    reason: str
    transient: bool = False
    """True where another attempt may bring one: the budget has ended, the server did not answer."""


class Embedder(Protocol):
    """Turns texts into vectors of one length."""

    @property
    def name(self) -> str:
        """Model and revision; changes whenever the vectors do."""
        ...

    def embed(self, texts: Sequence[str]) -> list[Vector | NoVector]:
        """A vector per text, in order. Equal texts come once, empty ones never."""
        ...


class Embedding(TextScorer):
    """max(0, cosine) of the embeddings of answer and target, 0 to 1: 1 for the same direction, 0 for unrelated texts
    (and for the few whose cosine is negative).

    What "near" means is the model's: most know synonyms and order, many take a negated sentence for nearly the same,
    and unrelated texts seldom come below 0.1 to 0.3. An empty answer scores 0, an empty target is None.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    @property
    def name(self) -> str:
        """`embedding:MODEL@REVISION`."""
        return f"embedding:{self._embedder.name}"

    def score_texts(self, answers: Sequence[str], targets: Sequence[str]) -> list[Score]:
        """The cosines."""
        wanted = dict.fromkeys(text for text in (*targets, *answers) if text.strip())
        vectors = dict(zip(wanted, self._embedder.embed(list(wanted)), strict=True))
        return [_score(vectors, answer, target) for answer, target in zip(answers, targets, strict=True)]


class EndpointEmbedding:
    """`Embedding` by an endpoint that is not known yet: the run lends one, see `lend`."""

    name = "embedding"
    needs_target = True
    wants_embedder = True

    def with_embedder(self, embedder: Embedder) -> Scorer:
        """The scorer that can score."""
        return Embedding(embedder)

    def score(self, examples: Sequence[Example], answers: Sequence[Answer]) -> list[Score]:
        """Raises: ScorerError, always."""
        raise ScorerError(
            tr("'embedding' needs an endpoint, or a model"),
            asked="embedding",
            found=tr("neither"),
            mend=tr("use it in a run, or write {example}", example="embedding:MODEL"),
        )


def wants_embedder(scorer: object) -> bool:
    """Whether a scorer can do nothing before it is lent an embedder."""
    return bool(getattr(scorer, "wants_embedder", False))


def lend(scorer: Scorer, embedder: Embedder) -> Scorer:
    """The scorer with this embedder where it wants one, else the scorer as it is."""
    if not wants_embedder(scorer):
        return scorer
    lent: Scorer = scorer.with_embedder(embedder)  # type: ignore[attr-defined]
    return lent


def _score(vectors: dict[str, Vector | NoVector], answer: str, target: str) -> Score:
    if not target.strip():
        return unscored("the target is empty")
    if not answer.strip():
        return Score(value=0.0)
    a, b = vectors[answer], vectors[target]
    for vector in (a, b):
        if isinstance(vector, NoVector):
            return unscored(vector.reason, transient=vector.transient)
    assert not isinstance(a, NoVector)
    assert not isinstance(b, NoVector)
    return finite_score(_cosine(a, b))


def _cosine(a: Vector, b: Vector) -> float:
    """max(0, cosine), in double precision; 0 where one of them is all zeros."""
    x, y = a.astype(np.float64), b.astype(np.float64)
    length = float(np.sqrt(x @ x) * np.sqrt(y @ y))
    return min(1.0, max(0.0, float(x @ y) / length)) if length else 0.0
