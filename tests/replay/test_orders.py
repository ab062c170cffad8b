"""The samplers' orders against a direct implementation over whole distributions."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from feinschliff.replay import RULES, Trace
from feinschliff.replay.chain import follow
from feinschliff.replay.traces import Batch
from tests.replay.world import direct, sampling


def told(logits: np.ndarray, tokens: list[int]) -> Trace:
    """An answer whose positions all had these logits."""
    order = np.argsort(-logits).astype(np.int32)
    rows = np.tile((logits - np.log(np.exp(logits).sum())).astype(np.float32), (len(tokens), 1))
    return Trace(
        tokens=np.array(tokens, np.int32),
        logprobs=rows[0][tokens],
        top=np.tile(order, (len(tokens), 1)),
        top_logprobs=rows[:, order],
        prompt=np.zeros(0, np.int32),
        ended=True,
    )


@pytest.mark.parametrize("dialect", ["vllm", "openai", "llama.cpp"])
@pytest.mark.parametrize("seed", range(25))
def test_every_token_of_every_position(dialect: str, seed: int) -> None:
    rules = RULES[dialect]
    rng, draw = np.random.default_rng(seed), random.Random(seed)
    size = 15
    logits = rng.normal(0, 2, size)
    wanted = sampling(
        rules,
        temperature=draw.choice([0.0, 0.4, 1.0, 1.7]),
        top_k=draw.choice([0, 0, 1, 4, 9]),
        top_p=draw.choice([1.0, 0.8, 0.4]),
        min_p=draw.choice([0.0, 0.0, 0.1, 0.5]),
        frequency_penalty=draw.choice([0.0, 0.7, -0.4]),
        presence_penalty=draw.choice([0.0, 1.1]),
        repeat_penalty=draw.choice([1.0, 1.3]),
        logit_bias=draw.choice([None, {"3": 1.5, "7": False}]),
    )
    offset = float(np.log(np.exp(logits).sum()))
    before = [int(t) for t in rng.integers(0, size, 5)]
    expected = direct(logits, before, wanted, rules)
    found = []
    for token in range(size):
        batch = Batch([told(logits, [*before, token])], size)
        found.append(np.exp(follow(batch, [wanted], rules, offset=offset)[0, -1]))
    assert np.abs(np.array(found) - expected).max() < 2e-5


def test_without_the_offset_a_repetition_penalty_is_refused() -> None:
    batch = Batch([told(np.zeros(3), [1, 1])], 3)
    with pytest.raises(ValueError, match="logits"):
        follow(batch, [sampling(repeat_penalty=1.1)], RULES["vllm"], offset=None)


@pytest.mark.parametrize(("token", "possible"), [(25, True), (29, False)])  # 0.062 and 0.045 of the likeliest
def test_min_p_is_held_against_a_tokens_own_probability_beyond_the_list_too(token: int, possible: bool) -> None:
    # Flat behind the likeliest: 18 listed tokens at a tenth of its probability, and all others just below.
    logits = np.concatenate([[0.0], np.full(18, np.log(0.1)), np.linspace(np.log(0.099), np.log(0.001), 60)])
    whole = told(logits, [token])
    listed = replace(whole, top=whole.top[:, :19], top_logprobs=whole.top_logprobs[:, :19])
    batch = Batch([listed], 79)
    rules = RULES["llama.cpp"]
    wanted = sampling(rules, temperature=1.0, top_k=0, top_p=1.0, min_p=0.05)
    found = follow(batch, [wanted], rules, offset=None)[0, 0]
    assert np.isfinite(found) == possible
