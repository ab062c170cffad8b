"""What else is known of stored answers, for settings that were never asked: held to exact means of a small model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from feinschliff.records import Answer, Example, Score
from feinschliff.replay import Outcome, Pool, Source, estimate
from feinschliff.tuning.remains import Remains
from tests.replay.world import END, LENGTH, SIZE, VLLM, World
from tests.replay.world import source as source_of

WORLD = World(20, seed=5)
POOLED = (
    source_of(temperature=0.8, limit=3),
    source_of(limit=LENGTH),
    source_of(temperature=0.5, limit=LENGTH),
)


class HasB:
    """1 where the answer has the letter."""

    name = "has-b"
    needs_target = False

    def score(self, examples: Sequence[Example], answers: Sequence[Answer]) -> list[Score]:
        return [Score(value=float("b" in answer.text)) for answer in answers]


def filled(seed: int, number: int = 80) -> tuple[Pool, Remains]:
    rng = np.random.default_rng(seed)
    pool, remains = Pool(VLLM, vocabulary=SIZE, score=WORLD.score), Remains({"has-b": HasB()})
    for k, one in enumerate(POOLED):
        drawn = [WORLD.answer((i * 3 + k) % WORLD.examples, one, rng) for i in range(number)]
        pool.add(drawn)
        for answer in drawn:
            assert answer.trace is not None
            tokens = float(len(answer.trace.tokens))
            told = {
                "tokens": tokens,
                "latency": 0.5 + 0.1 * tokens,
                "has-b": float("b" in "".join(answer.trace.texts)),
                "nothing": None,
            }
            remains.take(answer, Example(id=f"e{answer.example}"), told, {"tokens": 1.0, "latency": 0.1})
    return pool, remains


def true_tokens(source: Source) -> float:
    """The mean length over the examples: the sum of the chances that there is a next token."""
    assert source.sampling is not None
    assert source.outcome is not None
    total = 0.0
    for example in range(WORLD.examples):
        steps, alive = WORLD._steps(example, source.sampling), np.zeros(SIZE)
        alive[0] = 1.0
        for _ in range(source.outcome.limit or LENGTH):
            total += alive.sum()
            alive = alive @ steps
            alive[END] = 0.0
    return total / WORLD.examples


def test_tokens_and_times_of_settings_that_were_never_asked() -> None:
    targets = [source_of(temperature=0.7, limit=limit) for limit in (2, 3, 5, LENGTH)]
    truth = np.array([true_tokens(target) for target in targets])
    assert np.ptp(truth) > 1
    z = []
    for seed in range(25):
        pool, remains = filled(seed)
        found = estimate(pool, targets, values=lambda outcome, of=remains: of.values("tokens", outcome))
        z.append((found.mean - truth) / np.sqrt(found.variance))
        timed = estimate(pool, targets, values=lambda outcome, of=remains: of.values("latency", outcome))
        assert timed.mean == pytest.approx(0.5 + 0.1 * found.mean)
    informative = np.abs(z)[:, 1:]
    assert (informative <= 1.96).mean() >= 0.9
    assert np.abs(np.mean(z, axis=0)).max() < 0.7


def test_a_shortened_answer_is_scored_anew() -> None:
    _, remains = filled(1)
    short, whole = (remains.values("has-b", outcome) for outcome in (Outcome(limit=2), None))
    assert (short <= whole).all()
    assert (short < whole).any()
    rows = [(d.trace.texts, s) for (d, _, _, _), s in zip(remains._rows, short, strict=True) if d.trace]
    assert all(scored == ("b" in "".join(texts[:2])) for texts, scored in rows)


def test_what_is_not_known_is_left_out() -> None:
    pool, remains = filled(1)
    assert np.isnan(remains.values("nothing", None)).all()
    half = [value if i % 2 else np.nan for i, value in enumerate(remains.values("tokens", None))]
    target = source_of(limit=LENGTH)
    found = estimate(pool, [target], values=lambda _: np.array(half))
    assert abs(found.mean[0] - true_tokens(target)) < 4 * np.sqrt(found.variance[0])
