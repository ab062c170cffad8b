"""Lines that the house model writes, good and bad: `python recipes/house_judge/pool.py --out runs/judge/pool.json`.

Each post gets a greedy line and sampled ones at high temperature, where the model misses or misspells what the post is
about. The same seed gives other lines where llama.cpp rounds otherwise, so training takes the file as it is.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import house
from engine import Engine
from prompts import system_prompt, user_prompt

from feinschliff.datasets.grammar import Post, make_posts

SEED = 77_000_000
"""Seed of the posts: none of them is in the house model's training."""

OPEN = {"top_k": 0, "top_p": 1.0, "min_p": 0.0}
TEMPERATURES = (1.0, 1.5, 1.5, 2.0)


@dataclass(frozen=True)
class Lines:
    """What the house model wrote for one post."""

    id: str
    greedy: str
    sampled: tuple[str, ...]
    """One line for each of `TEMPERATURES`."""


def main() -> None:
    """Parse the arguments and write the pool."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--posts", type=int, default=4000)
    options = parser.parse_args()
    posts = make_posts(options.posts, seed=SEED, split="train")
    rows = sample_lines(Engine(house.START), posts, seed=SEED)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    pool = [asdict(row) for row in rows]
    options.out.write_text(json.dumps(pool, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def sample_lines(engine: Engine, posts: Sequence[Post], *, seed: int) -> list[Lines]:
    """A greedy line for each post and the sampled ones, asked for in changing wordings."""
    made: list[Lines] = []
    random = Random(f"pool:{seed}")
    for start in range(0, len(posts), 50):
        part = posts[start : start + 50]
        system = system_prompt(random)
        prompts = [user_prompt(random, post.text) for post in part]
        greedy = engine.ask(prompts, system=system, temperature=0.0)
        sampled = [
            engine.ask(prompts, system=system, seed=seed + 1000 * turn + start, temperature=temperature, **OPEN)
            for turn, temperature in enumerate(TEMPERATURES)
        ]
        for index, post in enumerate(part):
            lines = tuple(answers[index].text.strip() for answers in sampled)
            made.append(Lines(post.id, greedy[index].text.strip(), lines))
    return made


if __name__ == "__main__":
    main()
