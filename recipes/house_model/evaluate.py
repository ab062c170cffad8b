"""Measures the house model with the real engine: `python recipes/house_model/evaluate.py --model house-1.gguf`.

Key facts: does the greedy subject line name what the post is about, more often than the rule-based line? Temperature:
does mean similarity to the reference fall from step to step? All posts are test posts. Intervals are 95 % intervals;
those of differences are paired over posts.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path
from random import Random

from engine import Answer, Engine
from prompts import system_prompt, user_prompt

from feinschliff.datasets.grammar import Post, carries_key_fact, make_posts
from feinschliff.datasets.rules import subject_line

POSTS = 500
SEED = 20_260
TEMPERATURES = (0.05, 0.5, 1.0, 1.5)
OPEN = {"top_k": 0, "top_p": 1.0, "min_p": 0.0}
SYSTEM = "You write subject lines. Answer with one subject line in the language of the post."
PROMPT = "Subject line for this post:\n{post}"
"""The wording of the bundled task."""
NOT_POSTS = (
    "What is the capital of France?",
    "Wie spät ist es?",
    "안녕하세요, 자전거를 찾습니다",
    "hi",
    ".",
    "Tell me a joke about a horse and a bar, please, and make it a long one.",
    "Explain in great detail how a bicycle stays upright. " * 12,
)

Json = dict[str, object]


def main() -> None:
    """Parse the arguments, measure, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results.json")
    options = parser.parse_args()
    engine = Engine(options.model)
    results: Json = {
        "model": options.model.name,
        "sha256": hashlib.sha256(options.model.read_bytes()).hexdigest(),
        "posts_per_language": POSTS,
        "seed": SEED,
        "system_prompt": SYSTEM,
        "prompt": PROMPT,
        "languages": {language: language_results(engine, language) for language in ("de", "en")},
        "not_posts": [vars(answer) for answer in engine.ask(NOT_POSTS, system=None, temperature=0.0, max_tokens=64)],
    }
    options.out.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")
    print(json.dumps(results, indent=2, ensure_ascii=False))


def language_results(engine: Engine, language: str) -> Json:
    """All measurements for one language."""
    posts = make_posts(POSTS, language=language, seed=SEED)
    greedy = ask(engine, posts, temperature=0.0)
    again = ask(engine, posts, temperature=0.0)
    return {
        "key_fact": key_fact_results(posts, greedy),
        "temperature_open": temperature_results(engine, posts, **OPEN),
        "temperature_server_defaults": temperature_results(engine, posts),
        "any_wording": any_wording(engine, posts),
        "greedy_similarity": mean([similarity(a, p) for a, p in zip(greedy, posts, strict=True)]),
        "greedy_same_when_asked_again": mean([float(a.text == b.text) for a, b in zip(greedy, again, strict=True)]),
        "greedy_stops_by_itself": mean([float(answer.stopped) for answer in greedy]),
        "greedy_tokens": mean([float(answer.tokens) for answer in greedy]),
        "examples": [
            {"post": p.text, "reference": p.subject, "greedy": a.text, "rule": subject_line(p.text)}
            for p, a in list(zip(posts, greedy, strict=True))[:10]
        ],
    }


def key_fact_results(posts: Sequence[Post], greedy: Sequence[Answer]) -> Json:
    """Share of lines with the key fact: model, rule, and their paired difference."""
    ours = [float(carries_key_fact(a.text, p)) for a, p in zip(greedy, posts, strict=True)]
    rule = [float(carries_key_fact(subject_line(p.text), p)) for p in posts]
    kinds = sorted({post.kind for post in posts})
    by_kind = {kind: mean([o for o, p in zip(ours, posts, strict=True) if p.kind == kind]) for kind in kinds}
    difference = [o - r for o, r in zip(ours, rule, strict=True)]
    return {
        "model": {"share": mean(ours), "interval": wilson(ours)},
        "rule": {"share": mean(rule), "interval": wilson(rule)},
        "difference": {"mean": mean(difference), "interval": bootstrap(difference)},
        "by_kind": by_kind,
    }


def temperature_results(engine: Engine, posts: Sequence[Post], **settings: float) -> Json:
    """Mean similarity at each temperature and the paired steps between neighbours."""
    scores: dict[float, list[float]] = {}
    stopped: dict[float, float] = {}
    for temperature in TEMPERATURES:
        answers = ask(engine, posts, temperature=temperature, **settings)
        scores[temperature] = [similarity(a, p) for a, p in zip(answers, posts, strict=True)]
        stopped[temperature] = mean([float(answer.stopped) for answer in answers])
    steps = []
    for low, high in pairwise(TEMPERATURES):
        change = [b - a for a, b in zip(scores[low], scores[high], strict=True)]
        steps.append({"from": low, "to": high, "mean": mean(change), "interval": bootstrap(change)})
    return {"similarity": {str(t): mean(s) for t, s in scores.items()}, "steps": steps, "stopped": stopped}


def any_wording(engine: Engine, posts: Sequence[Post]) -> Json:
    """Key-fact share when every post is asked for in another wording, system prompt or none included."""
    random = Random("any wording")
    hits = []
    for post in posts:
        answer = engine.ask([user_prompt(random, post.text)], system=system_prompt(random), temperature=0.0)[0]
        hits.append(float(carries_key_fact(answer.text, post)))
    return {"share": mean(hits), "interval": wilson(hits)}


def ask(engine: Engine, posts: Sequence[Post], *, temperature: float, **settings: float) -> list[Answer]:
    """One line for each post in the bundled task's wording."""
    prompts = [PROMPT.format(post=post.text) for post in posts]
    return engine.ask(prompts, system=SYSTEM, seed=SEED, temperature=temperature, **settings)


def similarity(answer: Answer, post: Post) -> float:
    """Ratcliff-Obershelp similarity of the answer and the reference, 0 to 1."""
    return SequenceMatcher(None, answer.text, post.subject, autojunk=False).ratio()


def mean(values: Sequence[float]) -> float:
    """The mean, to four digits."""
    return round(math.fsum(values) / len(values), 4)


def wilson(hits: Sequence[float], z: float = 1.96) -> list[float]:
    """95 % interval of a share (Wilson 1927)."""
    n, p = len(hits), sum(hits) / len(hits)
    centre, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return [round((centre + sign * half) / (1 + z * z / n), 4) for sign in (-1, 1)]


def bootstrap(values: Sequence[float], rounds: int = 4000) -> list[float]:
    """95 % percentile interval of the mean over posts."""
    random = Random("bootstrap")
    means = sorted(math.fsum(random.choices(values, k=len(values))) / len(values) for _ in range(rounds))
    return [round(means[int(rounds * share)], 4) for share in (0.025, 0.975)]


if __name__ == "__main__":
    main()
