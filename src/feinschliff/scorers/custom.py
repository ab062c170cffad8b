"""The user's own scorer: a function, or an object that is a scorer already."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import JsonValue

from feinschliff.errors import ScorerError
from feinschliff.i18n import tr
from feinschliff.records import Answer, Example, Score
from feinschliff.scorers.functions import FunctionBacked, function_name, load_object
from feinschliff.scorers.group import GroupFunction, as_group
from feinschliff.scorers.protocol import PairScorer, Scorer
from feinschliff.text.normal import nfc

ScoreFunction = Callable[[str, str | None, dict[str, JsonValue]], float | None]


class FunctionScorer(FunctionBacked, PairScorer):
    """Calls `f(answer: str, target: str | None, row: dict) -> float | None` for each pair.

    Answer and target come in NFC, the row is a copy. None, what is no finite number, and an exception make a `Score`
    of None with the reason; True and False count as 1 and 0. An exception never stops the run: one pair's score must
    not depend on the others, and who measures sees how many were scored. A function that does not take three
    arguments is refused at the start.
    """

    needs_target = False

    def score_pair(self, example: Example, answer: Answer) -> Score:
        """What the function says."""
        return self._call(nfc(answer.text), example)


def load_scorer(spec: str) -> Scorer:
    """The scorer behind `module:callable`, the working folder importable: an object with `name` and `score` as it is,
    a class of such objects made without arguments, a function by `FunctionScorer`. What has `score_groups`, and a
    function with an attribute `group = True`, scores several answers together.

    Raises: ScorerError for a module that cannot be imported, a name that is not in it, or a thing that is no scorer.
    """
    return as_scorer(load_object(spec), asked=spec)


def as_scorer(thing: object, *, asked: str | None = None) -> Scorer:
    """An object as a scorer; see `load_scorer`. Raises: ScorerError for what is none."""
    if isinstance(thing, type):
        thing = _make(thing, asked)
    if isinstance(getattr(thing, "name", None), str) and callable(getattr(thing, "score_groups", None)):
        return as_group(thing)
    if isinstance(getattr(thing, "name", None), str) and callable(getattr(thing, "score", None)):
        return thing  # type: ignore[return-value]
    if callable(thing) and getattr(thing, "group", False) is True:
        return GroupFunction(thing, function_name(thing, asked))
    if callable(thing):
        return FunctionScorer(thing, function_name(thing, asked))
    raise ScorerError(
        tr("{thing!r} is no scorer", thing=asked or thing),
        asked=asked,
        found=type(thing).__name__,
        mend=tr("give a function f(answer, target, row), or an object with `name` and `score(examples, answers)`"),
    )


def _make(cls: type, asked: str | None) -> object:
    try:
        return cls()
    except Exception as error:
        raise ScorerError(
            tr(
                "the class '{kind}' cannot be made without arguments ({kind2}: {error})",
                kind=cls.__name__,
                kind2=type(error).__name__,
                error=error,
            ),
            asked=asked,
            mend=tr("give an object of it, made in the module"),
        ) from error
