"""How well a model foresees a text: perplexity, and the difference between two models on the same tokens."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from feinschliff.errors import DataError
from feinschliff.i18n import tr
from feinschliff.models.loaded import LoadedModel

_FEWEST = 2


@dataclass(frozen=True)
class Prompted:
    """A text that is foreseen after another, which is not counted itself: a wanted answer after its prompt."""

    prompt: str
    """With the chat template applied; names of special tokens in it mean those tokens."""
    answer: str


@dataclass(frozen=True)
class Perplexity:
    """exp of the mean surprise per token."""

    value: float
    low: float
    high: float
    """95 % interval over blocks of tokens (over tokens, where there are fewer than 8 blocks)."""
    tokens: int
    """Tokens that were foreseen: all but the first of each block."""

    def to_dict(self) -> dict[str, float | int]:
        """As JSON shows it."""
        return asdict(self)


@dataclass(frozen=True)
class Change:
    """What another model makes of the same tokens."""

    ratio: float
    """Its perplexity by that of the first."""
    low: float
    high: float

    def to_dict(self) -> dict[str, float]:
        """As JSON shows it."""
        return asdict(self)


def surprises(
    path: Path,
    texts: Sequence[str | Prompted],
    *,
    threads: int = 1,
    watch: Callable[[int, int], None] | None = None,
) -> list[NDArray[np.float64]]:
    """-ln of the probability of each token, block by block.

    A text is cut into blocks of the engine's window, and each block is read on its own, from the token that begins a
    prompt. An answer is one block; of a prompt that is too long the end is read.

    Raises: ModelError, DataError for texts without tokens.
    """
    with LoadedModel(path, threads=threads) as engine:
        blocks = [block for text in texts for block in _blocks(engine, text)]
        found = []
        for index, (block, counted) in enumerate(blocks):
            found.append(-engine.log_probabilities(block)[-counted:])
            if watch is not None:
                watch(index + 1, len(blocks))
    if not found:
        raise DataError(
            tr("the text is too short to measure perplexity"),
            found=tr("no two tokens"),
            mend=tr("give a longer text; some thousand words are a good length"),
        )
    return found


def perplexity(blocks: Sequence[NDArray[np.float64]]) -> Perplexity:
    """Perplexity of what `surprises` found."""
    mean, half = _mean(blocks)
    return Perplexity(math.exp(mean), math.exp(mean - half), math.exp(mean + half), sum(len(block) for block in blocks))


def change(before: Sequence[NDArray[np.float64]], after: Sequence[NDArray[np.float64]]) -> Change:
    """The ratio of two perplexities, in pairs of the same tokens.

    Raises: DataError where the two were not measured on the same tokens.
    """
    if [len(block) for block in before] != [len(block) for block in after]:
        raise DataError(
            tr("the two models cut the text into different tokens"),
            found=tr("perplexities of different vocabularies cannot be compared"),
        )
    mean, half = _mean([b - a for a, b in zip(before, after, strict=True)])
    return Change(math.exp(mean), math.exp(mean - half), math.exp(mean + half))


def _blocks(engine: LoadedModel, text: str | Prompted) -> list[tuple[list[int], int]]:
    """Windows of a text's tokens, each with the beginning of a prompt; and how many tokens at its end count."""
    if isinstance(text, Prompted):
        return _prompted(engine, text)
    ids = engine.tokens(text)
    start = ids[: len(ids) - len(engine.tokens(text, start=False))][:1]
    body = ids[len(start) :]
    room = engine.window - len(start)
    blocks = [start + body[begin : begin + room] for begin in range(0, len(body), room)]
    return [(block, len(block) - 1) for block in blocks if len(block) >= _FEWEST]


def _prompted(engine: LoadedModel, text: Prompted) -> list[tuple[list[int], int]]:
    before = engine.tokens(text.prompt, special=True)
    if len(before) > 1 and before[0] == before[1]:
        before = before[1:]  # the template and the tokenizer have both begun it
    answer = engine.tokens(text.answer, start=False)[: engine.window // 2]
    block = before[-(engine.window - len(answer)) :] + answer
    return [(block, len(answer))] if before and answer else []


def _mean(blocks: Sequence[NDArray[np.float64]]) -> tuple[float, float]:
    """Mean over all tokens, and half the width of its interval: tokens of one block depend on each other."""
    every = np.concatenate(blocks)
    mean = float(every.mean())
    if len(blocks) >= 8:
        sizes = np.array([len(block) for block in blocks])
        sums = np.array([block.sum() for block in blocks])
        spread = float(np.sqrt(np.sum((sums - mean * sizes) ** 2) * len(blocks) / (len(blocks) - 1)) / sizes.sum())
    else:
        spread = float(every.std(ddof=1) / math.sqrt(len(every))) if len(every) > 1 else 0.0
    return mean, 1.96 * spread
