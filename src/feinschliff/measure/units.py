"""A unit of measurement: (example, settings, repeat) becomes n answers, one choice among them, and one score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from feinschliff.choosing import Choice, choose_all
from feinschliff.generation import Ask, Payer, generate
from feinschliff.measure.draws import draws
from feinschliff.measure.scoring import score_answer_groups, score_answers
from feinschliff.records import Answer, Score
from feinschliff.scorers.group import LEAST_ANSWERS, is_group, mean_score
from feinschliff.scorers.protocol import Scorer, unscored
from feinschliff.store import Store

_NO_TIME = "the budget ended before an answer could be chosen"


@dataclass(frozen=True)
class Measured:
    """What came of one unit."""

    answers: tuple[Answer, ...]
    """Those that are there, in the order of their repeats; fewer than n where the budget ran out."""
    chosen: Answer | None
    """The answer that stands for the unit: the chosen one, the first without a choice; None unless all are there."""
    score: Score | None
    """None unless all answers are there."""


def measure_units(asks: Sequence[Ask], payer: Payer, *, scorer: Scorer, choice: Choice | None = None) -> list[Measured]:
    """Answers and score of every unit, in order; `ask.repeat` is the unit's, n a setting.

    With n = 1 that is one answer and its score. Else the choice picks one of the answers, which is scored as any other;
    without a choice a group scorer scores them together, and of any other scorer the mean counts.

    Raises: as `generate`; RunError for a scorer or a choice that fails.
    """
    wanted = [draws(ask) for ask in asks]
    found = iter(generate([draw for unit in wanted for draw in unit], payer))
    groups = [[next(found) for _ in unit] for unit in wanted]
    there = [tuple(answer for answer in group if answer is not None) for group in groups]
    whole = [i for i, group in enumerate(groups) if len(there[i]) == len(group)]
    judged = iter(
        judge_groups(
            [asks[i] for i in whole],
            [there[i] for i in whole],
            scorer=scorer,
            choice=choice,
            store=payer.store,
        )
    )
    done = {i: next(judged) for i in whole}
    return [Measured(there[i], *done.get(i, (None, None))) for i in range(len(asks))]


def judge_groups(
    asks: Sequence[Ask],
    groups: Sequence[Sequence[Answer]],
    *,
    scorer: Scorer,
    choice: Choice | None,
    store: Store | None,
) -> list[tuple[Answer, Score]]:
    """(the answer that stands for each group, the group's score): the second half of `measure_units`.

    A failed answer is left to the others: it is not chosen and not scored, unless all have failed.
    """
    usable = [[answer for answer in group if answer.failure is None] for group in groups]
    if is_group(scorer):
        scores = _together(scorer, asks, groups, usable)
        return [(next(iter(alive), group[0]), s) for group, alive, s in zip(groups, usable, scores, strict=True)]
    if choice is None:
        return _means(scorer, asks, groups, usable, store)
    chosen = _chosen(choice, asks, groups, usable)
    ready = [i for i, answer in enumerate(chosen) if answer is not None]
    examples, picked = [asks[i].example for i in ready], [a for a in chosen if a is not None]
    scored = dict(zip(ready, score_answers(scorer, examples, picked, store=store), strict=True))
    return [
        (answer or groups[i][0], scored[i] if answer is not None else unscored(_NO_TIME, transient=True))
        for i, answer in enumerate(chosen)
    ]


def _together(
    scorer: Scorer, asks: Sequence[Ask], groups: Sequence[Sequence[Answer]], usable: Sequence[Sequence[Answer]]
) -> list[Score]:
    enough = [i for i, answers in enumerate(usable) if len(answers) >= LEAST_ANSWERS]
    scores = score_answer_groups(scorer, [asks[i].example for i in enough], [usable[i] for i in enough])
    scored = dict(zip(enough, scores, strict=True))
    return [scored.get(i) or unscored(_too_few(group)) for i, group in enumerate(groups)]


def _means(
    scorer: Scorer,
    asks: Sequence[Ask],
    groups: Sequence[Sequence[Answer]],
    usable: Sequence[Sequence[Answer]],
    store: Store | None,
) -> list[tuple[Answer, Score]]:
    counted = [list(group) if len(group) == 1 else list(answers) for group, answers in zip(groups, usable, strict=True)]
    flat = [(ask.example, answer) for ask, answers in zip(asks, counted, strict=True) for answer in answers]
    scores = iter(score_answers(scorer, [e for e, _ in flat], [a for _, a in flat], store=store))
    made = []
    for group, answers in zip(groups, counted, strict=True):
        mine = [next(scores) for _ in answers]
        if len(group) == 1:
            made.append((group[0], mine[0]))
        elif len(mine) < LEAST_ANSWERS:
            made.append((next(iter(answers), group[0]), unscored(_too_few(group))))
        else:
            made.append((answers[0], mean_score(mine)))
    return made


def _chosen(
    choice: Choice, asks: Sequence[Ask], groups: Sequence[Sequence[Answer]], usable: Sequence[Sequence[Answer]]
) -> list[Answer | None]:
    several = [i for i, answers in enumerate(usable) if len(answers) > 1]
    positions = choose_all(
        choice,
        [asks[i].example for i in several],
        [usable[i] for i in several],
        settings=[asks[i].settings for i in several],
    )
    told = {i: None if at is None else usable[i][at] for i, at in zip(several, positions, strict=True)}
    return [told[i] if i in told else next(iter(usable[i]), group[0]) for i, group in enumerate(groups)]


def _too_few(group: Sequence[Answer]) -> str:
    failure = next((answer.failure for answer in group if answer.failure is not None), None)
    return "fewer than two answers to score together" if failure is None else f"no answer: {failure}"
