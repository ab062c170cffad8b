"""The scores of the benchmark's tasks: plain functions of the answers, the wanted answer and the row; no randomness.

They stand on their own, apart from the grammar's word lists, so that work on the package's scorers cannot move them.
This file's hash is a part of every task's hash.
"""

from __future__ import annotations

import difflib
import functools
import hashlib
import itertools
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from feinschliff.datasets.grammar import holds_phrase, make_posts
from feinschliff.records import digest

Row = Mapping[str, Any]
ScoreFunction = Callable[[Sequence[str], str, Row, str], float]
"""Of (answers of one unit, wanted answer, row, name of the unit): 0 to 1, higher is better.

The unit's name is `SEED/EXAMPLE/REPEAT`; only the null task looks at it.
"""

_WORD = re.compile(r"\w+")


@functools.lru_cache(maxsize=1 << 16)
def ratio(a: str, b: str) -> float:
    """Share of matching characters, as difflib counts them: 2 M / T."""
    return difflib.SequenceMatcher(None, a, b, autojunk=False).ratio()


def similarity(answers: Sequence[str], target: str, row: Row, unit: str) -> float:
    """`ratio` to the wanted line."""
    return ratio(answers[0], target)


def words_and_length(answers: Sequence[str], target: str, row: Row, unit: str) -> float:
    """TF-IDF cosine to the wanted line, times the ratio of their lengths in words (the shorter by the longer)."""
    told, wanted = words(answers[0]), words(target)
    if not told or not wanted:
        return 0.0
    return cosine(told, wanted) * min(len(told), len(wanted)) / max(len(told), len(wanted))


def unrepeated(answers: Sequence[str], target: str, row: Row, unit: str) -> float:
    """chrF to the wanted text, times the fourth power of the share of distinct pairs of neighbouring words."""
    text = answers[0].split()
    pairs = list(itertools.pairwise(text))
    distinct = len(set(pairs)) / len(pairs) if pairs else 1.0
    return chrf(answers[0], target) * distinct**4


def different_good(answers: Sequence[str], target: str, row: Row, unit: str) -> float:
    """Share of the pairs of answers in which both are good and their `ratio` is below 0.8."""
    lines = [answer.strip() for answer in answers]
    good = [line if _is_good(line, row) else None for line in lines]
    pairs = list(itertools.combinations(good, 2))
    return sum(a is not None and b is not None and ratio(a, b) < 0.8 for a, b in pairs) / len(pairs)


def _is_good(line: str, row: Row) -> bool:
    """Two to nine words, the row's key fact among them, and none that stands neither in the post nor in other lines."""
    if not 2 <= len(line.split()) <= 9 or not holds_phrase(line, str(row["key_fact"])):
        return False
    known, own = _documents()[0], set(words(str(row["post"])))
    return all(word in own or word in known for word in words(line))


def medoid_chrf(answers: Sequence[str], target: str, row: Row, unit: str) -> float:
    """chrF of the answer that the others agree with most."""
    return chrf(answers[medoid(answers)], target)


def medoid(answers: Sequence[str]) -> int:
    """Index of the answer with the highest mean `ratio` to the others; the first of equal ones. It sees no target."""
    agreed = [sum(ratio(a, b) for j, b in enumerate(answers) if j != i) for i, a in enumerate(answers)]
    return max(range(len(answers)), key=lambda i: agreed[i])


def null(answers: Sequence[str], target: str, row: Row, unit: str) -> float:
    """Noise: uniform, seeded by the unit's name and the answers. No setting is better than another."""
    data = "\x00".join([unit, *answers]).encode()
    return int.from_bytes(hashlib.sha256(data).digest()[:6], "big") / 2**48


def words(text: str) -> list[str]:
    """The words in lower case."""
    return _WORD.findall(text.casefold())


def cosine(a: Sequence[str], b: Sequence[str]) -> float:
    """Cosine of two TF-IDF vectors."""
    left, right = _vector(a), _vector(b)
    norm = math.sqrt(sum(v * v for v in left.values()) * sum(v * v for v in right.values()))
    return sum(value * right.get(word, 0.0) for word, value in left.items()) / norm if norm else 0.0


def _vector(text: Sequence[str]) -> dict[str, float]:
    counts, total = _documents()
    return {w: n * (math.log((1 + total) / (1 + counts[w])) + 1.0) for w, n in Counter(text).items()}


@functools.lru_cache(maxsize=1)
def _documents() -> tuple[Counter[str], int]:
    """In how many subject lines each word stands, and how many lines there are."""
    lines = [post.subject for post in make_posts(5000, seed=505, split="train")]
    return Counter(word for line in lines for word in set(words(line))), len(lines)


def chrf(answer: str, target: str, *, order: int = 6, beta: float = 2.0) -> float:
    """Character n-gram F score, 1 to `order`, spaces left out, recall `beta` times as important as precision."""
    precision = recall = 0.0
    counted = 0
    for n in range(1, order + 1):
        told, wanted = _grams(answer, n), _grams(target, n)
        if not told or not wanted:
            continue
        shared = sum((told & wanted).values())
        precision += shared / sum(told.values())
        recall += shared / sum(wanted.values())
        counted += 1
    if not counted or not precision + recall:
        return 0.0
    precision, recall = precision / counted, recall / counted
    return (1 + beta**2) * precision * recall / (beta**2 * precision + recall)


def _grams(text: str, n: int) -> Counter[str]:
    text = "".join(text.split())
    return Counter(text[i : i + n] for i in range(len(text) - n + 1))


def words_digest() -> str:
    """Hash of the word counts that the TF-IDF weights come from."""
    counts, total = _documents()
    return digest([total, sorted(counts.items())])
