"""Training batches of the second version: whole posts, subject lines in a style, and plain ones as in the first."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from data import ANSWER_WEIGHT, Batch, Spans, conversation, cut, encode, odd_pair
from prompts import ASSISTANT, BOS, EOS, PAD, SYSTEM, USER, user_prompt
from prompts_2 import post_request, styled_request
from tokenizers import Tokenizer

from feinschliff.datasets.grammar import STYLES, Draft, make_drafts

LONG, USUAL = 1280, 768
"""Long and usual drafts made at a time for whole posts; those outside of `POST_TOKENS` are left out."""
STYLED, PLAIN = 1434, 820
"""Drafts made at a time for subject lines in a style, and without."""

POST_TOKENS = (60, 150)
"""A whole post has from so many to so many tokens."""

POST_WEIGHT = 0.4
"""Weight of a whole post's token in the loss; a subject line's tokens weigh 1, prompts nothing."""

PARTS = {"answer_loss": ANSWER_WEIGHT, "post_loss": POST_WEIGHT}
"""What the log shows, by the weight of the tokens."""


def batches(tokenizer: Tokenizer, *, tokens: int, seed: int, start_chunk: int = 0) -> Iterator[tuple[int, list[Batch]]]:
    """Endless (chunk number, its batches of about `tokens` tokens each, in random order)."""
    chunk = start_chunk
    while True:
        random = Random(f"batches-2:{seed}:{chunk}")
        made_now = conversations(random, seed=1_000_000 * (seed + 1) + chunk)
        rows = [row for row in encode(tokenizer, made_now) if wanted(row[1])]
        rows.sort(key=lambda row: len(row[0]))
        made = list(cut(rows, tokens, tokenizer.token_to_id(PAD)))
        random.shuffle(made)
        yield chunk, made
        chunk += 1


def conversations(random: Random, *, seed: int) -> list[Spans]:
    """One chunk's conversations, from posts that no other chunk has."""
    long = make_drafts(LONG, seed=seed, split="train", long=True)
    drafts = make_drafts(USUAL + STYLED + PLAIN, seed=seed, split="train")
    made = [whole_post(random, draft) for draft in long + drafts[:USUAL]]
    made += [styled_line(random, draft) for draft in drafts[USUAL : USUAL + STYLED]]
    return made + [conversation(random, [draft.post], asked_weight=0.0) for draft in drafts[USUAL + STYLED :]]


def whole_post(random: Random, draft: Draft) -> Spans:
    """A request and the post."""
    system, user = post_request(random, draft)
    return _turns(system, [(user, draft.post.text)], POST_WEIGHT)


def styled_line(random: Random, draft: Draft) -> Spans:
    """A post, a style, and the line in that style; the plain line where the post says too little for the style.

    In one case of thirty, a second turn asks about a text that is no post and gets its first words back.
    """
    style = random.choice(STYLES)
    system, user = styled_request(random, style, draft.post.text)
    turns = [(user, draft.styles.get(style, draft.post.subject))]
    if random.random() < 1 / 30:
        odd, answer = odd_pair(random)
        turns.append((user_prompt(random, odd), answer))
    return _turns(system, turns, ANSWER_WEIGHT)


def wanted(weights: list[float]) -> bool:
    """Whether a row is no whole post, or one of the wanted length."""
    tokens = sum(weight == POST_WEIGHT for weight in weights) - 1
    return tokens < 0 or POST_TOKENS[0] <= tokens <= POST_TOKENS[1]


def _turns(system: str | None, turns: list[tuple[str, str]], weight: float) -> Spans:
    spans: Spans = [(BOS, 0.0)]
    if system:
        spans += [(SYSTEM, 0.0), (system, 0.0)]
    for user, answer in turns:
        spans += [(USER, 0.0), (user, 0.0), (ASSISTANT, 0.0), (answer, weight), (EOS, weight)]
    return spans
