"""TF-IDF cosine between an answer and its target."""

from __future__ import annotations

from collections.abc import Sequence

from feinschliff.errors import ScorerError
from feinschliff.i18n import tr
from feinschliff.records import Score
from feinschliff.scorers.protocol import SharedScores, TextScorer, unscored
from feinschliff.text.tfidf import Tfidf


class TfidfSimilarity(TextScorer):
    """Cosine of TF-IDF vectors (see `text.tfidf`), 0 to 1, fitted once on the task's targets and never on a batch of
    answers.

    It sees words, not their order, and knows no synonyms: stuffing keywords pays, and a negated sentence stays close
    to the right one although negations are kept. So it belongs into a sum with another scorer. A target without
    content words is None.
    """

    def __init__(self, targets: Sequence[str]) -> None:
        """Raises: ScorerError without targets."""
        if not targets:
            raise ScorerError(
                tr("'tfidf' is fitted on the targets, and there are none"),
                asked="tfidf",
                found=tr("no targets"),
                mend=tr("name a target column, or use a scorer that needs no target"),
            )
        self._model = Tfidf.fit(targets)

    @property
    def name(self) -> str:
        """With a fingerprint of the targets that it was fitted on: other targets give other numbers."""
        return f"tfidf@{self._model.fingerprint()}"

    def score_texts(self, answers: Sequence[str], targets: Sequence[str]) -> list[Score]:
        """The cosines."""
        made = SharedScores()
        cosines = self._model.cosines(answers, targets)
        return [unscored("the target has no content words") if value is None else made[value] for value in cosines]
