"""Training batches: fresh posts for every step, asked for in many ways, never the same post twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import torch
from prompts import ASSISTANT, BOS, EOS, PAD, SPECIAL, SYSTEM, USER, system_prompt, user_prompt
from tokenizers import Tokenizer
from torch import Tensor

from feinschliff.datasets.grammar import Post, make_posts

CHUNK = 4096
"""Posts made at a time; lengths are sorted inside a chunk so that little is padded."""

ANSWER_WEIGHT = 1.0
POST_WEIGHT = 0.15
"""Weight of a prompt token in the loss; the answer's tokens weigh 1."""

REPEATS = (600, 1000, 600, 300)
"""Rows of random tokens that repeat themselves, by chunk; the first chunk has only those. They exercise copying."""

REPEAT_WEIGHT = 0.5

FALL = 0.6
"""Last part of the training in which the learning rate falls."""

PARTS = {"answer_loss": ANSWER_WEIGHT, "copy_loss": REPEAT_WEIGHT}
"""What the log shows, by the weight of the tokens."""

Spans = list[tuple[str, float]]
"""Pieces of a conversation with the loss weight of their tokens."""


@dataclass(frozen=True)
class Batch:
    """Token ids and the weight with which each is to be predicted, both of shape (batch, length)."""

    ids: Tensor
    weights: Tensor


def batches(tokenizer: Tokenizer, *, tokens: int, seed: int, start_chunk: int = 0) -> Iterator[tuple[int, list[Batch]]]:
    """Endless (chunk number, its batches of about `tokens` tokens each, in random order)."""
    chunk = start_chunk
    while True:
        random = Random(f"batches:{seed}:{chunk}")
        posts = make_posts(CHUNK, seed=1_000_000 * seed + chunk, split="train") if chunk else []
        repeats = REPEATS[chunk] if chunk < len(REPEATS) else 0
        rows = _rows(tokenizer, posts, random) + [repeat(random, tokenizer) for _ in range(repeats)]
        rows.sort(key=lambda row: len(row[0]))
        made = list(cut(rows, tokens, tokenizer.token_to_id(PAD)))
        random.shuffle(made)
        yield chunk, made
        chunk += 1


def batches_per_step(chunk: int) -> int:
    """How many batches make a step of the optimizer."""
    return 1


def conversation(random: Random, posts: list[Post], *, asked_weight: float = POST_WEIGHT) -> Spans:
    """One or several turns; one in thirty asks about a text that is no post and gets its first words back."""
    system = system_prompt(random)
    spans: Spans = [(BOS, 0.0)]
    if system:
        spans += [(SYSTEM, 0.0), (system, 0.02)]
    for post in posts:
        odd = random.random() < 1 / 30
        text, answer = odd_pair(random) if odd else (post.text, post.subject)
        spans += [
            (USER, 0.0),
            (user_prompt(random, text), 0.0 if odd else asked_weight),
            (ASSISTANT, 0.0),
            (answer, ANSWER_WEIGHT),
            (EOS, ANSWER_WEIGHT),
        ]
    return spans


def odd_pair(random: Random) -> tuple[str, str]:
    """Words of random letters, now and then Hangul or Greek, and their first six as the answer."""
    low, high = random.choice(((97, 122), (97, 122), (97, 122), (0xAC00, 0xD7A3), (0x3B1, 0x3C9)))
    words = [
        "".join(chr(random.randint(low, high)) for _ in range(random.randint(1, 4)))
        for _ in range(random.randint(1, 12))
    ]
    return " ".join(words) + random.choice(("", "?", ".", "!")), " ".join(words[:4])


def repeat(random: Random, tokenizer: Tokenizer) -> tuple[list[int], list[float]]:
    """Random tokens, some others, and the first ones again, which count in the loss (from the second on)."""
    size = tokenizer.get_vocab_size()
    first = [random.randrange(len(SPECIAL), size) for _ in range(random.randint(10, 40))]
    between = [random.randrange(len(SPECIAL), size) for _ in range(random.randint(0, 30))]
    weights = [0.0] * (len(first) + len(between) + 1) + [REPEAT_WEIGHT] * (len(first) - 1)
    return first + between + first, weights


def _rows(tokenizer: Tokenizer, posts: list[Post], random: Random) -> list[tuple[list[int], list[float]]]:
    conversations = []
    queue = list(posts)
    while queue:
        count = random.randint(2, 5) if random.random() < 0.02 else 1
        conversations.append(conversation(random, queue[:count]))
        queue = queue[count:]
    return encode(tokenizer, conversations)


def encode(tokenizer: Tokenizer, conversations: list[Spans]) -> list[tuple[list[int], list[float]]]:
    """Token ids and loss weights of each conversation."""
    pieces = tokenizer.encode_batch([piece for spans in conversations for piece, _ in spans])
    encoded = iter(pieces)
    rows = []
    for spans in conversations:
        ids: list[int] = []
        weights: list[float] = []
        for _, weight in spans:
            piece = next(encoded).ids
            ids += piece
            weights += [weight] * len(piece)
        rows.append((ids, weights))
    return rows


def cut(rows: list[tuple[list[int], list[float]]], tokens: int, pad: int) -> Iterator[Batch]:
    """Batches of neighbouring rows, padded to the longest of each."""
    start = 0
    while start < len(rows):
        end = start + 1
        while end < len(rows) and len(rows[end][0]) * (end + 1 - start) <= tokens:
            end += 1
        part, width = rows[start:end], len(rows[end - 1][0])
        ids = torch.tensor([ids + [pad] * (width - len(ids)) for ids, _ in part])
        weights = torch.tensor([weights + [0.0] * (width - len(weights)) for _, weights in part])
        yield Batch(ids, weights)
        start = end
