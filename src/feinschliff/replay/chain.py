"""The probability of a stored answer under other settings: penalties, then what is cut off, then the temperature.

Candidates are sorted by logit, and every cut (top-k, top-p, min-p) keeps the front of that order, so a cut is a count.
The tokens that the server did not list come after them, in a few steps of equal tokens (`tail`). Many settings are
followed at once: a race asks for hundreds, of a few dozen answers each, and single ones would cost numpy's calls alone.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from feinschliff.replay.arrays import Floats, Ints
from feinschliff.replay.rules import Rules
from feinschliff.replay.sampling import Drawing, Penalties, Sampling
from feinschliff.replay.traces import Batch

_TIE = 1e-6
"""Logits closer than this are equal: what the server sends is rounded."""

_MOST = np.float32(80)
"""Where penalties have pushed every listed candidate far below the rest: a larger exponent does not fit a float."""

_EVERY = 1 << 30
"""Top-k that cuts nothing off."""

_AT_ONCE = 1 << 15
"""Candidates followed at a time: what is computed with stays in the processor's cache."""


@dataclass(frozen=True)
class Adjusted:
    """Logits after the penalties, up to a constant for each position; one setting stands for all where none has any.

    Candidates come first in the shape: numpy then adds up whole rows at once.
    """

    sorted: Floats
    """Candidates', largest first, shape (width, settings, positions)."""
    drawn: Floats
    """The drawn token's, shape (settings, positions)."""
    rank: Ints
    """Candidates with a larger logit than the drawn token."""
    tail: Floats
    """Those of unlisted tokens by step, shape (steps, 1, positions)."""
    beyond: Floats
    """Tokens in each step, shape (steps, 1, 1)."""


def follow(batch: Batch, samplings: Sequence[Sampling], rules: Rules, *, offset: float | None) -> Floats:
    """Log-probability of each drawn token under each sampling, shape (samplings, positions); -inf where it can never be
    drawn.

    `offset`: what log-probabilities lack to be logits; the repetition penalty needs it, since it acts on the logit's
    sign and size.

    Raises: ValueError where it is needed and missing.
    """
    found = np.empty((len(samplings), len(batch.tokens)), dtype=np.float32)
    for rows in _alike(samplings, max(1, _AT_ONCE // max(1, batch.top.size))):
        some = [samplings[row] for row in rows]
        adjusted = adjust(batch, [s.penalties for s in some], rules, offset=offset)
        found[rows] = log_probabilities(adjusted, [s.drawing for s in some], rules)
    return found


def _alike(samplings: Sequence[Sampling], most: int) -> Iterator[list[int]]:
    """Numbers of samplings, at the most so many at a time, whose penalties are computed in the same way."""
    groups: dict[Hashable, list[int]] = {}
    for i, sampling in enumerate(samplings):
        penalties = sampling.penalties
        key = (penalties.bias, penalties.window if penalties.counts else None, penalties.counts)
        groups.setdefault(key, []).append(i)
    for group in groups.values():
        for start in range(0, len(group), most):
            yield group[start : start + most]


def adjust(batch: Batch, penalties: Sequence[Penalties], rules: Rules, *, offset: float | None) -> Adjusted:
    """Logits as penalties of one bias and one window leave them (see `follow`)."""
    one = penalties[0]
    tail, beyond = batch.tail.T[:, None, :], batch.beyond[:, None, None]
    listed, drawn = np.ascontiguousarray(batch.top_logprobs.T)[:, None, :], batch.logprobs[None, :]
    if one.any:
        listed, drawn = listed.repeat(len(penalties), axis=1), drawn.repeat(len(penalties), axis=0)
        for token, bias in one.bias:
            listed.transpose(1, 2, 0)[:, batch.top == token] += np.float32(bias)
            drawn[:, batch.tokens == token] += np.float32(bias)
        if one.counts:
            _discourage(batch, penalties, rules, listed, drawn, offset)
        listed = -np.sort(-listed, axis=0)
    rank = (listed > drawn + np.float32(_TIE)).sum(axis=0, dtype=np.int32)
    return Adjusted(listed, drawn, rank, tail, beyond)


def _discourage(
    batch: Batch, penalties: Sequence[Penalties], rules: Rules, listed: Floats, drawn: Floats, offset: float | None
) -> None:
    window = penalties[0].window
    repeat = _column([p.repeat for p in penalties])
    if (repeat != 1).any():
        if offset is None:
            raise ValueError("the repetition penalty acts on logits, and only log-probabilities are known")
        own, others = batch.counts(window, prompt=rules.prompt_repeats)
        _repeat(listed, others.T[:, None, :], repeat, offset)
        _repeat(drawn, own, repeat, offset)
    frequency, presence = _column([p.frequency for p in penalties]), _column([p.presence for p in penalties])
    if frequency.any() or presence.any():
        own, others = batch.counts(window, prompt=rules.prompt_counts)
        earlier = others.T[:, None, :]
        listed -= frequency * earlier + presence * (earlier > 0)
        drawn -= frequency * own + presence * (own > 0)


def _repeat(values: Floats, counts: Floats, penalty: Floats, offset: float) -> None:
    logits = values + np.float32(offset)
    seen = (counts > 0) & np.isfinite(logits) & (penalty != 1)
    values[...] = np.where(seen, np.where(logits > 0, logits / penalty, logits * penalty) - np.float32(offset), values)


def log_probabilities(adjusted: Adjusted, drawings: Sequence[Drawing], rules: Rules) -> Floats:
    """Log-probability of each drawn token, shape (drawings, positions); -inf where a setting can never draw it."""
    greedy = np.array([d.temperature == 0 or d.top_k == 1 for d in drawings])[:, None]
    heat = _column([1.0 if d.temperature == 0 else 1 / d.temperature for d in drawings])
    least = _column([math.log(d.min_p) if d.min_p > 0 else -math.inf for d in drawings])
    first = adjusted.sorted[0]
    # Relative to the likeliest, so that nothing overflows.
    cold, tail = adjusted.sorted - first, adjusted.tail - first
    warm, far = cold * heat, np.minimum(tail * heat, _MOST)
    width, shape = len(warm), warm.shape[1:]
    unlisted = np.broadcast_to(adjusted.beyond, far.shape)
    if rules.temperature_first:
        kept, left = _above(warm, least), np.where(far >= least, unlisted, np.float32(0))
        weights, each = np.exp(warm, out=warm), np.exp(far)
        kept, open_ = _cut(kept, left, weights, each, drawings)
        beyond = open_
    else:
        kept_by_min_p = _above(cold, least)
        weights, each = np.exp(warm, out=warm), np.exp(far)
        masses, mass = (np.exp(cold), np.exp(np.minimum(tail, _MOST))) if _any_nucleus(drawings) else (weights, each)
        kept, open_ = _cut(np.full(shape, width, dtype=np.int32), unlisted, masses, mass, drawings)
        kept, beyond = np.minimum(kept, kept_by_min_p), np.where(tail >= least, open_, np.float32(0))
    inside = np.arange(width, dtype=np.int32)[:, None, None] < kept
    total = np.einsum("wsp,wsp->sp", weights, inside.astype(np.float32)) + (beyond * each).sum(axis=0)
    with np.errstate(divide="ignore"):
        value = np.minimum((adjusted.drawn - first) * heat - np.log(total), np.float32(0))
    step = np.minimum((adjusted.tail > adjusted.drawn).sum(axis=0), len(adjusted.tail) - 1)
    in_step = np.take_along_axis(open_, np.broadcast_to(step, shape)[None], axis=0)[0] > 0
    # A step is as probable as its middle; of the drawn token itself it is known whether min-p leaves it.
    in_step &= (adjusted.drawn - first) * (heat if rules.temperature_first else np.float32(1)) >= least
    possible = np.where(adjusted.rank < width, adjusted.rank < kept, in_step)
    possible, value = np.where(greedy, adjusted.rank == 0, possible), np.where(greedy, np.float32(0), value)
    return np.where(possible, value, np.float32(-np.inf)).astype(np.float32)


def _column(values: Sequence[float]) -> Floats:
    return np.array(values, dtype=np.float32)[:, None]


def _any_nucleus(drawings: Sequence[Drawing]) -> bool:
    return any(d.top_p < 1 for d in drawings)


def _above(logits: Floats, least: Floats) -> Ints:
    """Candidates that min-p leaves, shape (drawings, positions)."""
    if np.isneginf(least).all():
        return np.full((len(least), logits.shape[2]), len(logits), dtype=np.int32)
    return np.asarray((logits >= least).sum(axis=0, dtype=np.int32))


def _cut(kept: Ints, rest: Floats, weights: Floats, each: Floats, drawings: Sequence[Drawing]) -> tuple[Ints, Floats]:
    """What top-k, and then top-p, leave of the first `kept` candidates and of the `rest` of each step.

    `weights`: of the candidates; `each`: of a token of each step.
    """
    top_k = np.array([d.top_k or _EVERY for d in drawings])[:, None]
    if (top_k < _EVERY).any():
        kept = np.minimum(kept, top_k).astype(np.int32)
        before = len(weights) + np.cumsum(rest, axis=0) - rest
        rest = np.minimum(rest, np.maximum(0, top_k - before)).astype(np.float32)
    if _any_nucleus(drawings):
        top_p = _column([d.top_p for d in drawings])
        less, more = _nucleus(weights, kept, each, rest, top_p)
        kept, rest = np.where(top_p < 1, less, kept), np.where(top_p < 1, more, rest)
    return kept, rest


def _nucleus(weights: Floats, kept: Ints, each: Floats, rest: Floats, top_p: Floats) -> tuple[Ints, Floats]:
    """The fewest candidates, likeliest first, that hold `top_p` of what is kept so far; at least one."""
    width = len(weights)
    running = np.cumsum(weights, axis=0)
    masses = rest * each
    last = np.maximum(kept - 1, 0)[None]
    listed = np.take_along_axis(np.broadcast_to(running, (width, *kept.shape)), last, axis=0)[0]
    wanted = top_p * (listed + masses.sum(axis=0))
    # A candidate stays while those before it do not hold enough.
    enough = 1 + (running[:-1] < wanted).sum(axis=0, dtype=np.int32)
    missing = np.where(kept >= width, wanted - listed, 0) - (np.cumsum(masses, axis=0) - masses)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        more = np.where(missing > 0, np.ceil(missing / each), 0)
    return np.minimum(kept, enough).astype(np.int32), np.minimum(rest, np.nan_to_num(more)).astype(np.float32)
