"""Names to scorers."""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feinschliff.errors import ScorerError
from feinschliff.i18n import tr
from feinschliff.scorers.combine import Combined
from feinschliff.scorers.custom import as_scorer, load_scorer
from feinschliff.scorers.embedding import KEY_VARIABLE, Embedding, EndpointEmbedding, Place
from feinschliff.scorers.format import Tags, make_format
from feinschliff.scorers.group import Distinct, Diversity
from feinschliff.scorers.language import Language
from feinschliff.scorers.local_embedding import LocalEmbedder
from feinschliff.scorers.overlap import Bleu, Rouge
from feinschliff.scorers.protocol import Scorer
from feinschliff.scorers.sentiment import Sentiment
from feinschliff.scorers.structure import Json, Length, Verbatim
from feinschliff.scorers.text import Chrf, Levenshtein, Similarity
from feinschliff.scorers.tfidf import TfidfSimilarity


@dataclass(frozen=True)
class _Row:
    """A scorer that can be named."""

    make: Callable[[str, Sequence[str]], Scorer]
    """From the text after the colon (empty without one) and the targets."""
    about: object
    """Whose docstring tells what it is."""
    options: tuple[str, ...] = ()
    """What can stand after the colon."""
    places: tuple[str, ...] = ()
    """Where it can be run, written right behind the name."""
    target: str = "Needs a target."


_ROWS = {
    "bleu": _Row(lambda option, _: Bleu(option or None), Bleu, ("TOKENIZER",)),
    "chrf": _Row(lambda *_: Chrf(), Chrf),
    "distinct": _Row(lambda *_: Distinct(), Distinct, target="Needs no target, but several answers to a request."),
    "diversity": _Row(lambda *_: Diversity(), Diversity, target="Needs no target, but several answers to a request."),
    "embedding": _Row(lambda option, _: _embedding(option), Embedding, ("MODEL", "FOLDER"), ("@MODEL", "@URL#MODEL")),
    "format": _Row(
        lambda option, _: make_format(option), Tags, ("TAG", "TAG+TAG", "/REGEX/"), target="Needs no target."
    ),
    "json": _Row(lambda *_: Json(), Json, target="Needs no target, but compares with one that is there."),
    "language": _Row(
        lambda option, _: Language(option or None),
        Language,
        ("CODE",),
        target="Needs a target unless a language is named.",
    ),
    "length": _Row(
        lambda option, _: _length(option), Length, ("LOW-HIGH",), target="Needs a target unless a range is given."
    ),
    "levenshtein": _Row(lambda *_: Levenshtein(), Levenshtein),
    "rouge": _Row(lambda option, _: Rouge(option or "L"), Rouge, ("1", "2", "L")),
    "sentiment": _Row(
        lambda option, targets: Sentiment(option or None, targets=targets), Sentiment, ("MODEL", "FOLDER")
    ),
    "sentiment-soft": _Row(
        lambda option, targets: Sentiment(option or None, soft=True, targets=targets), Sentiment, ("MODEL", "FOLDER")
    ),
    "similarity": _Row(lambda *_: Similarity(), Similarity),
    "tfidf": _Row(lambda _, targets: TfidfSimilarity(targets), TfidfSimilarity),
    "verbatim": _Row(lambda option, _: Verbatim(option or None), Verbatim, ("COLUMN",), target="Needs no target."),
}

SCORER_NAMES = tuple(_ROWS)
"""What can be named without a module."""


def describe(name: str) -> str:
    """How a scorer is written, what it measures (the first paragraph of its documentation) and whether it needs a
    target. Raises: KeyError for a name that is not in `SCORER_NAMES`."""
    row = _ROWS[name]
    forms = (name, *(f"{name}:{option}" for option in row.options), *(name + place for place in row.places))
    written = ", ".join(f"`{form}`" for form in forms)
    about = " ".join((inspect.getdoc(row.about) or "").split("\n\n")[0].split())
    return f"{written}. {about} {row.target}"


def make_scorer(spec: str | Mapping[str, float] | object, *, targets: Sequence[str] = ()) -> Scorer:
    """A scorer from what a user can write.

    `NAME` or `NAME:OPTION` (see `describe`); `module:callable`; `NAME=WEIGHT,NAME=WEIGHT` or a mapping of these to
    weights; a function f(answer, target, row), or with an attribute `group = True` f(answers, target, row); an object
    with `name` and `score` or `score_groups`. `targets` is what `tfidf` is fitted on.

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
                tr("'{strip}' has no weight", strip=part.strip()),
                asked=spec,
                mend=tr("write NAME=WEIGHT,NAME=WEIGHT, for example similarity=0.7,chrf=0.3"),
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
            tr("the weight of '{name}' is no number", name=name),
            asked=f"{name}={weight}",
            found=str(weight),
            mend=tr("write {name}=0.5", name=name),
        ) from None


def _named(spec: str, targets: Sequence[str]) -> Scorer:
    if spec.startswith("embedding@"):
        return EndpointEmbedding(_place(spec))
    name, colon, option = spec.partition(":")
    row = _ROWS.get(name)
    if row is not None and (not colon or (row.options and option)):
        return row.make(option, targets)
    if row is None and colon and name and option:
        return load_scorer(spec)
    raise _unknown(spec, name)


def _unknown(spec: str, name: str) -> ScorerError:
    nearest = difflib.get_close_matches(name.lower(), SCORER_NAMES, n=1, cutoff=0.65)
    known = f"{', '.join(SCORER_NAMES)}, or module:callable"
    if name in _ROWS:
        return ScorerError(
            tr("'{name}' takes no option", name=name), asked=spec, found=known, mend=tr("write '{name}'", name=name)
        )
    return ScorerError(
        tr("there is no scorer '{spec}'", spec=spec),
        asked=spec,
        found=known,
        mend=tr("did you mean '{nearest}'?", nearest=nearest[0]) if nearest else tr("choose one of these"),
    )


def _embedding(option: str) -> Scorer:
    return Embedding(LocalEmbedder(option)) if option else EndpointEmbedding()


def _place(spec: str) -> Place:
    """The place in `embedding@MODEL`, `embedding@URL` or `embedding@URL#MODEL`. Raises: ScorerError."""
    written = spec.partition("@")[2]
    if not re.match("https?://", written):
        place = Place(None, written)
    else:
        url, _, model = written.partition("#")
        place = Place(url.rstrip("/"), model or None)
    if not written or "?" in (place.url or "") or "@" in (place.url or ""):
        # A score is stored and shown: no place for keys.
        raise ScorerError(
            tr("'embedding@' wants a model, or a plain URL"),
            asked="embedding@...",
            mend=tr(
                "write {example}; a key is read from {variable}", example="embedding@URL#MODEL", variable=KEY_VARIABLE
            ),
        )
    return place


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
            tr("'{option}' is no range of words", option=option),
            asked=f"length:{option}",
            mend=tr("write length:LOW-HIGH, for example length:5-10"),
        ) from None
