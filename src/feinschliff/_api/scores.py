"""`score`: scores of answers that are there already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from feinschliff._api.common import ScoreSpec, opened, where
from feinschliff.build import Connection, Endpoint, connect, lent_scorer
from feinschliff.errors import DataError
from feinschliff.generation import Caps
from feinschliff.i18n import tr
from feinschliff.measure import score_answers
from feinschliff.records import Answer, Example, Score, digest
from feinschliff.scorers import Scorer, make_scorer, needs_target
from feinschliff.scorers.embedding import wants_embedder
from feinschliff.scorers.protocol import scorer_notes
from feinschliff.store import Store, run_lock, start_run
from feinschliff.tuning import keeping_track


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
        return Scored(score_answers(scorer, matched, answers, store=None), scorer_notes(scorer, matched))
    with opened(store) as db, connect(endpoint or Endpoint()) as link:
        return _paid(scorer, matched, answers, link, db)


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
    run = start_run(db, {"kind": "score", **where(link), "scorer": scorer.name, "pairs": pairs}, kind="score")
    payer = link.payer(db, run, caps=Caps(), seed=0)
    with run_lock(db, run.id), keeping_track(run, payer) as clock, lent_scorer(scorer, link, payer) as ready:
        scores = score_answers(ready, examples, answers, store=None)
        clock.note(status="done")
    spent = db.spent(run.id)
    usd = payer.budget.prices.spent_usd(spent)
    return Scored(scores, scorer_notes(ready, examples), run.id, {**spent.to_dict(), "usd": usd})
