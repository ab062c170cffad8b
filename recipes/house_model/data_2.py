"""Training batches of the second version: whole posts, subject lines in a style, and plain ones as in the first."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from data import ANSWER_WEIGHT, Batch, Spans, conversation, cut, encode, odd_pair
from prompts import ASSISTANT, BOS, EOS, PAD, SYSTEM, USER, user_prompt
from prompts_2 import WISHES, post_request, styled_request
from tokenizers import Tokenizer

from feinschliff.datasets.grammar import STYLES, Draft, make_drafts

LONG, USUAL = 1280, 768
"""Long and usual drafts made at a time for whole posts; those outside of `POST_TOKENS` are left out."""
STYLED, PLAIN = 1434, 820
"""Drafts made at a time for subject lines in a style, and without."""

SHORT_SHARES = (1.0, 1.0, 1.0, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2)
"""Share, by chunk, of styled lines that are asked for from a few words instead of a whole post: in a long prompt the
wish for a style is easily overlooked, in a short one it is not."""
SHORT_LATER = 0.1
FIRST_CHUNKS = 3
"""The first chunks have nothing but lines in a style."""
POST_RAMP = (0.3, 0.6)
"""Share of the usual number of whole posts in the chunks after the first ones."""
STEP_BATCHES = 4
"""Batches in a step once the tasks are mixed: each holds rows of one length, and so of one task mostly."""

FALL = 0.7
"""Last part of the training in which the learning rate falls."""

POST_TOKENS = (60, 150)
"""A whole post has from so many to so many tokens."""

POST_WEIGHT = 0.15
"""Weight of a whole post's token in the loss; a subject line's tokens weigh 1, prompts nothing."""

GIST = ("place", "day", "price", "rate", "pet", "maker")

STYLED_WEIGHT = 0.9
"""Marks the tokens of a line in a style until `stressed` gives them their weights."""

OPENING, OPENING_WEIGHT = 3, 4.0
"""The first tokens of a line in a style, which mostly tell the style, and what each weighs."""

PARTS = {"style_loss": OPENING_WEIGHT, "answer_loss": ANSWER_WEIGHT, "post_loss": POST_WEIGHT}
"""What the log shows, by the weight of the tokens."""


def batches(tokenizer: Tokenizer, *, tokens: int, seed: int, start_chunk: int = 0) -> Iterator[tuple[int, list[Batch]]]:
    """Endless (chunk number, its batches of about `tokens` tokens each, in random order)."""
    chunk = start_chunk
    while True:
        random = Random(f"batches-2:{seed}:{chunk}")
        short = SHORT_SHARES[chunk] if chunk < len(SHORT_SHARES) else SHORT_LATER
        make = first_conversations if chunk < FIRST_CHUNKS else conversations
        later = chunk - FIRST_CHUNKS
        ramp = POST_RAMP[later] if 0 <= later < len(POST_RAMP) else 1.0
        spans = make(random, seed=1_000_000 * (seed + 1) + chunk, short=short, ramp=ramp)
        rows = [(ids, stressed(weights)) for ids, weights in encode(tokenizer, spans) if wanted(weights)]
        rows.sort(key=lambda row: len(row[0]))
        made = list(cut(rows, tokens, tokenizer.token_to_id(PAD)))
        random.shuffle(made)
        yield chunk, made
        chunk += 1


def batches_per_step(chunk: int) -> int:
    """How many batches make a step of the optimizer."""
    return 1 if chunk < FIRST_CHUNKS else STEP_BATCHES


def conversations(random: Random, *, seed: int, short: float, ramp: float) -> list[Spans]:
    """One chunk's conversations, from posts that no other chunk has."""
    long = make_drafts(LONG, seed=seed, split="train", long=True)
    drafts = make_drafts(USUAL + STYLED + PLAIN, seed=seed, split="train")
    whole = long[: round(ramp * LONG)] + drafts[: round(ramp * USUAL)]
    made = [whole_post(random, draft) for draft in whole]
    styled = drafts[USUAL : USUAL + STYLED]
    made += [styled_line(random, draft, short=random.random() < short) for draft in styled]
    return made + [conversation(random, [draft.post], asked_weight=0.0) for draft in drafts[USUAL + STYLED :]]


def first_conversations(random: Random, *, seed: int, short: float, ramp: float) -> list[Spans]:
    """One of the first chunks' conversations."""
    drafts = make_drafts(LONG + USUAL + STYLED + PLAIN, seed=seed, split="train")
    return [styled_line(random, draft, short=random.random() < short) for draft in drafts]


def whole_post(random: Random, draft: Draft) -> Spans:
    """A request and the post."""
    system, user = post_request(random, draft)
    return _turns(system, [(user, draft.post.text)], POST_WEIGHT)


def styled_line(random: Random, draft: Draft, *, short: bool) -> Spans:
    """A post (or, for `short`, its plain subject line), a style, and the line in that style.

    Where the post says too little for the style, the plain line is the answer. In one case of thirty, a second turn
    asks about a text that is no post and gets its first words back.
    """
    style = random.choice([style for style in STYLES if style in draft.styles] if short else STYLES)
    if short:
        system: str | None = random.choice(WISHES[style])
        user = _gist(draft)
        answer = draft.styles[style]
    else:
        system, user = styled_request(random, style, draft.post.text)
        answer = draft.styles.get(style, draft.post.subject)
    turns = [(user, answer)]
    if not short and random.random() < 1 / 30:
        odd, answer = odd_pair(random)
        turns.append((user_prompt(random, odd), answer))
    return _turns(system, turns, STYLED_WEIGHT)


def stressed(weights: list[float]) -> list[float]:
    """The weights, with more on the first tokens of lines in a style."""
    made, run = [], 0
    for weight in weights:
        run = run + 1 if weight == STYLED_WEIGHT else 0
        made.append(OPENING_WEIGHT if 0 < run <= OPENING else ANSWER_WEIGHT if run else weight)
    return made


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


def _gist(draft: Draft) -> str:
    """The plain subject line, and what a line in some style may need besides."""
    return ", ".join([draft.post.subject, *(draft.facts[n] for n in GIST if n in draft.facts)])
