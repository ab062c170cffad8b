"""Names of sentiments, as models and people write them."""

from __future__ import annotations

import re
from collections.abc import Sequence

_STARTS = {
    "pos": "positive",
    "neg": "negative",
    "neu": "neutral",
    "긍정": "positive",
    "부정": "negative",
    "중립": "neutral",
}
_STARS = {1: "negative", 2: "negative", 3: "neutral", 4: "positive", 5: "positive"}


def polarity(label: str) -> str:
    """`positive`, `negative` or `neutral` for a label that means one of them, else the label itself in lower case.

    `POS`, `positiv`, `LABEL_positive`, `negative sentiment`, `neutral`, `긍정` are known, and `1 star` to `5 stars`
    (1 and 2 negative, 4 and 5 positive).
    """
    plain = " ".join(re.sub(r"[\W_]+", " ", label.casefold()).split()).removeprefix("label ")
    stars = re.fullmatch(r"([1-5]) (star|stars|stern|sterne)", plain)
    if stars is not None:
        return _STARS[int(stars[1])]
    return next((name for start, name in _STARTS.items() if plain.startswith(start)), plain)


def macro_f1(gold: Sequence[str], found: Sequence[str]) -> float:
    """Mean F1 over all classes that either list has, 0 to 1, each class counting the same.

    Raises: ValueError for empty lists, or lists of different length.
    """
    if not gold or len(gold) != len(found):
        raise ValueError(f"{len(gold)} gold labels and {len(found)} found ones")
    classes = sorted({*gold, *found})
    return sum(_f1(gold, found, name) for name in classes) / len(classes)


def _f1(gold: Sequence[str], found: Sequence[str], name: str) -> float:
    both = sum(g == f == name for g, f in zip(gold, found, strict=True))
    return 2 * both / (list(gold).count(name) + list(found).count(name))
