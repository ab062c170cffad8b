"""Scores of several answers to one request together: how different they are, and what the user's own function says."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Protocol, runtime_checkable

from feinschliff.errors import ScorerError
from feinschliff.i18n import tr
from feinschliff.records import Answer, Example, Score
from feinschliff.scorers.functions import FunctionBacked
from feinschliff.scorers.nearness import nearness
from feinschliff.scorers.protocol import Scorer, finite_score, needs_target, scorer_notes, scoring_costs, unscored
from feinschliff.scorers.text import Similarity
from feinschliff.text.normal import nfc

LEAST_ANSWERS = 2
"""With fewer there is nothing to score together."""

GroupFunctionType = Callable[[list[str], str | None, dict[str, Any]], float | None]


@runtime_checkable
class GroupScorer(Protocol):
    """Turns several answers to one request into one number; otherwise the law of `Scorer` holds."""

    @property
    def name(self) -> str:
        """See `Scorer.name`."""
        ...

    def score_groups(self, examples: Sequence[Example], groups: Sequence[Sequence[Answer]]) -> list[Score]:
        """One score per (example, answers), in order; each group has two answers at least, none with a `failure`."""
        ...


class OneGroupScorer(ABC):
    """A scorer that looks at one group at a time. As a `Scorer` of single answers it only says that it is none."""

    is_group: ClassVar[bool] = True
    needs_target: ClassVar[bool] = False

    @property
    @abstractmethod
    def name(self) -> str:
        """See `Scorer.name`."""

    @abstractmethod
    def score_group(self, example: Example, answers: Sequence[Answer]) -> Score:
        """The score of two answers or more."""

    def score_groups(self, examples: Sequence[Example], groups: Sequence[Sequence[Answer]]) -> list[Score]:
        """One score per group, in order."""
        return [self.score_group(example, answers) for example, answers in zip(examples, groups, strict=True)]

    def score(self, examples: Sequence[Example], answers: Sequence[Answer]) -> list[Score]:
        """Raises: ScorerError, always."""
        raise only_in_groups(self.name)


class Diversity(OneGroupScorer):
    """1 - mean similarity of the pairs among n answers to one request, 0 to 1: 0 where all are equal, 1 where no two
    share a character.

    Similarity is that of the scorer `similarity`, in both directions. Alone it is highest for nonsense: it belongs
    into a sum with a scorer of quality.
    """

    name = "diversity"

    def __init__(self) -> None:
        self._measure = Similarity()

    def score_group(self, example: Example, answers: Sequence[Answer]) -> Score:
        """One less the mean over all pairs."""
        (matrix,) = nearness(self._measure, [[nfc(answer.text) for answer in answers]])
        assert matrix is not None
        pairs = [near for i, row in enumerate(matrix) for near in row[i + 1 :]]
        return finite_score(1 - math.fsum(pairs) / len(pairs))


class Distinct(OneGroupScorer):
    """Share of different texts among n answers to one request, 1 / n to 1, compared without case and repeated white
    space."""

    name = "distinct"

    def score_group(self, example: Example, answers: Sequence[Answer]) -> Score:
        """Different texts / all."""
        texts = {" ".join(nfc(answer.text).casefold().split()) for answer in answers}
        return finite_score(len(texts) / len(answers))


class GroupFunction(FunctionBacked, OneGroupScorer):
    """Calls `f(answers: list[str], target: str | None, row: dict) -> float | None` for each group, of a function that
    is marked by an attribute `group = True`; otherwise as `FunctionScorer`."""

    def score_group(self, example: Example, answers: Sequence[Answer]) -> Score:
        """What the function says."""
        return self._call([nfc(a.text) for a in answers], example)


class ForeignGroup:
    """The user's own group scorer, as a scorer that says what it is."""

    is_group = True

    def __init__(self, scorer: GroupScorer) -> None:
        self._scorer = scorer
        self.name = scorer.name
        self.needs_target = needs_target(scorer)
        self.costs = scoring_costs(scorer)

    def score_groups(self, examples: Sequence[Example], groups: Sequence[Sequence[Answer]]) -> list[Score]:
        """One score per group, in order."""
        return self._scorer.score_groups(examples, groups)

    def score(self, examples: Sequence[Example], answers: Sequence[Answer]) -> list[Score]:
        """Raises: ScorerError, always."""
        raise only_in_groups(self.name)

    def notes(self, examples: Sequence[Example]) -> list[str]:
        """What the scorer has to say; see `scorer_notes`."""
        return scorer_notes(self._scorer, examples)


def as_group(thing: Any) -> Scorer:
    """An object with `score_groups` as a scorer."""
    return thing if is_group(thing) else ForeignGroup(thing)


def is_group(scorer: object) -> bool:
    """Whether a scorer scores several answers to one request together, and single ones not at all."""
    return bool(getattr(scorer, "is_group", False))


def score_groups(scorer: Scorer, examples: Sequence[Example], groups: Sequence[Sequence[Answer]]) -> list[Score]:
    """One score per group of answers, in order; of a scorer of single answers, the mean over each group."""
    if is_group(scorer):
        made: list[Score] = scorer.score_groups(examples, groups)  # type: ignore[attr-defined]
        return made
    flat = [(example, answer) for example, answers in zip(examples, groups, strict=True) for answer in answers]
    scores = iter(scorer.score([example for example, _ in flat], [answer for _, answer in flat]))
    return [mean_score([next(scores) for _ in answers]) for answers in groups]


def mean_score(scores: Sequence[Score]) -> Score:
    """Mean over answers to one request, as far as they have a score; None with fewer than two of them."""
    passing = next((score for score in scores if score.transient), None)
    if passing is not None:
        return passing
    values = [score.value for score in scores if score.value is not None]
    if len(values) < LEAST_ANSWERS:
        reason = next((score.reason for score in scores if score.value is None), None)
        return unscored(reason or "fewer than two answers have a score")
    parts = {name: _mean([score.parts.get(name) for score in scores]) for name in scores[0].parts}
    return Score(value=math.fsum(values) / len(values), parts=parts)


def only_in_groups(name: str) -> ScorerError:
    """The error where single answers are to be scored."""
    return ScorerError(
        tr("'{name}' scores several answers to one request together", name=name),
        asked=name,
        found=tr("one answer"),
        mend=tr("use it in fein tune or fein compare, with {example}", example="-p n=4"),
    )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else None
