"""Batches for the judge: fresh posts for every step, each with several pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from branched import Batch, collate
from branches import Row, make_row
from pool import SEED as POOL_SEED
from sampled import read_pool, sampled_pair
from tokenizers import Tokenizer

from feinschliff.datasets.grammar import Draft, make_drafts
from feinschliff.datasets.grammar.draw import Draw
from feinschliff.datasets.pairs import FLAWS, Pair, pairs_of

CHUNK = 600
"""Posts made at a time; up to a third of them are posts for which the pool holds the house model's own lines."""

PAIRS = 7
"""Pairs of a post."""

NEIGHBOURS = 30

HARD = ("other_thing", "wrong_detail", "wrong_kind", "new_thing", "rule_miss", "same_kind", "misspelt")
"""Kinds that come up in nearly every post that allows them; the others share what is left."""


class Posts:
    """Where the training posts come from."""

    def __init__(self, pool: Path | None, *, seed: int, size: int = CHUNK) -> None:
        self.seed, self.size = seed, size
        self.pool = read_pool(pool) if pool else {}
        self.pooled = make_drafts(len(self.pool), seed=POOL_SEED, split="train")

    def chunk(self, number: int) -> list[Draft]:
        """The posts of one chunk; those of the pool come round again."""
        take = min(self.size // 3, len(self.pooled))
        start = number * take % len(self.pooled) if take else 0
        pooled = (self.pooled[start:] + self.pooled)[:take]
        return pooled + make_drafts(self.size - take, seed=2_000_000 * self.seed + number, split="train")


def batches(
    tokenizer: Tokenizer, posts: Posts, *, tokens: int, start_chunk: int = 0
) -> Iterator[tuple[int, list[Batch]]]:
    """Endless (chunk number, its batches of about `tokens` tokens each, in random order)."""
    chunk = start_chunk
    while True:
        random = Random(f"judge:{posts.seed}:{chunk}")
        rows = sorted(chunk_rows(random, tokenizer, posts, chunk), key=lambda row: len(row.ids))
        made = [collate(part) for part in _cut(rows, tokens)]
        random.shuffle(made)
        yield chunk, made
        chunk += 1


def chunk_rows(random: Random, tokenizer: Tokenizer, posts: Posts, chunk: int) -> list[Row]:
    """One row for each post of a chunk."""
    drafts = posts.chunk(chunk)
    by_language = {code: [d for d in drafts if d.post.language == code] for code in ("de", "en")}
    rows = []
    for number, draft in enumerate(drafts):
        others = by_language[draft.post.language]
        near = [other for other in random.sample(others, min(NEIGHBOURS, len(others))) if other is not draft]
        draw = Draw(f"judge-pairs:{posts.seed}:{chunk}:{number}", split="train")
        pairs = _pairs(draft, near, draw, posts)
        if pairs:
            rows.append(make_row(random, tokenizer, pairs))
    return rows


def _pairs(draft: Draft, near: Sequence[Draft], draw: Draw, posts: Posts) -> list[Pair]:
    kinds = draw.shuffled([kind for kind in FLAWS if kind in HARD or draw.chance(0.4)])
    pairs = pairs_of(draft, near, draw, kinds=kinds, most=PAIRS)
    if draft.post.id in posts.pool:
        greedy, sampled = posts.pool[draft.post.id]
        own = sampled_pair(draft, greedy, sampled, draw)
        pairs = [*pairs[: PAIRS - 1], own] if own else pairs
    return pairs


def _cut(rows: list[Row], tokens: int) -> Iterator[list[Row]]:
    start = 0
    while start < len(rows):
        end = start + 1
        size = len(rows[start].ids)
        while end < len(rows) and size + len(rows[end].ids) <= tokens:
            size += len(rows[end].ids)
            end += 1
        yield rows[start:end]
        start = end
