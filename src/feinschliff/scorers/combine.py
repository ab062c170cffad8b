"""Weighted sums of scorers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from feinschliff.errors import ScorerError
from feinschliff.i18n import tr
from feinschliff.records import Answer, Example, Score
from feinschliff.scorers.embedding import MakeEmbedder, embedder_places, lend, wants_embedder
from feinschliff.scorers.group import is_group, only_in_groups, score_groups
from feinschliff.scorers.protocol import Scorer, check_lengths, needs_target, scorer_notes, scoring_costs, unscored


class Combined:
    """Sum of weight * part, weights positive and normalised to sum 1, so that parts from 0 to 1 give a sum from 0 to 1.

    A part that is None makes the whole None: a sum over the rest would be on another scale. Parts are kept in
    `Score.parts`.
    """

    def __init__(self, parts: Sequence[tuple[Scorer, float]]) -> None:
        """Raises: ScorerError for no part, a weight that is not a positive finite number, or a part named twice."""
        if not parts:
            raise ScorerError(tr("a weighted sum needs at least one scorer"), mend=tr("name one, as in similarity=1"))
        for scorer, weight in parts:
            if isinstance(weight, bool) or not (math.isfinite(weight) and weight > 0):
                raise ScorerError(
                    tr("the weight of '{name}' must be a positive number", name=scorer.name),
                    asked=f"{scorer.name}={weight}",
                    found=str(weight),
                    mend=tr("leave the scorer out, or give it a weight above 0 (weights are divided by their sum)"),
                )
        names = [scorer.name for scorer, _ in parts]
        if len(set(names)) < len(names):
            raise ScorerError(
                tr("a scorer stands in the sum twice"), found=", ".join(names), mend=tr("add its weights up")
            )
        total = math.fsum(weight for _, weight in parts)
        # In the order of their names: the order in which the user wrote them changes neither name nor rounding.
        self.parts = tuple(sorted(((s, weight / total) for s, weight in parts), key=lambda part: part[0].name))
        self.needs_target = any(needs_target(scorer) for scorer, _ in self.parts)
        self.wants_embedder = any(wants_embedder(scorer) for scorer, _ in self.parts)
        self.places = tuple(place for scorer, _ in self.parts for place in embedder_places(scorer))
        self.costs = any(scoring_costs(scorer) for scorer, _ in self.parts)
        self.is_group = any(is_group(scorer) for scorer, _ in self.parts)

    @property
    def name(self) -> str:
        """All parts with their normalised weights, as `sum(chrf*0.25,similarity*0.75)`."""
        return "sum(" + ",".join(f"{scorer.name}*{weight:.12g}" for scorer, weight in self.parts) + ")"

    def score(self, examples: Sequence[Example], answers: Sequence[Answer]) -> list[Score]:
        """The weighted sums, in order; the parts under their scorers' names."""
        check_lengths(examples, answers)
        if self.is_group:
            raise only_in_groups(self.name)
        columns = [scorer.score(examples, answers) for scorer, _ in self.parts]
        return [self._sum([column[i] for column in columns]) for i in range(len(answers))]

    def score_groups(self, examples: Sequence[Example], groups: Sequence[Sequence[Answer]]) -> list[Score]:
        """The weighted sums of several answers each; of a part that scores one answer, the mean."""
        columns = [score_groups(scorer, examples, groups) for scorer, _ in self.parts]
        return [self._sum([column[i] for column in columns]) for i in range(len(groups))]

    def with_embedder(self, make: MakeEmbedder) -> Scorer:
        """The same sum, its parts lent what they want; see `embedding.lend`."""
        return Combined([(lend(scorer, make), weight) for scorer, weight in self.parts])

    def notes(self, examples: Sequence[Example]) -> list[str]:
        """What the parts have to say; see `scorer_notes`."""
        return [note for scorer, _ in self.parts for note in scorer_notes(scorer, examples)]

    def _sum(self, scores: list[Score]) -> Score:
        parts = {scorer.name: score.value for (scorer, _), score in zip(self.parts, scores, strict=True)}
        for (scorer, _), score in zip(self.parts, scores, strict=True):
            if score.value is None:
                reason = f"{scorer.name}: {score.reason or 'not scored'}"
                return unscored(reason, transient=score.transient).model_copy(update={"parts": parts})
        value = math.fsum(weight * (score.value or 0.0) for (_, weight), score in zip(self.parts, scores, strict=True))
        return Score(value=value, parts=parts)
