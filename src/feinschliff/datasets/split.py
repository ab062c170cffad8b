"""Which examples the search sees, and which are kept for the confirmation."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from feinschliff.datasets.ids import shared_name
from feinschliff.records import Example

HELD_OUT_SHARE = 0.4
HELD_OUT_MOST = 60
FEWEST_TO_SPLIT = 10


@dataclass(frozen=True, slots=True)
class Split:
    """Both parts, each in the order of the data."""

    search: tuple[Example, ...]
    held_out: tuple[Example, ...]
    shared: bool
    """True where there are too few examples to part, and both parts are all of them."""


def split(examples: Sequence[Example]) -> Split:
    """40 % of the examples, at most 60, are held out: those whose name has the smallest SHA-256.

    So the parts do not depend on the order of the file, and new rows move few old ones (a row changes sides only
    where the new ones push the border past its hash). An example without an `id` column is named by its content: see
    `ids.row_ids`. Rows of the same id, or of the same content, are on the same side; a group of them that would be too
    large for what is still wanted is passed over, so that the held-out part can then be smaller. With fewer than 10
    examples, or without any group that fits, all serve both.
    """
    groups: dict[str, list[int]] = {}
    for index, example in enumerate(examples):
        groups.setdefault(shared_name(example), []).append(index)
    chosen: set[int] = set()
    count = min(HELD_OUT_MOST, int(HELD_OUT_SHARE * len(examples) + 0.5))
    for name in sorted(groups, key=lambda name: hashlib.sha256(name.encode()).hexdigest()):
        if len(chosen) + len(groups[name]) <= count:
            chosen.update(groups[name])
    if len(examples) < FEWEST_TO_SPLIT or not chosen:
        return Split(tuple(examples), tuple(examples), shared=True)
    return Split(
        search=tuple(example for i, example in enumerate(examples) if i not in chosen),
        held_out=tuple(example for i, example in enumerate(examples) if i in chosen),
        shared=False,
    )
