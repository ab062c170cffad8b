"""Scores of stored answers: the second pass, which costs no tokens and is kept as well."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence

from feinschliff.errors import FeinschliffError, RunError
from feinschliff.i18n import tr
from feinschliff.records import Answer, Example, Score, canonical_json, digest
from feinschliff.scorers.group import score_groups
from feinschliff.scorers.protocol import Scorer
from feinschliff.store import Store

_ROUNDING = 1e-9

_LOG = logging.getLogger(__name__)


def score_answers(
    scorer: Scorer, examples: Sequence[Example], answers: Sequence[Answer], *, store: Store | None
) -> list[Score]:
    """One score per pair, in order; those in the store are taken from there, new ones are kept.

    `store=None` scores without keeping.
    """
    if store is None:
        return _checked(scorer, examples, answers)
    prints = [example_fingerprint(example) for example in examples]
    known = store.get_scores(scorer.name, [answer.key for answer in answers])
    missing = [i for i, a in enumerate(answers) if (a.key, prints[i]) not in known]
    if missing:
        fresh = _checked(scorer, [examples[i] for i in missing], [answers[i] for i in missing])
        new = [(answers[i].key, prints[i], score) for i, score in zip(missing, fresh, strict=True)]
        store.put_scores(scorer.name, [row for row in new if not row[2].transient])
        known |= {(key, fingerprint): score for key, fingerprint, score in new}
    return [known[(a.key, p)] for a, p in zip(answers, prints, strict=True)]


def score_answer_groups(scorer: Scorer, examples: Sequence[Example], groups: Sequence[Sequence[Answer]]) -> list[Score]:
    """One score per group of answers, in order, of a scorer that scores them together; these are not kept."""
    scores = _held_to_protocol(scorer, lambda: score_groups(scorer, examples, groups), len(groups))
    for answers, score in zip(groups, scores, strict=True):
        _LOG.debug("score %s %s %s", answers[0].example, score.value, canonical_json(score.reason))
    return scores


def _checked(scorer: Scorer, examples: Sequence[Example], answers: Sequence[Answer]) -> list[Score]:
    scores = _held_to_protocol(scorer, lambda: scorer.score(examples, answers), len(answers))
    for answer, score in zip(answers, scores, strict=True):
        _LOG.debug("score %s %s %s", answer.example, score.value, canonical_json(score.reason))
    return scores


def _held_to_protocol(scorer: Scorer, scores_of: Callable[[], list[Score]], wanted: int) -> list[Score]:
    """The scorer's word, held to the protocol: foreign scorers come through here as well."""
    try:
        scores = scores_of()
    except FeinschliffError:
        raise
    except (Exception, SystemExit) as error:
        raise RunError(
            tr(
                "the scorer '{name}' failed: {kind}: {error}",
                name=scorer.name,
                kind=type(error).__name__,
                error=str(error)[:200],
            ),
            mend=tr("correct the scorer and run the same again; the answers are kept"),
        ) from error
    if len(scores) != wanted:
        raise RunError(
            tr(
                "the scorer '{name}' gave {n_scores} scores for {n_answers} answers",
                name=scorer.name,
                n_scores=len(scores),
                n_answers=wanted,
            ),
            mend=tr("a scorer returns one score per answer, in order"),
        )
    return [_in_range(score) for score in scores]


def _in_range(score: Score) -> Score:
    if score.value is None:
        return score
    if not math.isfinite(score.value):
        return Score(value=None, reason=f"the scorer gave {score.value}")
    if not -_ROUNDING <= score.value <= 1 + _ROUNDING:
        return Score(value=None, reason=f"the scorer gave {score.value:g}, which is not within 0 to 1")
    return score


def example_fingerprint(example: Example) -> str:
    """What a score depends on beside the answer: the row and its target."""
    return digest([example.target, example.row, example.id])[:32]
