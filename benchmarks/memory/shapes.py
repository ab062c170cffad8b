"""What is loaded: named shapes and drawn ones, each with plans for its context, slots and cache."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.fakes.model_files import Sizes

from feinschliff.models.plan import Plan

_SEED = 20261121
_MOST_ASKING = 1536
"""Heads x length of a drawn shape: filling a context takes minutes beyond."""

LARGE = {
    "21 M, 8 of 8 heads, q8_0": Sizes(6, 512, 8, 8, 1408, 4096),
    "100 M, 4 of 12 heads, 32,000 tokens, q8_0": Sizes(12, 768, 12, 4, 2048, 32000),
    "152 M, 4 of 16 heads, f16": Sizes(12, 1024, 16, 4, 2816, 16384, kind="f16"),
    "175 M, window of 1024 in 5 of 6 layers, q4_k": Sizes(
        12, 1024, 8, 4, 2816, 32768, head=128, kind="q4_k", architecture="gemma3",
        more={"attention.sliding_window": 1024},
    ),
    "497 M, 16 experts of which 2, q8_0": Sizes(
        12, 768, 12, 4, 1024, 32000, architecture="qwen3moe", experts=16, experts_used=2
    ),
    "938 M, 8 of 32 heads, q8_0": Sizes(16, 2048, 32, 8, 7168, 32000, head=64),
}  # fmt: skip
_HALF = {"kind": "f16", "tied": False, "tokenizer": "llama"}
SMALL = {
    "small: 16 of 16 heads of 16, 2 layers": Sizes(2, 256, 16, 16, 512, 512, **_HALF),
    "small: 2 of 8 heads of 32, 4 layers": Sizes(4, 256, 8, 2, 512, 512, **_HALF),
    "small: 4 of 4 heads of 64, 4 layers": Sizes(4, 256, 4, 4, 512, 512, **_HALF),
    "small: 2 of 16 heads of 64, 6 layers": Sizes(6, 256, 16, 2, 512, 512, head=64, architecture="qwen3", **_HALF),
    "small: 1 of 4 heads of 256, window of 512": Sizes(
        12, 320, 4, 1, 512, 512, head=256, architecture="gemma3", more={"attention.sliding_window": 512}, **_HALF
    ),
    "small: 4 of 16 experts, 3 layers": Sizes(
        3, 256, 8, 2, 512, 512, architecture="qwen3moe", experts=16, experts_used=4, **_HALF
    ),
    "small: 32 of 32 heads of 32, 5 layers": Sizes(5, 1024, 32, 32, 1024, 1000, **_HALF),
    "small: 1 of 2 heads of 64, 2 layers": Sizes(2, 128, 2, 1, 256, 1000, **_HALF),
    "small: 8 of 8 heads of 64, 8,000 tokens": Sizes(6, 512, 8, 8, 1024, 8000, **_HALF),
}
SMALL_PLANS = [Plan(4096, 1, "f16"), Plan(2000, 2, "f16"), Plan(1024, 4, "f16"), Plan(1024, 1, "q8_0")]
HOUSE_PLANS = [Plan(2048, 1, "f16"), Plan(2048, 4, "f16"), Plan(1024, 1, "q8_0"), Plan(2048, 2, "q4_0")]
PLANS = [Plan(1024, 1, "f16"), Plan(512, 4, "f16"), Plan(1024, 1, "q8_0"), Plan(512, 2, "q4_0")]
LARGE_PLANS = [Plan(256, 2, "f16"), Plan(256, 1, "q8_0"), Plan(4096, 1, "q4_0")]
"""Short contexts, or filling them would take an hour; the last one is not filled."""


def small_plans(sizes: Sizes) -> list[Plan]:
    """Plans for a small shape; a quantised cache needs heads of whole blocks."""
    return [plan for plan in SMALL_PLANS if plan.kv == "f16" or sizes.length % 32 == 0]


def drawn(count: int) -> Iterator[tuple[str, Sizes, list[Plan]]]:
    """(name, shape, plans) of so many shapes that nobody chose."""
    draw = random.Random(_SEED)
    for number in range(count):
        head = draw.choice([32, 64, 128])
        heads = draw.choice([n for n in (1, 2, 4, 6, 8, 12, 16, 32) if n * head <= _MOST_ASKING])
        sizes = Sizes(
            layers=draw.choice([1, 2, 3, 5, 8, 12, 20]),
            width=draw.choice([128, 192, 256, 384, 512, 640, 768]),
            heads=heads,
            heads_kv=draw.choice([n for n in range(1, heads + 1) if heads % n == 0]),
            hidden=draw.choice([256, 512, 1024, 1536, 2048]),
            vocabulary=draw.choice([512, 2000, 8000, 16000, 32000, 64000]),
            head=head,
            kind=draw.choice(["q8_0", "f16"]),
            architecture=draw.choice(["llama", "qwen3"]),
            tied=draw.random() < 0.5,
            tokenizer=draw.choice(["gpt2", "llama"]),
        )
        plans = [
            Plan(
                draw.choice([256, 500, 1000, 2048, 4096]),
                draw.choice([1, 1, 2, 4, 8]),
                draw.choice(["f16", "f16", "f16", "f32", "q8_0", "q5_1", "q4_0"]),
            )
            for _ in range(2)
        ]
        yield f"drawn {number + 1}", sizes, list(dict.fromkeys(plans))
