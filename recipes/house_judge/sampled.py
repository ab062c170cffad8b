"""Pairs out of the pool: a faithful line against one in which the house model went wrong."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from feinschliff.datasets.grammar import Draft, carries_key_fact, make_drafts
from feinschliff.datasets.grammar.draw import Draw
from feinschliff.datasets.pairs import Pair, right_lines

KIND = "sampled"
VOCABULARY_POSTS = 3000
SEEN_OFTEN = 5
_WORD = re.compile(r"\w+")


def read_pool(path: Path) -> dict[str, tuple[str, Sequence[str]]]:
    """(Greedy line, sampled lines) by post id."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    return {row["id"]: (row["greedy"], row["sampled"]) for row in rows}


def sampled_pair(draft: Draft, greedy: str, sampled: Sequence[str], draw: Draw) -> Pair | None:
    """A pair for one post of the pool, or None where no sampled line is wrong.

    The better line is the greedy one, another right sampled one, or the grammar's; the worse one misses the key fact,
    or holds a word that neither the post nor any of the grammar's lines has.
    """
    wrong = [line for line in sampled if line and not is_faithful(line, draft)]
    if not wrong:
        return None
    own = [line for line in [greedy, *sampled] if is_faithful(line, draft)]
    right = right_lines(draft)
    source = draw.pick(sorted(right))
    if own and draw.chance(0.6):
        source, better = "model", draw.pick(own)
    else:
        better = draw.pick(right[source])
    worse = draw.pick(wrong)
    return Pair(f"{draft.post.id}-{KIND}", draft.post, KIND, better, worse, source, "", draw.chance(0.5))


def is_faithful(line: str, draft: Draft) -> bool:
    """Whether a line names the key fact in words that stand in the post or are common in the grammar's lines."""
    if not carries_key_fact(line, draft.post):
        return False
    known = _words(draft.post.text) | line_words(draft.post.language)
    for lines in right_lines(draft).values():
        for right in lines:
            known |= _words(right)
    return _words(line) <= known


@cache
def line_words(language: str) -> frozenset[str]:
    """Words of the grammar's lines that do not come from the posts: what lines are worded with."""
    seen: Counter[str] = Counter()
    for draft in make_drafts(VOCABULARY_POSTS, language=language, seed=88_000_000, split="train"):
        lines = " ".join(line for lines in right_lines(draft).values() for line in lines)
        seen.update(_words(lines) - _words(draft.post.text))
    return frozenset(word for word, count in seen.items() if count >= SEEN_OFTEN)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))
