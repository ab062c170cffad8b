"""Names to scorers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from feinschliff.errors import ScorerError
from feinschliff.scorers.combine import Combined
from feinschliff.scorers.custom import as_scorer, load_scorer
from feinschliff.scorers.format import make_format
from feinschliff.scorers.language import Language
from feinschliff.scorers.overlap import Bleu, Rouge
from feinschliff.scorers.protocol import Scorer
from feinschliff.scorers.structure import Json, Length, Verbatim
from feinschliff.scorers.text import Chrf, Levenshtein, Similarity
from feinschliff.scorers.tfidf import TfidfSimilarity

_MAKERS: dict[str, Callable[[str, Sequence[str]], Scorer]] = {
    "similarity": lambda option, targets: Similarity(),
    "levenshtein": lambda option, targets: Levenshtein(),
    "chrf": lambda option, targets: Chrf(),
    "bleu": lambda option, targets: Bleu(option or None),
    "rouge": lambda option, targets: Rouge(option or "L"),
    "format": lambda option, targets: make_format(option),
    "language": lambda option, targets: Language(option or None),
    "tfidf": lambda option, targets: TfidfSimilarity(targets),
    "json": lambda option, targets: Json(),
    "length": lambda option, targets: _length(option),
    "verbatim": lambda option, targets: Verbatim(option or None),
}
_WITH_OPTION = {"bleu", "format", "language", "length", "rouge", "verbatim"}

SCORER_NAMES = tuple(sorted(_MAKERS))
"""What can be named without a module."""


def make_scorer(spec: str | Mapping[str, float] | object, *, targets: Sequence[str] = ()) -> Scorer:
    """A scorer from what a user can write.

    `NAME`; `length:LOW-HIGH` (in words); `verbatim:COLUMN`; `module:callable`; `NAME=WEIGHT,NAME=WEIGHT` or a mapping
    of these to weights; a function f(answer, target, row); an object with `name` and `score`. `targets` is what
    `tfidf` is fitted on.

    Raises: ScorerError for a name that is not known (with the nearest one), a weight that is none, or a callable that
    is no scorer.
    """
    if isinstance(spec, str):
        return _from_text(spec, targets)
    if isinstance(spec, Mapping):
        return _sum([(str(name), weight) for name, weight in spec.items()], targets)
    return as_scorer(spec)


def _from_text(spec: str, targets: Sequence[str]) -> Scorer:
    # A pattern holds what it likes; in a sum it has to stand in a mapping.
    if ("=" not in spec and "," not in spec) or re.fullmatch("format:/.+/", spec.strip()):
        return _named(spec.strip(), targets)
    pairs: list[tuple[str, object]] = []
    for part in spec.split(","):
        name, mark, weight = part.rpartition("=")
        if not mark or not name.strip():
            raise ScorerError(
                f"'{part.strip()}' has no weight",
                asked=spec,
                mend="write NAME=WEIGHT,NAME=WEIGHT, for example similarity=0.7,chrf=0.3",
            )
        pairs.append((name.strip(), weight.strip()))
    return _sum(pairs, targets)


def _sum(pairs: Sequence[tuple[str, Any]], targets: Sequence[str]) -> Scorer:
    parts = [(_named(name, targets), _weight(name, weight)) for name, weight in pairs]
    combined = Combined(parts)
    # One part is the part itself: its stored scores are found again.
    return parts[0][0] if len(parts) == 1 else combined


def _weight(name: str, weight: Any) -> float:
    try:
        return float("nan") if isinstance(weight, bool) else float(weight)
    except (TypeError, ValueError):
        raise ScorerError(
            f"the weight of '{name}' is no number",
            asked=f"{name}={weight}",
            found=str(weight),
            mend=f"write {name}=0.5",
        ) from None


def _named(spec: str, targets: Sequence[str]) -> Scorer:
    name, colon, option = spec.partition(":")
    maker = _MAKERS.get(name)
    if maker is not None and (not colon or (name in _WITH_OPTION and option)):
        return maker(option, targets)
    if maker is None and colon and name and option:
        return load_scorer(spec)
    raise _unknown(spec, name)


def _unknown(spec: str, name: str) -> ScorerError:
    from rapidfuzz import process

    nearest = process.extractOne(name, SCORER_NAMES, score_cutoff=60)
    known = f"{', '.join(SCORER_NAMES)}, or module:callable"
    if name in _MAKERS:
        return ScorerError(f"'{name}' takes no option", asked=spec, found=known, mend=f"write '{name}'")
    return ScorerError(
        f"there is no scorer '{spec}'",
        asked=spec,
        found=known,
        mend=f"did you mean '{nearest[0]}'? There are {known}" if nearest else f"there are {known}",
    )


def _length(option: str) -> Length:
    if not option:
        return Length()
    match = re.fullmatch(r"(\d+)-(\d+)", option)
    try:
        if match is None:
            raise ValueError
        return Length(int(match[1]), int(match[2]))
    except ValueError:
        raise ScorerError(
            f"'{option}' is no range of words",
            asked=f"length:{option}",
            mend="write length:LOW-HIGH, for example length:5-10",
        ) from None
