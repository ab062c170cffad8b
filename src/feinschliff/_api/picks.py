"""`best_of`: one answer of several, chosen without the target."""

from __future__ import annotations

from collections.abc import Sequence

from feinschliff._api.common import PickSpec
from feinschliff.choosing import Choice, choose_all, make_choice
from feinschliff.errors import DataError, ScorerError
from feinschliff.i18n import tr
from feinschliff.records import Answer, Example, Settings
from feinschliff.scorers.embedding import wants_embedder


def best_of(examples: Sequence[Example], answers: Sequence[Answer], *, pick: PickSpec = "medoid") -> list[Answer]:
    """One of the answers to each example, in the order of the examples; those without any answer are left out.

    Answers that failed are not chosen unless all did. What chooses never sees the target: of the row, no column that
    holds it.

    Args:
        answers: of `generate` with `n`, or any others that name their example.
        pick: as for `tune`.

    Raises: ScorerError for a choice that is not known, or one that needs an endpoint; DataError where an answer
        belongs to no example; RunError where the choice fails.
    """
    return picked(examples, answers, alone(make_choice(pick)))


def alone(choice: Choice) -> Choice:
    """The choice, where it needs nobody else. Raises: ScorerError for one that wants an endpoint's embeddings."""
    if wants_embedder(choice):
        raise ScorerError(
            tr("'{name}' needs an endpoint, or a model", name=choice.name),
            asked=f"pick {choice.name}",
            mend=tr("use it in a run, or write {example}", example="medoid:embedding:MODEL"),
        )
    return choice


def picked(
    examples: Sequence[Example], answers: Sequence[Answer], choice: Choice, *, settings: Settings | None = None
) -> list[Answer]:
    """The chosen answer to each example that has any, in their order; `settings` as for `choose_all`."""
    groups: dict[str, list[Answer]] = {example.id: [] for example in examples}
    for answer in answers:
        if answer.example not in groups:
            raise DataError(
                tr("an answer belongs to no example: {id}", id=answer.example),
                mend=tr("give the examples it was made for"),
            )
        groups[answer.example].append(answer)
    usable = {name: [a for a in group if a.failure is None] or group for name, group in groups.items()}
    several = [example for example in examples if len(usable[example.id]) > 1]
    positions = choose_all(
        choice,
        several,
        [usable[example.id] for example in several],
        settings=None if settings is None else [settings] * len(several),
    )
    chosen = {example.id: at or 0 for example, at in zip(several, positions, strict=True)}
    return [usable[e.id][chosen.get(e.id, 0)] for e in examples if usable[e.id]]
