from __future__ import annotations

import random
from itertools import combinations

from feinschliff.datasets.grammar import make_posts
from feinschliff.datasets.near import NEAR, Distinct, jaccard, pieces


def test_posts_of_the_grammar_are_all_distinct() -> None:
    texts = [post.text for post in make_posts(300, seed=4)]
    distinct = Distinct()
    assert all(distinct.add(text) for text in texts)
    assert distinct.texts == texts


def test_copies_with_a_word_or_a_sign_changed_are_found() -> None:
    texts = [post.text for post in make_posts(200, seed=5)]
    distinct = Distinct()
    for text in texts:
        distinct.add(text)
    rng = random.Random(1)
    for text in texts:
        words = text.split()
        words[rng.randrange(len(words))] = "Zebra"
        for copy in (text, text.upper(), f"  {text.replace(',', ' ,')}\n", " ".join(words)):
            assert not distinct.add(copy)
    assert distinct.texts == texts


def test_what_is_proposed_agrees_with_comparing_each_with_each() -> None:
    rng = random.Random(2)
    vocabulary = [f"{rng.randrange(36**4):x}" for _ in range(60)]
    base = [rng.choices(vocabulary, k=40) for _ in range(8)]
    texts = []
    for _ in range(150):
        words = list(rng.choice(base))
        for place in rng.sample(range(40), k=rng.randrange(16)):
            words[place] = rng.choice(vocabulary)
        texts.append(" ".join(words))
    kept: list[str] = []
    for text in texts:
        if all(jaccard(pieces(text), pieces(other)) < NEAR for other in kept):
            kept.append(text)
    distinct = Distinct()
    for text in texts:
        distinct.add(text)
    assert 8 < len(kept) < 140
    # A pair just above the threshold is missed with a probability of about one in a hundred.
    assert len(set(kept) ^ set(distinct.texts)) <= 4
    too_near = [1 for a, b in combinations(distinct.texts, 2) if jaccard(pieces(a), pieces(b)) >= NEAR + 0.1]
    assert not too_near


def test_short_and_empty_texts() -> None:
    distinct = Distinct()
    assert [distinct.add(text) for text in ("", "  ", "ab", "AB!", "안녕하세요 여러분", "안녕하세요, 여러분", "?")] == [
        True, False, True, False, True, False, False,
    ]  # fmt: skip
