"""What a choice is, and the only way in which one is asked: it sees what the model saw, and the answers."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from feinschliff.errors import FeinschliffError, RunError
from feinschliff.generation import variables
from feinschliff.i18n import tr
from feinschliff.records import Answer, Example, Settings


@runtime_checkable
class Choice(Protocol):
    """Chooses one of several answers to one request.

    Law: what it chooses depends on these answers and on what was asked, never on the wanted answer, which it is not
    given: the best of n by the reference would be a score that nobody can have in use.
    """

    @property
    def name(self) -> str:
        """Changes whenever the meaning of the choice changes: it is a part of the run's id."""
        ...

    def choose(self, example: Example, answers: Sequence[Answer]) -> int | None:
        """Position of the chosen answer, 0 to len(answers) - 1; None where a limit has ended before it could be told.

        There are at least two answers, none of them with a `failure`; the example is as `blind` leaves it.
        """
        ...


def choose_all(
    choice: Choice,
    examples: Sequence[Example],
    groups: Sequence[Sequence[Answer]],
    *,
    settings: Sequence[Settings] | None = None,
) -> list[int | None]:
    """The chosen position of each group of answers, in order; see `Choice.choose`.

    `settings`: of each group's requests: of the row, the choice sees what their templates name. A choice that is
    faster in batches has a method `choose_many(examples, groups)` as well.

    Raises: RunError for a choice that fails, or gives what is no position.
    """
    used = [None] * len(examples) if settings is None else settings
    seen = [blind(example, these) for example, these in zip(examples, used, strict=True)]
    many = getattr(choice, "choose_many", None)
    try:
        chosen = (
            [choice.choose(e, answers) for e, answers in zip(seen, groups, strict=True)]
            if many is None
            else list(many(seen, groups))
        )
    except FeinschliffError:
        raise
    except (Exception, SystemExit) as error:
        raise RunError(
            tr(
                "the choice '{name}' failed: {kind}: {error}",
                name=choice.name,
                kind=type(error).__name__,
                error=str(error)[:200],
            ),
            mend=tr("correct it and run the same again; the answers are kept"),
        ) from error
    for position, answers in zip(chosen, groups, strict=True):
        if position is not None and (not isinstance(position, int) or not 0 <= position < len(answers)):
            raise RunError(
                tr(
                    "the choice '{name}' gave {position!r} for {n} answers",
                    name=choice.name,
                    position=position,
                    n=len(answers),
                ),
                mend=tr("a choice returns a position from 0 to the number of answers less 1"),
            )
    return chosen


def blind(example: Example, settings: Settings | None = None) -> Example:
    """The example without its target, and with those columns only that the settings' templates name: what the model
    was shown gives nothing away. Without settings all columns are kept whose value is not the target."""
    if settings is None:
        kept = {name for name, value in example.row.items() if example.target is None or value != example.target}
    else:
        texts = [settings.values.get(name) for name in ("system", "prompt")]
        kept = {name for text in texts if isinstance(text, str) for name in _named(text)}
    row = {name: value for name, value in example.row.items() if name in kept}
    return Example(id=example.id, row=row, messages=example.messages)


@functools.lru_cache(maxsize=64)
def _named(template: str) -> frozenset[str]:
    return frozenset(variables(template))
