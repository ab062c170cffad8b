"""How much memory the embedded engine takes with a model: weights, cache, buffers, and the process itself.

The cache is llama.cpp's own number. The buffers follow from the largest step of its computation, and the process from
measurements (`benchmarks/memory`); between them they decide how wide the range is.
"""

from __future__ import annotations

from dataclasses import dataclass

from feinschliff.endpoints.engine import MICRO_BATCH
from feinschliff.models.kv_cache import cells, check_kv, layer_bytes, padded, state_bytes
from feinschliff.models.shape import ModelShape
from feinschliff.models.sizes import MIB
from feinschliff.models.weights_of import Weights

_PROCESS = 41 * MIB
"""Python, llama.cpp's code and its server before a model is there."""
_SLOT = MIB // 4
"""What the server keeps for each slot."""
_TOKEN = 410
"""Bytes for each entry of the vocabulary: its text, its merges, and the tables that find them."""
_SLACK = 0.02
_SLACK_BYTES = 2 * MIB
_GPU_BATCH = 512
_WIDEST = 1.149 / 0.851


@dataclass(frozen=True)
class Plan:
    """How a model is to be loaded."""

    context_tokens: int
    """Tokens of one slot."""
    slots: int = 1
    kv: str = "f16"
    on_gpu: bool = False
    """Whether a graphics card computes: larger pieces of a prompt, and flash attention."""

    @property
    def flash(self) -> bool:
        """Flash attention: llama.cpp's choice on a card, and the embedded engine's only where the cache needs it."""
        return self.on_gpu or self.kv not in ("f16", "bf16", "f32")

    @property
    def micro_batch(self) -> int:
        """Tokens of a prompt that are computed together."""
        return min(_GPU_BATCH if self.on_gpu else MICRO_BATCH, padded(self.context_tokens) * self.slots)


@dataclass(frozen=True)
class Memory:
    """Bytes, by what they are for."""

    weights: int
    kv: int
    """Keys and values, as llama.cpp allocates them."""
    state: int
    """Recurrent layers' state."""
    buffers: int
    """What the largest step of the computation takes, with every context full."""
    process: int
    """Python, the engine and the vocabulary."""

    @property
    def total(self) -> int:
        """All of it, with every slot's context full."""
        return self.weights + self.kv + self.state + self.buffers + self.process

    @property
    def middle(self) -> int:
        """The middle of the range: what to expect."""
        return (self.low + self.high) // 2

    @property
    def low(self) -> int:
        """Least that the whole process takes once it has answered; at least what keeps the range within 15 %."""
        idle = round((self.total - self.buffers) * (1 - _SLACK)) - _SLACK_BYTES
        return max(idle, round(self.high / _WIDEST))

    @property
    def high(self) -> int:
        """Most that it takes with every slot's context full."""
        return round(self.total * (1 + _SLACK)) + _SLACK_BYTES


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
        process=_PROCESS + _SLOT * plan.slots + _TOKEN * shape.vocabulary,
    )


def compute_bytes(shape: ModelShape, plan: Plan) -> int:
    """llama.cpp's compute buffer: what enters the computation, and the largest step's results, 4 bytes each.

    A layer's largest step is the attention of every new token to every cell (without flash attention), or its inner
    layer.
    """
    tokens = plan.micro_batch
    kinds = {layer.kind for layer in shape.layers}
    reach = {
        kind: max(
            (
                cells(shape, layer, context_tokens=plan.context_tokens, micro_batch=tokens)
                for layer in shape.layers
                if layer.kind == kind
            ),
            default=0,
        )
        for kind in kinds
    }
    masks = sum(reach.values()) * tokens * (2 if plan.flash else 4)
    places = 0 if plan.flash else 8 * tokens * shape.values_padded * sum(1 for cell in reach.values() if cell)
    row = 4 * tokens * max(shape.width, 1)
    inner = 3 * 4 * tokens * shape.hidden + 5 * row
    scores = 0 if plan.flash else max((4 * tokens * reach[la.kind] * la.heads for la in shape.layers), default=0)
    asking = max((4 * tokens * la.heads * la.key_length for la in shape.layers), default=0)
    attention = scores + 4 * row + 2 * max(asking, row)
    logits = 4 * plan.slots * shape.vocabulary
    return masks + places + max(inner, attention) + logits


def work_bytes(shape: ModelShape, plan: Plan) -> int:
    """What the processors need beside: the second factor of the largest product in the first one's format."""
    if plan.on_gpu:
        return 0
    tokens = plan.micro_batch
    inner = 2 * tokens * shape.hidden
    if plan.flash:
        return inner
    reach = padded(plan.context_tokens)
    return max([inner, *(2 * tokens * reach * layer.heads for layer in shape.layers if layer.keys)])
