"""The estimator against exact means of a small model."""

from __future__ import annotations

import numpy as np
import pytest

from feinschliff.replay import Drawn, Estimates, Pool, Source, estimate
from feinschliff.replay.arrays import Array
from tests.replay.world import SIZE, VLLM, World, source

WORLD = World(24, seed=1)

POOLS = tuple(
    source(**values) for values in ({}, {"temperature": 0.4}, {"temperature": 0.7, "top_p": 0.8}, {"min_p": 0.1})
)

TARGETS = tuple(
    source(**values)
    for values in (
        *({"temperature": t} for t in (0.25, 0.5, 0.7, 0.9, 1.2)),
        *({"temperature": 0.9, "top_p": p} for p in (0.5, 0.9)),
        *({"temperature": 0.8, "top_k": k} for k in (2, 6)),
        *({"temperature": 1.1, "min_p": p} for p in (0.05, 0.2)),
    )
)


def pool(sources: tuple[Source, ...], number: int, seed: int) -> Pool:
    """So many answers of each source, to the examples in turn."""
    rng = np.random.default_rng(seed)
    made = Pool(VLLM, vocabulary=SIZE)
    for k, one in enumerate(sources):
        made.add([WORLD.answer((i * 5 + k * 7) % WORLD.examples, one, rng) for i in range(number)])
    return made


@pytest.fixture(scope="module")
def found() -> list[Estimates]:
    return [estimate(pool(POOLS, 60, seed), TARGETS) for seed in range(50)]


@pytest.fixture(scope="module")
def truth() -> Array:
    return np.array([WORLD.truth(t.sampling) for t in TARGETS if t.sampling])


def test_intervals_hold_the_truth(found: list[Estimates], truth: Array) -> None:
    usable = np.stack([f.usable for f in found])
    error = np.stack([f.mean - truth for f in found])
    half = 1.96 * np.sqrt(np.stack([f.variance for f in found]))
    assert usable.sum() >= 500
    assert (np.abs(error) <= half)[usable].mean() >= 0.93
    assert abs(error[usable].mean()) < 0.003
    # As wide as they must be, and hardly more.
    assert np.median(half[usable]) < 1.3 * 1.96 * np.sqrt((error[usable] ** 2).mean())


def test_differences_are_known_better_than_levels(found: list[Estimates], truth: Array) -> None:
    z, shared = [], []
    for f in found:
        c = f.covariance()
        for a, b in ((0, 1), (2, 3), (5, 6), (7, 8)):
            if f.usable[a] and f.usable[b]:
                variance = c[a, a] + c[b, b] - 2 * c[a, b]
                z.append((f.mean[a] - f.mean[b] - truth[a] + truth[b]) / np.sqrt(variance))
                shared.append(variance < c[a, a] + c[b, b])
        assert np.linalg.eigvalsh(c).min() > 0
    assert np.mean(np.abs(z) <= 1.96) >= 0.93
    assert np.mean(shared) > 0.95


def test_weights_have_mean_one_and_their_own_number(found: list[Estimates]) -> None:
    whole = np.stack([f.whole for f in found])
    assert np.abs(whole.mean(axis=0) - 1).max() < 0.05
    alone = estimate(pool(POOLS[:1], 50, 3), POOLS[:1])
    assert alone.answers[0] == pytest.approx(50)
    assert alone.whole[0] == pytest.approx(1)
    assert all((f.answers <= 240 + 1e-6).all() for f in found)


def test_what_no_pool_reaches_is_not_usable() -> None:
    cold = pool((source(temperature=0.1),), 200, 5)
    hot, near = estimate(cold, [source(temperature=1.5), source(temperature=0.11)]).usable
    assert (hot, near) == (False, True)


def test_a_few_answers_are_not_enough() -> None:
    assert not estimate(pool(POOLS[:1], 15, 2), POOLS[:1]).usable[0]


def test_contexts_say_nothing_of_each_other() -> None:
    """Answers of another context change what is due to the examples, and no weight."""
    here, there = source(), source(context="d", temperature=0.5)
    both = pool((here, there), 80, 4)
    found = estimate(both, [here, source(context="d"), source(context="e")])
    assert found.answers[0] == pytest.approx(80)
    assert found.whole[:2] == pytest.approx([1, 1], abs=0.4)
    assert found.answers[2] == 0
    assert np.isnan(found.mean[2])
    assert not found.usable[2]


def test_answers_without_probabilities_count_for_their_own_source_alone() -> None:
    rng = np.random.default_rng(6)
    silent = source(temperature=0.5)
    made = pool((source(),), 100, 7)
    before = estimate(made, [source(temperature=0.9), source(temperature=0.5)])
    own = [WORLD.answer(i % WORLD.examples, silent, rng, told=False) for i in range(100)]
    made.add(own)
    after = estimate(made, [source(temperature=0.9), Source("c", None), silent])
    assert after.answers[0] == pytest.approx(before.answers[0])
    assert after.whole[0] == pytest.approx(before.whole[0])
    assert after.answers[1] == 0
    assert after.answers[2] > before.answers[1] + 20
    opaque = Source("c", None)
    made.add([Drawn(opaque, d.example, None, d.score) for d in own])
    assert estimate(made, [opaque]).answers[0] == pytest.approx(100)


def test_a_setting_whose_answers_are_partly_untold_is_not_judged_by_the_others() -> None:
    rng = np.random.default_rng(8)
    made = Pool(VLLM, vocabulary=SIZE)
    hot = source()
    made.add([WORLD.answer(i % WORLD.examples, hot, rng, told=i % 5 > 0) for i in range(200)])
    found = estimate(made, [source(temperature=0.9), hot])
    assert found.lost[0] == pytest.approx(0.2, abs=0.05)
    assert list(found.usable) == [False, True]


def test_an_answer_is_possible_where_it_came_from() -> None:
    """A server that rounds otherwise at the edge of a cut must not make one answer weigh all."""
    rng = np.random.default_rng(9)
    narrow = source(top_k=2)
    strange = [WORLD.answer(i, source(temperature=2.0), rng) for i in range(6)]
    made = pool((narrow,), 100, 10)
    made.add([Drawn(narrow, d.example, d.trace, d.score) for d in strange])
    assert 0 < made.impossible() < 0.1
    found = estimate(made, [source(), narrow])
    assert np.isfinite(found.mean).all()
    assert found.answers[1] > 80


def test_adding_bit_by_bit_changes_nothing() -> None:
    rng = np.random.default_rng(11)
    answers = [WORLD.answer(i % WORLD.examples, POOLS[i % 4], rng) for i in range(80)]
    whole, parts = Pool(VLLM, vocabulary=SIZE), Pool(VLLM, vocabulary=SIZE)
    whole.add(answers)
    for i in range(0, 80, 7):
        parts.add(answers[i : i + 7])
        estimate(parts, TARGETS[:3])
    a, b = estimate(whole, TARGETS), estimate(parts, TARGETS)
    assert a.mean == pytest.approx(b.mean)
    assert a.variance == pytest.approx(b.variance)
