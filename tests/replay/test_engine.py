"""Replay against the real engine's own probabilities after sampling."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from feinschliff.replay import Trace
from tests.replay.engine import POSTS, Asked, computed

_EXACT = 3e-3
"""With `_MANY` candidates; what is not listed is spread by a rule of thumb."""
_MANY = 400

ALONE: tuple[dict[str, Any], ...] = (
    {"temperature": 0.4},
    {"temperature": 1.2},
    {"temperature": 0.0},
    {"top_k": 1},
    {"top_k": 3},
    {"top_p": 0.6},
    {"top_p": 0.95, "temperature": 1.2},
    {"min_p": 0.2},
    {"min_p": 0.02, "temperature": 1.2},
    {"frequency_penalty": 1.2},
    {"frequency_penalty": -0.4},
    {"presence_penalty": 1.0},
    {"presence_penalty": 0.7, "repeat_last_n": 10},
    {"frequency_penalty": 0.8, "repeat_last_n": 0},
    {"frequency_penalty": 0.5, "repeat_last_n": 3},
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Asked]:
    asked = Asked()
    yield asked
    asked.close()


def worst(engine: Asked, fields: dict[str, Any], seed: int) -> float:
    """The largest difference of a probability, over an answer to one post."""
    post = POSTS[seed % len(POSTS)]
    trace = engine.trace(post, top=_MANY, max_tokens=10, seed=seed, **fields)
    told = engine.probabilities(post, max_tokens=10, seed=seed, **fields)
    return float(np.abs(np.array(told) - computed([trace], **fields)).max())


@pytest.mark.parametrize("fields", ALONE, ids=str)
def test_each_parameter(engine: Asked, fields: dict[str, Any]) -> None:
    assert max(worst(engine, fields, seed) for seed in range(2)) < _EXACT


@pytest.mark.parametrize("seed", range(10))
def test_any_combination(engine: Asked, seed: int) -> None:
    draw = random.Random(seed)
    fields = {
        "temperature": draw.choice([0.0, 0.3, 0.8, 1.3]),
        "top_k": draw.choice([0, 0, 5, 30]),
        "top_p": draw.choice([1.0, 0.9, 0.5]),
        "min_p": draw.choice([0.0, 0.05, 0.3]),
        "frequency_penalty": draw.choice([0.0, 0.6, -0.3]),
        "presence_penalty": draw.choice([0.0, 0.9]),
        "repeat_last_n": draw.choice([64, 16, 100]),
    }
    assert worst(engine, fields, seed) < _EXACT


@pytest.mark.parametrize("bias", [-3.0, 1.0, False])
def test_biases(engine: Asked, bias: float) -> None:
    for seed, post in enumerate(POSTS):
        token = str(int(engine.trace(post, seed=seed).top[0, 0]))
        assert worst(engine, {"logit_bias": {token: bias}}, seed) < _EXACT


def test_the_engines_greedy_answer_is_certain_and_others_are_impossible(engine: Asked) -> None:
    greedy = engine.trace(POSTS[0], temperature=0.0)
    other = engine.trace(POSTS[0], seed=9, temperature=1.5)
    assert set(computed([greedy], temperature=0.0)) == {1.0}
    assert 0.0 in computed([other], temperature=0.0)


@pytest.mark.parametrize(
    ("fields", "most"),
    [
        ({"temperature": 0.5}, 0.02),
        ({"top_p": 0.7}, 0.02),
        ({"frequency_penalty": 0.7}, 0.1),
        ({"temperature": 1.4}, 0.1),
    ],
    ids=str,
)
def test_twenty_candidates_do_nearly_as_well_as_all(
    lists: tuple[list[Trace], list[Trace]], fields: dict[str, Any], most: float
) -> None:
    """Log-probabilities of the tokens, root mean square of the differences; -inf for the same tokens."""
    with np.errstate(divide="ignore"):
        narrow, whole = (np.log(computed(traces, **fields)) for traces in lists)
    possible = np.isfinite(whole)
    assert (np.isfinite(narrow) == possible).all()
    assert np.sqrt(np.mean((narrow[possible] - whole[possible]) ** 2)) < most


@pytest.fixture(scope="module")
def lists(engine: Asked) -> tuple[list[Trace], list[Trace]]:
    """The same answers with 20 candidates a position, and with all."""
    narrow, whole = (
        [engine.trace(p, seed=i, top=top, max_tokens=10) for i, p in enumerate(POSTS[:2])] for top in (20, 2048)
    )
    return narrow, whole
