"""Pairs in any number: seeded, balanced over kinds and over which line stands first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from feinschliff.datasets.grammar import Draft, Post, make_drafts
from feinschliff.datasets.grammar.draw import Draw
from feinschliff.datasets.pairs.right import right_lines
from feinschliff.datasets.pairs.wrong import FLAWS, Scene, certain

NEIGHBOURS = 40
"""So many other posts (of the same seed) lend a pair their lines and details."""

SAME_BASE = 0.6
"""How often the worse line is made from the better one itself, not from another right line."""

_WEIGHTS = {"reference": 0.35, "style": 0.35, "plain": 0.12, "rule": 0.18}


@dataclass(frozen=True)
class Pair:
    """Two lines for one post."""

    id: str
    post: Post
    kind: str
    """How the worse line is worse: a name in `FLAWS`."""
    better: str
    worse: str
    better_from: str
    """Where the better line comes from: "reference", "style", "plain" or "rule"."""
    wrong: str
    """What the worse line says wrongly; "" where something is missing instead."""
    better_first: bool
    """Whether the better line is A."""

    @property
    def lines(self) -> tuple[str, str]:
        """(A, B)."""
        return (self.better, self.worse) if self.better_first else (self.worse, self.better)

    @property
    def answer(self) -> str:
        """The letter of the better line."""
        return "A" if self.better_first else "B"


def make_pairs(
    count: int,
    *,
    language: str | None = None,
    seed: int = 0,
    split: str = "test",
    kinds: Sequence[str] = tuple(FLAWS),
) -> list[Pair]:
    """`count` pairs, each of another post; the same arguments give the same pairs on every machine.

    The kinds come up equally often, and in each kind the better line stands first in every other pair.

    Args:
        language: "de", "en", or None for both in turn.
        seed: another seed gives other posts and pairs.
        split: "train", or "test", where many nouns, names and places are ones that no "train" post holds.
        kinds: names in `FLAWS`.

    Raises:
        ValueError: an unknown kind, language or split, or a negative count.
    """
    if not kinds or set(kinds) - set(FLAWS):
        raise ValueError(f"no pairs of kinds={list(kinds)}; there are {', '.join(FLAWS)}")
    drafts = make_drafts(count + count // 2 + 2 * NEIGHBOURS, language=language, seed=seed, split=split)
    pairs: list[Pair] = []
    used: Counter[tuple[str, str]] = Counter()
    last: dict[tuple[str, str], bool] = {}
    for number, draft in enumerate(drafts):
        if len(pairs) == count:
            break
        code = draft.post.language
        draw = Draw(f"feinschliff:pairs:{draft.post.id}", split=split)
        wanted = sorted(draw.shuffled(kinds), key=lambda kind: used[code, kind])
        made = pairs_of(draft, _neighbours(drafts, number), draw, kinds=wanted[: 1 + len(kinds) // 3], most=1)
        for pair in made:
            place = (code, pair.kind)
            first = pair.better_first if used[place] % 2 == 0 else not last[place]
            used[place] += 1
            last[place] = first
            pairs.append(_turned(pair, first))
    return pairs


def pairs_of(
    draft: Draft, others: Sequence[Draft], draw: Draw, *, kinds: Sequence[str] = tuple(FLAWS), most: int | None = None
) -> list[Pair]:
    """Pairs for one post, one of each kind that the post allows, in the order of `kinds`, at most `most`.

    Args:
        others: posts in the same language that lend lines and details.
        draw: the source of chance.
    """
    right = right_lines(draft)
    scene = Scene(draft, [other for other in others if other.post.language == draft.post.language], draw)
    pairs: list[Pair] = []
    for kind in kinds:
        if most is not None and len(pairs) >= most:
            break
        source = draw.weighted([(_WEIGHTS[name], name) for name in right])
        better = draw.pick(right[source])
        base = better if draw.chance(SAME_BASE) else draw.pick(right[draw.pick(list(right))])
        flawed = FLAWS[kind](base, scene)
        if flawed and certain(kind, flawed[0], better, draft.post):
            worse, wrong = flawed
            name = f"{draft.post.id}-{kind}"
            pairs.append(Pair(name, draft.post, kind, better, worse, source, wrong, draw.chance(0.5)))
    return pairs


def _neighbours(drafts: Sequence[Draft], number: int) -> list[Draft]:
    """The posts around one of them, without it."""
    start = max(0, min(number - NEIGHBOURS, len(drafts) - 2 * NEIGHBOURS - 1))
    return [drafts[i] for i in range(start, min(start + 2 * NEIGHBOURS + 1, len(drafts))) if i != number]


def _turned(pair: Pair, better_first: bool) -> Pair:
    return Pair(pair.id, pair.post, pair.kind, pair.better, pair.worse, pair.better_from, pair.wrong, better_first)
