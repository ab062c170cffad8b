"""Stored answers as arrays: for every token the likeliest candidates, and what came before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from feinschliff.records import Answer

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

_LEAST_TAIL = 1e-9
"""Probability left for all tokens that the server did not list, so that none is impossible."""


@dataclass(frozen=True)
class Trace:
    """The tokens of one answer; `width` candidates at each of its `length` positions."""

    tokens: Ints
    """Token drawn, shape (length,)."""
    logprobs: Floats
    """Its log-probability before the sampler, nats, shape (length,)."""
    top: Ints
    """Candidates, likeliest first, shape (length, width); -1 where the server listed fewer."""
    top_logprobs: Floats
    """Theirs; -inf where there is none."""
    prompt: Ints
    """Last tokens of the prompt, as far as penalties look back; empty where they are not known."""
    ended: bool
    """False where only the limit on its length ended the answer: how it goes on is not known."""


class Vocabulary:
    """Numbers for tokens: the server's own ids, or one for each text where it tells no ids."""

    def __init__(self) -> None:
        self._texts: dict[str, int] = {}

    def number(self, token: str, id: int | None) -> int:
        """The id, or a number of ours (from 2^30 on) for this text."""
        if id is not None:
            return id
        return self._texts.setdefault(token, (1 << 30) + len(self._texts))


def trace_of(answer: Answer, vocabulary: Vocabulary, *, prompt: Sequence[int] = (), width: int) -> Trace | None:
    """The trace of an answer; None where it has no log-probabilities that could be used.

    An answer is left out where a position has no candidates or no log-probability, and where there are fewer positions
    than tokens were paid for (reasoning that is not shown, say).
    """
    positions = answer.logprobs
    if not positions or answer.failure is not None or answer.choices != 1 or answer.reasoning is not None:
        return None
    if len(positions) < answer.completion_tokens or any(p.logprob is None or len(p.top) < 2 for p in positions):
        return None
    length = len(positions)
    top = np.full((length, width), -1, dtype=np.int32)
    values = np.full((length, width), -np.inf, dtype=np.float32)
    for row, position in enumerate(positions):
        for column, one in enumerate(position.top[:width]):
            if one.logprob is not None:
                top[row, column] = vocabulary.number(one.token, one.id)
                values[row, column] = one.logprob
    return Trace(
        tokens=np.array([vocabulary.number(p.token, p.id) for p in positions], dtype=np.int32),
        logprobs=np.array([p.logprob for p in positions], dtype=np.float32),
        top=top,
        top_logprobs=values,
        prompt=np.array(prompt, dtype=np.int32),
        ended=answer.finish_reason != "length",
    )


@dataclass
class Batch:
    """Traces one after the other, all positions in one array."""

    traces: Sequence[Trace]
    size: int
    """Tokens of the vocabulary, as far as known."""
    tokens: Ints = field(init=False)
    logprobs: Floats = field(init=False)
    top: Ints = field(init=False)
    top_logprobs: Floats = field(init=False)
    tail: Floats = field(init=False)
    """Log-probability of each token that is not listed: what is left, spread evenly."""
    starts: NDArray[np.intp] = field(init=False)
    """First position of each trace."""
    _counts: dict[tuple[int | None, bool], tuple[Floats, Floats]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.tokens = np.concatenate([t.tokens for t in self.traces])
        self.logprobs = np.concatenate([t.logprobs for t in self.traces])
        self.top = np.concatenate([t.top for t in self.traces])
        self.top_logprobs = np.concatenate([t.top_logprobs for t in self.traces])
        lengths = np.array([len(t.tokens) for t in self.traces])
        self.starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        left = np.maximum(1.0 - np.exp(self.top_logprobs.astype(np.float64)).sum(axis=1), _LEAST_TAIL)
        self.tail = np.log(left / self.unlisted).astype(np.float32)

    @property
    def unlisted(self) -> int:
        """Tokens that no list holds."""
        return max(1, self.size - int(self.top.shape[1]))

    def counts(self, window: int | None, *, prompt: bool) -> tuple[Floats, Floats]:
        """How often the token drawn (positions,) and each candidate (positions, width) came within the `window` tokens
        before; the prompt's among them where `prompt` says so."""
        key = (window, prompt)
        if key not in self._counts:
            found = [_counts(trace, window, prompt=prompt) for trace in self.traces]
            self._counts[key] = (np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found]))
        return self._counts[key]


def _counts(trace: Trace, window: int | None, *, prompt: bool) -> tuple[Floats, Floats]:
    before = trace.prompt if prompt else trace.prompt[:0]
    whole = np.concatenate([before, trace.tokens])
    seen: dict[int, int] = {}
    first = 0 if window is None else max(0, len(before) - window)
    for token in before[first:].tolist():
        seen[token] = seen.get(token, 0) + 1
    drawn = np.zeros(len(trace.tokens), dtype=np.float32)
    listed = np.zeros(trace.top.shape, dtype=np.float32)
    rows = trace.top.tolist()
    for i, token in enumerate(trace.tokens.tolist()):
        drawn[i] = seen.get(token, 0)
        row = [seen.get(t, 0) for t in rows[i]]
        if any(row):
            listed[i] = row
        seen[token] = seen.get(token, 0) + 1
        if window is not None and len(before) + i - first >= window:
            old = int(whole[first])
            seen[old] -= 1
            first += 1
    return drawn, listed
