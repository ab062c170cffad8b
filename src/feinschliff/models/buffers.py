"""What llama.cpp computes in: its compute buffer, and what the processors need beside it.

It lays the buffer out once for the largest step, without touching it; a page counts once something has been written
there. So a short prompt takes a small part of it, and a full context all.
"""

from __future__ import annotations

from dataclasses import dataclass

from feinschliff.models.kv_cache import cells, padded
from feinschliff.models.plan import Plan
from feinschliff.models.shape import Layer, LayerKind, ModelShape

_SHORT = 64
"""Tokens of a short prompt: the middle of what is meant by one."""


def compute_bytes(shape: ModelShape, plan: Plan) -> int:
    """llama.cpp's compute buffer: what enters the computation, and the largest step's results, 4 bytes each.

    A layer's largest step is the attention of every new token to every cell (without flash attention), or its inner
    layer.
    """
    return _Step(shape, plan, plan.micro_batch, plan.context_tokens).compute()


def work_bytes(shape: ModelShape, plan: Plan) -> int:
    """What the processors need beside: the second factor of the largest product in the first one's format."""
    return _Step(shape, plan, plan.micro_batch, plan.context_tokens).work()


def short_bytes(shape: ModelShape, plan: Plan) -> int:
    """What a short prompt touches of both.

    Its results lie where those of the largest step would: steps that share a place there do not share pages here,
    so they add up.
    """
    step = _Step(shape, plan, min(_SHORT, plan.micro_batch), min(_SHORT, plan.context_tokens))
    return min(step.all_apart() + step.work(), compute_bytes(shape, plan) + work_bytes(shape, plan))


@dataclass(frozen=True)
class _Step:
    """One pass of `tokens` tokens with `context_tokens` in each cache."""

    shape: ModelShape
    plan: Plan
    tokens: int
    context_tokens: int

    def compute(self) -> int:
        """Bytes where one step's results make place for the next one's."""
        return self._inputs() + max(self._inner(), self._scores() + self._asking())

    def all_apart(self) -> int:
        """Bytes where each has a place of its own."""
        return self._inputs() + self._inner() + self._scores() + self._asking()

    def work(self) -> int:
        """Bytes of factors in another format; numbers of 32 bits stay as they are."""
        if self.plan.on_gpu:
            return 0
        inner = 2 * self.tokens * self.shape.hidden
        if self.plan.flash or self.plan.kv == "f32":
            return inner
        reach = padded(self.context_tokens)
        return max([inner, *(2 * self.tokens * reach * layer.heads for layer in self.shape.layers if layer.keys)])

    def _reach(self) -> dict[LayerKind, int]:
        """Cells that a token looks at, by kind of layer."""
        reach: dict[LayerKind, int] = {}
        for layer in self.shape.layers:
            reach[layer.kind] = max(reach.get(layer.kind, 0), self._cells(layer))
        return reach

    def _cells(self, layer: Layer) -> int:
        return cells(self.shape, layer, context_tokens=self.context_tokens, micro_batch=self.tokens)

    def _inputs(self) -> int:
        """Masks, places of new values, and the answer's logits."""
        reach = self._reach()
        masks = sum(reach.values()) * self.tokens * (2 if self.plan.flash else 4)
        caches = sum(1 for count in reach.values() if count)
        places = 0 if self.plan.flash else 8 * self.tokens * self.shape.values_padded * caches
        return masks + places + 4 * self.plan.slots * self.shape.vocabulary

    def _row(self) -> int:
        return 4 * self.tokens * max(self.shape.width, 1)

    def _inner(self) -> int:
        return 3 * 4 * self.tokens * self.shape.hidden + 5 * self._row()

    def _scores(self) -> int:
        if self.plan.flash:
            return 0
        reach = self._reach()
        return max((4 * self.tokens * reach[layer.kind] * layer.heads for layer in self.shape.layers), default=0)

    def _asking(self) -> int:
        asking = max((4 * self.tokens * layer.heads * layer.key_length for layer in self.shape.layers), default=0)
        return 4 * self._row() + 2 * max(asking, self._row())
