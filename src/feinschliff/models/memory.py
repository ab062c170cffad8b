"""How much memory the embedded engine takes with a model: weights, cache, buffers, and the process itself.

Two moments, each with a range of its own: in full use (`Memory.full`), with every slot's context full, and after the
first short answer (`Memory.answered`), with all weights read. The cache is llama.cpp's own number and counts from the
beginning; the buffers follow from its computation; the process was measured (`benchmarks/memory`).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from feinschliff.models.buffers import compute_bytes, short_bytes, work_bytes
from feinschliff.models.kv_cache import check_kv, layer_bytes, state_bytes
from feinschliff.models.plan import Plan
from feinschliff.models.shape import ModelShape
from feinschliff.models.sizes import KIB, MIB
from feinschliff.models.weights_of import Weights

_PROCESS = round((38.5 if sys.hexversion < 0x030C0000 else 40.4) * MIB)
"""Python (larger from 3.12 on), llama.cpp's code and its server before a model is there."""
_LETTERS = 2 * 0x110000
"""What each of Unicode's letters is, 2 bytes each: tokenizers other than `llama` look it up."""
_TOKEN, _MERGE = 222, 195
"""Bytes for each entry of the vocabulary, and for each pair that its tokenizer joins, with tables to find them."""
_TENSORS, _TENSOR = 128, 8 * 1300
"""llama.cpp plans for 8 steps of computation a tensor, at least 1,024, and keeps 1.3 kB of each."""
_SLOT = 64 * KIB
_REQUEST, _SLOT_IN_USE, _TOKEN_IN_USE = round(1.2 * MIB), 192 * KIB, 256
"""What stays with the server of prompts that fill the contexts: at all, of each slot, of each of their tokens."""
_SLACK, _SLACK_BYTES, _MOST = 0.04, 2.5 * MIB, 0.145


@dataclass(frozen=True)
class Range:
    """Least and most bytes that are expected; at most 14.5 % to either side of the middle."""

    low: int
    high: int

    @classmethod
    def around(cls, size: int) -> Range:
        """The range for an estimate: 4 % and 2.5 MiB to either side."""
        slack = round(min(size * _SLACK + _SLACK_BYTES, size * _MOST))
        return cls(size - slack, size + slack)

    @property
    def middle(self) -> int:
        """What to expect."""
        return (self.low + self.high) // 2

    def off(self, size: int) -> float:
        """How far a size lies outside, as a part of the nearer end; 0 within, negative below."""
        if size > self.high:
            return size / self.high - 1
        return min(0.0, size / self.low - 1)


@dataclass(frozen=True)
class Memory:
    """Bytes, by what they are for."""

    weights: int
    kv: int
    """Keys and values, as llama.cpp allocates and clears them: they count before anything is asked."""
    state: int
    """Recurrent layers' state."""
    buffers: int
    """What the largest step of the computation takes, with every context full."""
    short_buffers: int
    """What a short prompt takes of them."""
    process: int
    """Python, the engine and the vocabulary."""
    requests: int
    """What stays with the process of the prompts that filled every context."""

    @property
    def total(self) -> int:
        """All of it, with every slot's context full."""
        return self._held + self.buffers + self.requests

    @property
    def full(self) -> Range:
        """The whole process in full use: every slot's context full, and all pages touched."""
        return Range.around(self.total)

    @property
    def answered(self) -> Range:
        """The whole process after its first short answer (a prompt of up to 128 tokens), all weights read."""
        return Range.around(self._held + self.short_buffers)

    @property
    def _held(self) -> int:
        return self.weights + self.kv + self.state + self.process


def kv_by_layer(shape: ModelShape, plan: Plan) -> list[int]:
    """Bytes of each layer's cache over all slots. Raises: ModelError where the model's heads do not fit the format."""
    check_kv(shape, plan.kv)
    return [
        layer_bytes(
            shape,
            layer,
            context_tokens=plan.context_tokens,
            slots=plan.slots,
            kv=plan.kv,
            micro_batch=plan.micro_batch,
            flash=plan.flash,
        )
        for layer in shape.layers
    ]


def memory_of(shape: ModelShape, weights: Weights, plan: Plan) -> Memory:
    """The embedded engine's memory with everything in main memory. Raises: ModelError as `kv_by_layer`."""
    return Memory(
        weights=weights.total + weights.copied,
        kv=sum(kv_by_layer(shape, plan)),
        state=state_bytes(shape, slots=plan.slots),
        buffers=compute_bytes(shape, plan) + work_bytes(shape, plan),
        short_buffers=short_bytes(shape, plan),
        process=_PROCESS + _SLOT * plan.slots + vocabulary_bytes(shape) + plan_bytes(weights),
        requests=_REQUEST + plan.slots * (_SLOT_IN_USE + _TOKEN_IN_USE * plan.context_tokens),
    )


def vocabulary_bytes(shape: ModelShape) -> int:
    """What the tokenizer keeps; where the file does not tell its merges, one for each token."""
    if shape.tokenizer == "llama":
        return _TOKEN * shape.vocabulary
    merges = shape.vocabulary if shape.merges is None else shape.merges
    return _LETTERS + _TOKEN * shape.vocabulary + _MERGE * merges


def plan_bytes(weights: Weights) -> int:
    """What llama.cpp keeps of the steps of a computation, beyond those that every model has room for."""
    return _TENSOR * max(0, weights.tensors - _TENSORS)
