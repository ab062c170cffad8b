"""Limits and stop strings: against the engine, whose answers with one seed begin alike, and against exact means."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from feinschliff.replay import Outcome, Pool, Source, estimate
from feinschliff.replay.outcome import shorten
from tests.replay.engine import POSTS, Asked
from tests.replay.world import LENGTH, SIZE, VLLM, World, sampling, source


@pytest.fixture(scope="module")
def engine() -> Iterator[Asked]:
    asked = Asked()
    yield asked
    asked.close()


@pytest.mark.parametrize("seed", range(4))
def test_the_engine_leaves_what_is_computed(engine: Asked, seed: int) -> None:
    free = Outcome(16)
    whole = engine.answer(POSTS[seed], seed=seed, max_tokens=16)
    trace = engine.trace(POSTS[seed], seed=seed, max_tokens=16)
    words = whole.text.split()
    wanted = [
        Outcome(3),
        Outcome(7),
        Outcome(16, (words[-1],)),
        Outcome(5, (whole.text[4:6], words[1])),
        Outcome(16, ("§",)),
    ]
    if trace.gaps:
        # The engine looks for stop strings after whole characters only, and misses some: limits alone.
        wanted = [Outcome(number) for number in range(1, 9)]
    for outcome in wanted:
        told = engine.answer(POSTS[seed], seed=seed, max_tokens=outcome.limit, stop=list(outcome.stops))
        left = shorten(trace, free, outcome)
        assert left.reached
        assert (whole.text if left.text is None else left.text) == told.text
        assert left.tokens == told.completion_tokens


def test_what_its_own_limit_ended_does_not_go_on() -> None:
    world = World(1, seed=3)
    trace = world.draw(0, sampling(), np.random.default_rng(0), limit=2)
    assert not trace.ended
    assert not shorten(trace, Outcome(2), Outcome(3)).reached
    assert shorten(trace, Outcome(2), Outcome(2)).reached
    first = trace.texts[0]
    assert shorten(trace, Outcome(2), Outcome(9, (first,))).text == ""


WORLD = World(20, seed=5)


def filled(sources: tuple[Source, ...], number: int, seed: int) -> Pool:
    rng = np.random.default_rng(seed)
    made = Pool(VLLM, vocabulary=SIZE, score=WORLD.score)
    for k, one in enumerate(sources):
        made.add([WORLD.answer((i * 3 + k) % WORLD.examples, one, rng) for i in range(number)])
    return made


def test_means_under_other_limits() -> None:
    """From answers of two limits: shorter ones from both, the long ones from the long alone."""
    sources = (source(3, temperature=0.8), source(LENGTH), source(LENGTH, temperature=0.5))
    targets = [source(limit, temperature=0.7) for limit in (2, 3, 5, LENGTH)]
    truth = np.array([WORLD.truth(t.sampling, limit=t.outcome.limit or 0) for t in targets if t.sampling and t.outcome])
    assert np.ptp(truth) > 0.01  # limits matter here
    z = []
    for seed in range(30):
        found = estimate(filled(sources, 80, seed), targets)
        assert found.usable.all()
        assert found.lost == pytest.approx(np.zeros(4))
        z.append((found.mean - truth) / np.sqrt(found.variance))
    assert (np.abs(z) <= 1.96).mean() >= 0.92
    assert np.abs(np.mean(z, axis=0)).max() < 0.6
    assert np.abs(found.whole - 1).max() < 0.35


def test_short_answers_do_not_tell_of_long_ones() -> None:
    found = estimate(filled((source(2), source(2, temperature=0.6)), 100, 1), [source(LENGTH), source(2)])
    assert found.lost[0] > 0.5
    assert list(found.usable) == [False, True]


def test_stop_strings() -> None:
    free = source(LENGTH)
    made = filled((free, source(LENGTH, temperature=0.7)), 150, 2)
    stop = Source("c", sampling(temperature=0.9), Outcome(LENGTH, ("b", "ca")))
    rng = np.random.default_rng(3)
    scores = []
    for i in range(2500):
        text = "".join(WORLD.draw(i % WORLD.examples, sampling(temperature=0.9), rng).texts)
        cuts = [at for s in ("b", "ca") if (at := text.find(s)) >= 0]
        scores.append(WORLD.score(i % WORLD.examples, text[: min(cuts)] if cuts else text))
    found = estimate(made, [stop])
    assert found.usable[0]
    assert abs(found.mean[0] - np.mean(scores)) < 2.5 * np.sqrt(found.variance[0]) + 0.005


def test_without_a_score_for_them_shortened_answers_are_refused() -> None:
    made = Pool(VLLM, vocabulary=SIZE)
    made.add([WORLD.answer(0, source(LENGTH), np.random.default_rng(1)) for _ in range(3)])
    with pytest.raises(ValueError, match="scored anew"):
        estimate(made, [source(1)])


def test_a_server_that_hides_the_stop_string_does_not_show_what_came_before_it() -> None:
    hidden, shown = Outcome(9, ("x",)), Outcome(9)
    assert not hidden.covers(Outcome(5, ("x",)), stops_listed=False)
    assert hidden.covers(Outcome(5, ("x", "y")), stops_listed=True)
    assert not hidden.covers(shown, stops_listed=True)
    assert shown.covers(hidden, stops_listed=False)
    assert not shown.covers(Outcome(), stops_listed=True)
