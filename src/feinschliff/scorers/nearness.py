"""How near texts are to each other, by a scorer that compares an answer with a target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from feinschliff.records import Answer, Example, Score
from feinschliff.scorers.protocol import Scorer

Matrix: TypeAlias = list[list[float]]
"""Symmetric, 1 on the diagonal."""


def nearness(measure: Scorer, groups: Sequence[Sequence[str]]) -> list[Matrix | None]:
    """For each group how near each of its texts is to each other: the mean of both directions, 0 to 1.

    Equal texts are 1 apart from all measures; what cannot be compared counts as 0. None for a group of which a
    comparison has failed for the time being (a limit has ended).
    """
    pairs: dict[tuple[str, str], None] = {}
    for texts in groups:
        different = list(dict.fromkeys(texts))
        pairs.update({(a, b): None for a in different for b in different if a != b})
    answers = [Answer.model_construct(key="", example="", repeat=0, text=a, failure=None) for a, _ in pairs]
    examples = [Example.model_construct(id="", row={}, target=b, messages=()) for _, b in pairs]
    scores = dict(zip(pairs, measure.score(examples, answers) if pairs else [], strict=True))
    return [_matrix(texts, scores) for texts in groups]


def _matrix(texts: Sequence[str], scores: dict[tuple[str, str], Score]) -> Matrix | None:
    mine = [scores[a, b] for a in set(texts) for b in set(texts) if a != b]
    if any(score.transient for score in mine):
        return None

    def near(a: str, b: str) -> float:
        return 1.0 if a == b else ((scores[a, b].value or 0.0) + (scores[b, a].value or 0.0)) / 2

    return [[near(a, b) for b in texts] for a in texts]
