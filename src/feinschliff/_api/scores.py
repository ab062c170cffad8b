"""`score`: scores of answers that are there already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from feinschliff._api.common import ScoreSpec, opened, where
from feinschliff.build import Connection, Endpoint, connect, lent_scorer, scorer_endpoint
from feinschliff.errors import DataError, InputError
from feinschliff.generation import Caps
from feinschliff.i18n import tr
from feinschliff.i18n.stored import stored
from feinschliff.measure import score_answers
from feinschliff.records import Answer, Example, Score, digest
from feinschliff.scorers import Scorer, make_scorer, needs_target
from feinschliff.scorers.embedding import wants_embedder
from feinschliff.scorers.protocol import scorer_notes
from feinschliff.store import Store, find_run, get_run, remove_run, run_lock, start_run
from feinschliff.tuning import keeping_track, spent_document

_REASONS = 3
"""Reasons that are told."""


@dataclass(frozen=True)
class Scored:
    """What came of scoring."""

    scores: list[Score]
    notes: list[str]
    """What the scorer has to say about itself, as stored sentences."""
    run: str | None = None
    """Id of the run that paid for the scorer's requests; None where it made none."""
    spent: dict[str, Any] = field(default_factory=dict)


def score(
    examples: Sequence[Example],
    answers: Sequence[Answer],
    *,
    score: ScoreSpec,
    targets: Sequence[str] | None = None,
    endpoint: Endpoint | None = None,
    store: Store | str | Path | None = None,
) -> list[Score]:
    """One score per answer; answers and examples are matched by position, or by id where there are more answers.

    Args:
        targets: corpus that `tfidf` is fitted on; the examples' own targets if None.
        endpoint: where `embedding` gets its vectors; the embedded house model if None.
        store: where these are kept; nothing is stored for other scorers.

    Raises: ScorerError for an unknown scorer, DataError where an answer belongs to no example; with `embedding` as
        `generate`.
    """
    return scored(examples, answers, score=score, targets=targets, endpoint=endpoint, store=store).scores


def scored(
    examples: Sequence[Example],
    answers: Sequence[Answer],
    *,
    score: ScoreSpec,
    targets: Sequence[str] | None = None,
    endpoint: Endpoint | None = None,
    store: Store | str | Path | None = None,
) -> Scored:
    """As `score`, with what the scorer says of itself and what it has cost."""
    matched = _matched(examples, answers)
    corpus = [e.target for e in matched if e.target is not None] if targets is None else list(targets)
    scorer = make_scorer(score, targets=corpus)
    if needs_target(scorer) and not any(e.target for e in matched):
        raise DataError(
            tr("the scorer '{name}' compares with a target, and there is none", name=scorer.name),
            asked=tr("a target"),
            mend=tr("name the column of the targets, or use a scorer that needs none"),
        )
    if not wants_embedder(scorer):
        scores = score_answers(scorer, matched, answers, store=None)
        return Scored(scores, [*scorer_notes(scorer, matched), *_unscored(scores)])
    with opened(store) as db, connect(scorer_endpoint(scorer, endpoint)) as link:
        return _paid(scorer, matched, answers, link, db)


def _unscored(scores: Sequence[Score]) -> list[str]:
    """Sentences about what could not be scored and why, the most frequent reasons first."""
    reasons = Counter(score.reason or "no reason is given" for score in scores if score.value is None)
    none = [stored("No answer could be scored.")] if scores and reasons.total() == len(scores) else []
    first = [
        stored("{n} of {all} answers could not be scored: {reason}", n=n, all=len(scores), reason=reason)
        for reason, n in reasons.most_common(_REASONS)
    ]
    rest = reasons.total() - sum(n for _, n in reasons.most_common(_REASONS))
    more = [stored("{n} further answers could not be scored, for other reasons.", n=rest)] if rest else []
    return [*none, *first, *more]


def _matched(examples: Sequence[Example], answers: Sequence[Answer]) -> Sequence[Example]:
    if len(examples) == len(answers):
        return examples
    by_id = {example.id: example for example in examples}
    strangers = [answer.example for answer in answers if answer.example not in by_id]
    if strangers:
        raise DataError(
            tr("an answer belongs to no example: {id}", id=strangers[0]),
            mend=tr("give the examples it was made for"),
        )
    return [by_id[answer.example] for answer in answers]


def _paid(
    scorer: Scorer, examples: Sequence[Example], answers: Sequence[Answer], link: Connection, db: Store
) -> Scored:
    """Scores that take requests: on the account of a run, so that the same call later pays for nothing twice."""
    pairs = digest([[e.target, a.text, a.failure] for e, a in zip(examples, answers, strict=True)])
    spec = {"kind": "score", **where(link), "scorer": scorer.name, "pairs": pairs}
    is_new = find_run(db, spec) is None
    run = start_run(db, spec, kind="score")
    payer = link.payer(db, run, caps=Caps(), seed=0)
    try:
        with run_lock(db, run.id), keeping_track(run, payer) as clock, lent_scorer(scorer, link, payer) as ready:
            scores = score_answers(ready, examples, answers, store=None)
            clock.note(status="done")
    except InputError:
        if is_new and not db.spent(run.id).requests:
            remove_run(db, run.id)  # a place that is not there: nothing was begun
        raise
    spent = spent_document(db.spent(run.id), payer.budget.prices, get_run(db, run.id).seconds)
    return Scored(scores, [*scorer_notes(ready, examples), *_unscored(scores)], run.id, spent)
