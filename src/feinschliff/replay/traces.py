"""Stored answers as arrays: for every token the likeliest candidates, and what came before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from feinschliff.records import Answer, TokenLogprob
from feinschliff.replay.arrays import Floats, Ints
from feinschliff.replay.gaps import find_gaps
from feinschliff.replay.tail import tail_steps


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
    texts: tuple[str, ...] = ()
    """What each token adds to the answer's text, a stop string included; empty where that is not known."""
    gaps: tuple[int, ...] = ()
    """Positions that the server told nothing of; they count as certain under every setting."""


class Vocabulary:
    """Numbers for tokens: the server's own ids, or one for each text where it tells no ids."""

    def __init__(self) -> None:
        self._texts: dict[str, int] = {}

    def number(self, token: str, id: int | None) -> int:
        """The id, or a number of ours (from 2^30 on) for this text."""
        if id is not None:
            return id
        return self._texts.setdefault(token, (1 << 30) + len(self._texts))


def trace_of(
    answer: Answer, vocabulary: Vocabulary, *, prompt: Sequence[int] = (), width: int, stops: bool = False
) -> Trace | None:
    """The trace of an answer; None where it has no log-probabilities that could be used.

    `prompt`: ids of the prompt's tokens. `stops`: whether the request had stop strings, since llama.cpp leaves the
    tokens of the one that ended an answer out.

    An answer is left out where a position has no candidates or no log-probability, and where there are fewer positions
    than tokens were paid for (reasoning that is not shown, say), unless parts of characters explain it (`gaps`).
    """
    positions = answer.logprobs
    if not positions or answer.failure is not None or answer.choices != 1 or answer.reasoning is not None:
        return None
    if any(p.logprob is None or len(p.top) < 2 for p in positions):
        return None
    missing = find_gaps(positions, answer.completion_tokens, cut=answer.finish_reason == "length")
    if missing is None or (stops and any(missing) and answer.finish_reason != "length"):
        return None
    told: list[TokenLogprob | None] = []
    for position, before in zip((*positions, None), missing, strict=True):
        told += [*[None] * before, *([position] if position is not None else [])]
    return _trace(told, vocabulary, prompt, width, text=answer.text, ended=answer.finish_reason != "length")


def _trace(
    told: Sequence[TokenLogprob | None],
    vocabulary: Vocabulary,
    prompt: Sequence[int],
    width: int,
    *,
    text: str,
    ended: bool,
) -> Trace:
    length = len(told)
    tokens, drawn = np.zeros(length, dtype=np.int32), np.zeros(length, dtype=np.float32)
    top = np.full((length, width), -1, dtype=np.int32)
    values = np.full((length, width), -np.inf, dtype=np.float32)
    for row, position in enumerate(told):
        if position is None:
            tokens[row] = top[row, 0] = vocabulary.number("", None)
            values[row, 0] = 0.0
            continue
        tokens[row], drawn[row] = vocabulary.number(position.token, position.id), position.logprob
        for column, one in enumerate(position.top[:width]):
            if one.logprob is not None:
                top[row, column] = vocabulary.number(one.token, one.id)
                values[row, column] = one.logprob
    return Trace(
        tokens=tokens,
        logprobs=drawn,
        top=top,
        top_logprobs=values,
        prompt=np.array(prompt, dtype=np.int32),
        ended=ended,
        texts=_texts(told, text),
        gaps=tuple(row for row, position in enumerate(told) if position is None),
    )


def _texts(told: Sequence[TokenLogprob | None], text: str) -> tuple[str, ...]:
    """What each token adds to the text; nothing where that does not make up the answer's text.

    llama.cpp tells a token that may begin a stop string without text, and the held back text with a later one; the list
    of candidates has each token's own. Of a character in parts, all before it belongs to the first part.
    """
    shown = ["" if position is None else position.token for position in told]
    for i in range(1, len(told)):
        if told[i - 1] is None and told[i] is not None:
            shown[i - 1], shown[i] = shown[i][:-1], shown[i][-1:]
    own = ["" if position is None else _own_text(position) for position in told]
    return next((tuple(texts) for texts in (own, shown) if "".join(texts).startswith(text)), ())


def _own_text(position: TokenLogprob) -> str:
    if position.id is None:
        return position.token
    return next((one.token for one in position.top if one.id == position.id), position.token)


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
    """Log-probability of a token in each step of those that are not listed, shape (positions, steps)."""
    beyond: Floats = field(init=False)
    """Tokens in each step, shape (steps,)."""
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
        self.tail, self.beyond = tail_steps(self.top_logprobs, self.size)

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
