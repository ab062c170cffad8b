"""Speed of `similarity` against difflib and of `tfidf` against bare scikit-learn, through the public scorers.

python -m benchmarks.scorers.run [--pairs 1000000] [--blocks 10] [--out benchmarks/scorers/results.json]
"""

from __future__ import annotations

import argparse
import difflib
import gc
import json
import math
import os
import random
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from feinschliff.datasets.grammar import make_posts
from feinschliff.records import Answer, Example, Score
from feinschliff.scorers import make_scorer
from feinschliff.text.normal import words
from feinschliff.text.stopwords import guess_language, stop_words

POSTS = 20_000
LONG = 8_000
"""Characters of the long texts."""

Pair = tuple[str, str]


def make_pairs(count: int, *, seed: int, lines: list[str]) -> list[Pair]:
    """(answer, target): subject lines, and what a model at some temperature makes of them; one in five is as wanted."""
    rng = random.Random(seed)
    pairs = []
    for _ in range(count):
        target = rng.choice(lines)
        kind = rng.random()
        answer = target if kind < 0.2 else rng.choice(lines) if kind < 0.4 else varied(target, rng, lines)
        pairs.append((answer, target))
    return pairs


def varied(line: str, rng: random.Random, lines: list[str]) -> str:
    """The line with one to four of its words left out, replaced, inserted, moved or misspelt."""
    line_words = line.split()
    for _ in range(rng.randint(1, 4)):
        place, other = rng.randrange(len(line_words)), rng.choice(rng.choice(lines).split())
        change = rng.choice(("drop", "replace", "insert", "move", "misspell"))
        if change == "drop" and len(line_words) > 1:
            del line_words[place]
        elif change == "replace":
            line_words[place] = other
        elif change == "insert":
            line_words.insert(place, other)
        elif change == "move":
            line_words.insert(rng.randrange(len(line_words)), line_words.pop(place))
        else:
            letters = list(line_words[place])
            letters[rng.randrange(len(letters))] = rng.choice("abcdefghijklmnopqrstuvwxyzäöüß")
            line_words[place] = "".join(letters)
    return " ".join(line_words)


def records(pairs: list[Pair]) -> tuple[list[Example], list[Answer]]:
    """The pairs as a run has them."""
    examples = [Example(id=str(i), target=target) for i, (_, target) in enumerate(pairs)]
    answers = [Answer(key=str(i), example=str(i), repeat=0, text=answer) for i, (answer, _) in enumerate(pairs)]
    return examples, answers


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """(wall seconds, what came out); garbage of before is collected first, so that neither side pays for it."""
    gc.collect()
    started = time.perf_counter()
    made = work()
    return time.perf_counter() - started, made


def in_turn(first: Callable[[], Any], second: Callable[[], Any], swap: bool) -> tuple[tuple[float, Any], ...]:
    """Both, timed, in this order or the other."""
    if swap:
        b = seconds(second)
        return seconds(first), b
    return seconds(first), seconds(second)


def similarity_block(pairs: list[Pair], *, swap: bool) -> tuple[float, float]:
    """Seconds of ours and of difflib on the same pairs. Every number must be equal, to the last bit."""
    examples, answers = records(pairs)
    scorer = make_scorer("similarity")
    (ours, scores), (theirs, ratios) = in_turn(
        lambda: scorer.score(examples, answers),
        lambda: [difflib.SequenceMatcher(None, a, b, autojunk=False).ratio() for a, b in pairs],
        swap,
    )
    assert [score.value for score in scores] == ratios
    return ours, theirs


def tfidf_block(pairs: list[Pair], *, swap: bool) -> tuple[float, float]:
    """Seconds of ours and of bare scikit-learn, both fitted on the targets, with the same words and stop words.

    The numbers must agree wherever scikit-learn knows all words (it drops the others).
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    targets = [target for _, target in pairs]
    examples, answers = records(pairs)
    scorer = make_scorer("tfidf", targets=targets)
    left_out = sorted(stop_words(guess_language(targets)))
    bare = TfidfVectorizer(token_pattern=r"[^\W_]+(?:['’][^\W\d_]+)*", stop_words=left_out).fit(targets)

    def cosines() -> Any:
        x, y = bare.transform([a.text for a in answers]), bare.transform([e.target for e in examples])
        return np.asarray(x.multiply(y).sum(axis=1)).ravel()

    (ours, scores), (theirs, values) = in_turn(lambda: scorer.score(examples, answers), cosines, swap)
    compared = agree(pairs, scores, values.tolist(), set(bare.vocabulary_) | set(left_out))
    assert compared > len(pairs) / 2
    return ours, theirs


def agree(pairs: list[Pair], scores: list[Score], values: list[float], known: set[str]) -> int:
    """Number of pairs of known words; their numbers must be the same."""
    compared = 0
    for (answer, _), score, value in zip(pairs, scores, values, strict=True):
        if score.value is not None and all(word in known for word in words(answer)):
            compared += 1
            assert math.isclose(score.value, value, abs_tol=1e-9), (answer, score, value)
    return compared


def compare(block: Callable[..., tuple[float, float]], blocks: Iterator[list[Pair]]) -> dict[str, Any]:
    """Totals and the ratio theirs / ours within each block."""
    times = []
    count = 0
    for i, pairs in enumerate(blocks):
        times.append(block(pairs, swap=i % 2 == 1))
        count += len(pairs)
    ratios = [theirs / ours for ours, theirs in times]
    return {
        "pairs": count,
        "microseconds_per_pair": {
            "ours": round(sum(o for o, _ in times) / count * 1e6, 2),
            "theirs": round(sum(t for _, t in times) / count * 1e6, 2),
        },
        "times_as_fast": {
            "median": round(statistics.median(ratios), 2),
            "lowest": round(min(ratios), 2),
            "highest": round(max(ratios), 2),
        },
    }


def long_texts(lines: list[str]) -> dict[str, float]:
    """Seconds for one pair of long texts: prose, and a phrase over and over."""
    rng = random.Random(0)
    prose = [" ".join(rng.choices(lines, k=LONG // 25))[:LONG] for _ in range(2)]
    loops = [(phrase * LONG)[:LONG] for phrase in ("Ja klar das machen wir. ", "Ja klar, das machen wir ")]
    found = {}
    for name, (answer, target) in (("prose", prose), ("loops", loops)):
        examples, answers = records([(answer, target)])
        found[name] = round(seconds(lambda e=examples, a=answers: make_scorer("similarity").score(e, a))[0], 4)
    return found


def memory(count: int, lines: list[str]) -> dict[str, float]:
    """Resident MiB before and at the peak of one call on all pairs, the million scores that it returns included."""
    examples, answers = records(make_pairs(count, seed=99, lines=lines))
    found = {}
    for name in ("similarity", "tfidf"):
        scorer = make_scorer(name, targets=lines)
        before = rss_mib()
        scores = scorer.score(examples, answers)
        found[name] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before, 1)
        del scores
    return found


def rss_mib() -> float:
    """Resident memory of this process."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    """Measure in blocks, ours and theirs in turn, so that other work on the machine slows both."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--blocks", type=int, default=10)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    lines = [post.subject for post in make_posts(POSTS, seed=2026)]
    for block in (similarity_block, tfidf_block):  # imports are not measured
        block(make_pairs(1000, seed=7, lines=lines), swap=False)
    size = args.pairs // args.blocks
    result = {
        "memory_mib_of_a_call": memory(args.pairs, lines),
        "similarity_against_difflib": compare(
            similarity_block, (make_pairs(size, seed=i, lines=lines) for i in range(args.blocks))
        ),
        "tfidf_against_scikit_learn": compare(
            tfidf_block, (make_pairs(size, seed=100 + i, lines=lines) for i in range(args.blocks))
        ),
        "similarity_seconds_of_8000_characters": long_texts(lines),
        "distinct_pairs": len(set(make_pairs(size, seed=0, lines=lines))) / size,
        "cores": os.cpu_count(),
    }
    print(json.dumps(result, indent=2))
    if args.out:
        args.out.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
