"""How near an answer's embedding is to its target's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from feinschliff.errors import ScorerError
from feinschliff.i18n import tr
from feinschliff.records import Answer, Example, Score
from feinschliff.scorers.protocol import Scorer, TextScorer, finite_score, scoring_costs, unscored
from feinschliff.text.vectors import NoVector, Vector, near

KEY_VARIABLE = "FEIN_SCORER_KEY"
"""Environment variable with the key for a URL of its own."""


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
        self.costs = scoring_costs(embedder)

    @property
    def name(self) -> str:
        """`embedding:MODEL@REVISION`."""
        return f"embedding:{self._embedder.name}"

    def score_texts(self, answers: Sequence[str], targets: Sequence[str]) -> list[Score]:
        """The cosines."""
        wanted = dict.fromkeys(text for text in (*targets, *answers) if text.strip())
        vectors = dict(zip(wanted, self._embedder.embed(list(wanted)), strict=True))
        return [_score(vectors, answer, target) for answer, target in zip(answers, targets, strict=True)]


@dataclass(frozen=True)
class Place:
    """Where the embeddings are to come from."""

    url: str | None = None
    """Base URL; None: the run's own endpoint."""
    model: str | None = None
    """None: the run's own model, or the only one at the URL."""

    def __str__(self) -> str:
        """As it is written behind `embedding`: `@MODEL`, `@URL`, `@URL#MODEL`, or nothing."""
        written = "#".join(part for part in (self.url, self.model) if part)
        return f"@{written}" if written else ""


class EndpointEmbedding:
    """`Embedding` by an endpoint that is not open yet: the run lends it, see `lend`."""

    needs_target = True
    wants_embedder = True
    costs = True

    def __init__(self, place: Place | None = None) -> None:
        self._place = place or Place()
        self.places = (self._place,)

    @property
    def name(self) -> str:
        """`embedding`, `embedding@MODEL`, `embedding@URL#MODEL`."""
        return f"embedding{self._place}"

    def with_embedder(self, make: MakeEmbedder) -> Scorer:
        """The scorer that can score."""
        return Embedding(make(self._place))

    def score(self, examples: Sequence[Example], answers: Sequence[Answer]) -> list[Score]:
        """Raises: ScorerError, always."""
        raise ScorerError(
            tr("'{name}' needs an endpoint, or a model", name=self.name),
            asked=self.name,
            found=tr("neither"),
            mend=tr("use it in a run, or write {example}", example="embedding:MODEL"),
        )


MakeEmbedder = Callable[[Place], Embedder]


def wants_embedder(scorer: object) -> bool:
    """Whether a scorer can do nothing before it is lent an embedder."""
    return bool(getattr(scorer, "wants_embedder", False))


def embedder_places(scorer: object) -> tuple[Place, ...]:
    """Where a scorer that wants embedders has them from."""
    return tuple(getattr(scorer, "places", ()))


def lend(scorer: Scorer, make: MakeEmbedder) -> Scorer:
    """The scorer with an embedder where it wants one, else the scorer as it is."""
    if not wants_embedder(scorer):
        return scorer
    lent: Scorer = scorer.with_embedder(make)  # type: ignore[attr-defined]
    return lent


def _score(vectors: dict[str, Vector | NoVector], answer: str, target: str) -> Score:
    if not target.strip():
        return unscored("the target is empty")
    if not answer.strip():
        return Score(value=0.0)
    a, b = vectors[answer], vectors[target]
    if isinstance(a, NoVector):
        return unscored(a.reason, transient=a.transient)
    if isinstance(b, NoVector):
        return unscored(b.reason, transient=b.transient)
    return finite_score(near(a, b))
