"""The tokenizer: byte-level BPE with GPT-2's word pattern, trained on the grammar's own training posts.

Digits are never joined while training, so that numbers are copied digit by digit; every byte has a token, so any
text works.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

from prompts import SPECIAL, system_prompt, user_prompt
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from feinschliff.datasets.grammar import make_posts


def train_tokenizer(path: Path, *, vocab: int, posts: int = 12_000, seed: int = 0) -> Tokenizer:
    """Train, save and return the tokenizer."""
    random = Random(f"tokenizer:{seed}")
    texts = []
    for post in make_posts(posts, seed=10_000_000 + seed, split="train"):
        texts += [post.subject, user_prompt(random, post.text), system_prompt(random) or ""]
    tokenizer = Tokenizer(models.BPE())
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([byte_level, pre_tokenizers.Digits(individual_digits=True)])
    trainer = trainers.BpeTrainer(
        vocab_size=vocab,
        special_tokens=SPECIAL,
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.pre_tokenizer = byte_level
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.save(str(path))
    return tokenizer
