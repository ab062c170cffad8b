"""Names to choices."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping

from feinschliff.choosing.custom import FunctionChoice
from feinschliff.choosing.medoid import ByScorer, ByTfidf, Medoid
from feinschliff.choosing.plain import ByScore, Longest, Shortest, Vote
from feinschliff.choosing.protocol import Choice
from feinschliff.errors import ScorerError
from feinschliff.i18n import tr
from feinschliff.scorers import SCORER_NAMES, make_scorer, needs_target
from feinschliff.scorers.functions import load_object
from feinschliff.scorers.group import is_group

_PLAIN: Mapping[str, Callable[[], Choice]] = {"vote": Vote, "longest": Longest, "shortest": Shortest}

_MEASURES = ("similarity", "levenshtein", "chrf", "bleu", "rouge", "tfidf", "embedding")
"""Scorers that compare two texts, and so can say which answer is like the others."""

CHOICE_NAMES = ("medoid", *_PLAIN)
"""What can be named without a module, beside the scorers that need no target."""


def make_choice(spec: object, *, score: object = None) -> Choice:
    """A choice from what a user can write.

    `medoid`, or `medoid:MEASURE` with the name of a scorer that compares texts; without one that of the run's `score`
    where it is such a scorer, else `similarity`; `vote`, `longest`, `shortest`; a scorer that needs no target;
    `module:callable`; a function f(answers, row); an object with `name` and `choose`.

    Raises: ScorerError for a name that is not known, or a scorer that compares with the target.
    """
    if not isinstance(spec, str):
        return _as_choice(spec, None)
    name, colon, option = (part.strip() for part in spec.partition(":"))
    if name == "medoid":
        return _medoid(option if colon else _own_measure(score), spec)
    if spec.strip() in _PLAIN:
        return _PLAIN[spec.strip()]()
    if re.split("[:@=,]", name)[0] in SCORER_NAMES:
        return _by_score(spec)
    if colon and name and option:
        return _as_choice(load_object(spec), spec)
    raise _unknown(spec)


def _medoid(measure: str, asked: str) -> Medoid:
    if re.split("[:@]", measure)[0] not in _MEASURES:
        raise ScorerError(
            tr("'{measure}' does not compare two texts", measure=measure),
            asked=asked,
            found=", ".join(_MEASURES),
            mend=tr("write {example}", example="medoid:chrf"),
        )
    # On the targets `tfidf` would have seen what the answers are measured by.
    return Medoid(ByTfidf() if measure == "tfidf" else ByScorer(make_scorer(measure)))


def _own_measure(score: object) -> str:
    named = isinstance(score, str) and re.split("[:@]", score)[0] in _MEASURES
    return str(score) if named else "similarity"


def _by_score(spec: str) -> Choice:
    name = re.split("[:@=,]", spec)[0].strip()
    scorer = None if name == "tfidf" else make_scorer(spec)
    if scorer is None or needs_target(scorer) or is_group(scorer):
        raise ScorerError(
            tr("'{spec}' cannot choose: what chooses among answers must not see the target", spec=spec),
            asked=f"pick {spec}",
            found=", ".join(CHOICE_NAMES),
            mend=tr("write medoid, or medoid:{measure}", measure=name if name in _MEASURES else "similarity"),
        )
    return ByScore(scorer)


def _as_choice(thing: object, asked: str | None) -> Choice:
    if isinstance(thing, type):
        thing = thing()
    if isinstance(getattr(thing, "name", None), str) and callable(getattr(thing, "choose", None)):
        return thing  # type: ignore[return-value]
    if callable(thing):
        return FunctionChoice(thing, asked)
    raise ScorerError(
        tr("{thing!r} cannot choose", thing=asked or thing),
        asked=asked,
        found=type(thing).__name__,
        mend=tr("give a function f(answers, row), or an object with `name` and `choose(example, answers)`"),
    )


def _unknown(spec: str) -> ScorerError:
    nearest = difflib.get_close_matches(spec.lower(), CHOICE_NAMES, n=1, cutoff=0.65)
    return ScorerError(
        tr("there is no choice '{spec}'", spec=spec),
        asked=f"pick {spec}",
        found=f"{', '.join(CHOICE_NAMES)}, or module:callable",
        mend=tr("did you mean '{nearest}'?", nearest=nearest[0]) if nearest else tr("choose one of these"),
    )
