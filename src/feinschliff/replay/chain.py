"""The probability of a stored answer under other settings: penalties, then what is cut off, then the temperature.

Candidates are sorted by logit, and every cut (top-k, top-p, min-p) keeps the front of that order, so a cut is a count.
The tokens that the server did not list come after them, in a few steps of equal tokens (`tail`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from feinschliff.replay.arrays import Floats, Ints
from feinschliff.replay.rules import Rules
from feinschliff.replay.sampling import Drawing, Penalties
from feinschliff.replay.traces import Batch

_TIE = 1e-6
"""Logits closer than this are equal: what the server sends is rounded."""


_MOST = np.float32(80)
"""Where penalties have pushed every listed candidate far below the rest: a larger exponent does not fit a float."""


@dataclass(frozen=True)
class Adjusted:
    """Logits after the penalties, up to a constant for each position."""

    sorted: Floats
    """Candidates', largest first, shape (positions, width)."""
    drawn: Floats
    """The drawn token's, shape (positions,)."""
    rank: Ints
    """Candidates with a larger logit than the drawn token."""
    tail: Floats
    """Those of unlisted tokens by step, shape (positions, steps)."""
    beyond: Floats
    """Tokens in each step, shape (steps,)."""


def adjust(batch: Batch, penalties: Penalties, rules: Rules, *, offset: float | None) -> Adjusted:
    """Logits as the penalties leave them.

    `offset`: what log-probabilities lack to be logits; the repetition penalty needs it, since it acts on the logit's
    sign and size.

    Raises: ValueError where it is needed and missing.
    """
    listed, drawn = batch.top_logprobs, batch.logprobs
    moved = False
    if penalties.bias:
        listed, drawn, moved = listed.copy(), drawn.copy(), True
        for token, bias in penalties.bias:
            listed[batch.top == token] += bias
            drawn[batch.tokens == token] += bias
    if penalties.counts:
        if not moved:
            listed, drawn = listed.copy(), drawn.copy()
        moved = True
        _discourage(batch, penalties, rules, listed, drawn, offset)
    ordered = -np.sort(-listed, axis=1) if moved else listed
    rank = (ordered > drawn[:, None] + _TIE).sum(axis=1, dtype=np.int32)
    return Adjusted(ordered, drawn, rank, batch.tail, batch.beyond)


def _discourage(
    batch: Batch, penalties: Penalties, rules: Rules, listed: Floats, drawn: Floats, offset: float | None
) -> None:
    if penalties.repeat != 1:
        if offset is None:
            raise ValueError("the repetition penalty acts on logits, and only log-probabilities are known")
        own, others = batch.counts(penalties.window, prompt=rules.prompt_repeats)
        _repeat(listed, others, penalties.repeat, offset)
        _repeat(drawn, own, penalties.repeat, offset)
    if penalties.frequency or penalties.presence:
        own, others = batch.counts(penalties.window, prompt=rules.prompt_counts)
        listed -= penalties.frequency * others + penalties.presence * (others > 0)
        drawn -= penalties.frequency * own + penalties.presence * (own > 0)


def _repeat(values: Floats, counts: Floats, penalty: float, offset: float) -> None:
    logits = values + np.float32(offset)
    seen = (counts > 0) & np.isfinite(logits)
    values[seen] = (np.where(logits > 0, logits / penalty, logits * penalty) - offset)[seen]


def log_probabilities(adjusted: Adjusted, drawing: Drawing, rules: Rules) -> Floats:
    """Log-probability of each drawn token, shape (positions,); -inf where the setting can never draw it."""
    if drawing.temperature == 0 or drawing.top_k == 1:
        return np.where(adjusted.rank == 0, np.float32(0), np.float32(-np.inf))
    heat = np.float32(1 / drawing.temperature)
    first = adjusted.sorted[:, 0]
    # Relative to the likeliest, so that nothing overflows.
    cold = adjusted.sorted - first[:, None]
    warm = cold * heat
    tail = adjusted.tail - first[:, None]
    weights = np.exp(warm)
    if rules.temperature_first:
        kept, open_, beyond = _cut(warm, weights, tail * heat, adjusted.beyond, drawing, min_p_first=True)
    else:
        masses = np.exp(cold) if 0 < drawing.top_p < 1 else None
        kept, open_, beyond = _cut(cold, masses, tail, adjusted.beyond, drawing, min_p_first=False)
    width = weights.shape[1]
    inside = np.arange(width) < kept[:, None]
    total = (weights * inside).sum(axis=1) + (beyond * np.exp(np.minimum(tail * heat, _MOST))).sum(axis=1)
    with np.errstate(divide="ignore"):
        value = (adjusted.drawn - first) * heat - np.log(total)
    step = np.minimum((adjusted.tail > adjusted.drawn[:, None]).sum(axis=1), adjusted.tail.shape[1] - 1)
    # A step is as probable as its middle; of the drawn token itself it is known whether min-p leaves it.
    least = math.log(drawing.min_p) if drawing.min_p > 0 else -math.inf
    own = (adjusted.drawn - first) * (heat if rules.temperature_first else np.float32(1)) >= least
    unlisted = own & (np.take_along_axis(open_, step[:, None], axis=1)[:, 0] > 0)
    possible = np.where(adjusted.rank < width, adjusted.rank < kept, unlisted)
    return np.where(possible, np.minimum(value, 0), np.float32(-np.inf)).astype(np.float32)


def _cut(
    logits: Floats, weights: Floats | None, tail: Floats, beyond: Floats, drawing: Drawing, *, min_p_first: bool
) -> tuple[Ints, Floats, Floats]:
    """(listed candidates kept, unlisted tokens of each step that top-k and top-p keep, those that min-p keeps as well)
    at each position.

    `weights`: exp(logits), needed for top-p alone. `min_p_first`: top-p is a share of what min-p leaves; else min-p
    comes last. Top-k comes before top-p.
    """
    rows, width = logits.shape
    kept = np.full(rows, width, dtype=np.int32)
    rest = np.broadcast_to(beyond, tail.shape)
    threshold = np.float32(math.log(drawing.min_p) if drawing.min_p > 0 else -math.inf)
    by_min_p = (logits >= threshold).sum(axis=1, dtype=np.int32) if drawing.min_p > 0 else kept
    if min_p_first and drawing.min_p > 0:
        kept, rest = by_min_p, np.where(tail >= threshold, rest, 0)
    if drawing.top_k:
        kept = np.minimum(kept, drawing.top_k)
        before = width + np.cumsum(beyond) - beyond
        rest = np.minimum(rest, np.maximum(0, drawing.top_k - before))
    if drawing.top_p < 1 and weights is not None:
        kept, rest = _nucleus(weights, kept, np.exp(np.minimum(tail, _MOST)), rest, drawing.top_p)
    left = np.asarray(np.where(tail >= threshold, rest, 0), dtype=np.float32)
    return np.minimum(kept, by_min_p), np.asarray(rest, dtype=np.float32), left


def _nucleus(weights: Floats, kept: Ints, each: Floats, rest: Floats, top_p: float) -> tuple[Ints, Floats]:
    """The fewest candidates, likeliest first, that hold `top_p` of what is kept so far; at least one."""
    width = weights.shape[1]
    running = np.cumsum(weights, axis=1)
    masses = rest * each
    listed = np.take_along_axis(running, np.maximum(kept - 1, 0)[:, None], axis=1)[:, 0]
    wanted = top_p * (listed + masses.sum(axis=1))
    # A candidate stays while those before it do not hold enough.
    enough = 1 + (running[:, :-1] < wanted[:, None]).sum(axis=1, dtype=np.int32)
    missing = np.where(kept >= width, wanted - listed, 0)[:, None] - (np.cumsum(masses, axis=1) - masses)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        more = np.where(missing > 0, np.ceil(missing / each), 0)
    return np.minimum(kept, enough), np.minimum(rest, np.nan_to_num(more)).astype(np.float32)
