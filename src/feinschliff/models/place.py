"""Where a model's parts go: on a graphics card as far as it has room, the rest in main memory."""

from __future__ import annotations

from dataclasses import dataclass

from feinschliff.models.buffers import compute_bytes
from feinschliff.models.gpus import Gpu
from feinschliff.models.memory import Memory, kv_by_layer, memory_of
from feinschliff.models.plan import Plan
from feinschliff.models.shape import ModelShape
from feinschliff.models.sizes import GIB
from feinschliff.models.weights_of import Weights

_DRIVER_LOW, _DRIVER_HIGH = 0.3 * GIB, 1.0 * GIB
"""What a card's driver takes for a process: llama.cpp leaves 1 GiB free for it (`--fit-target`)."""
_SLACK = 0.03


@dataclass(frozen=True)
class Placement:
    """A model on a machine, in bytes."""

    memory: Memory
    """Everything in main memory."""
    on_card: int = 0
    """Layers on the card, the output counted as one, as llama.cpp's `-ngl` counts."""
    layers: int = 0
    """All layers, counted so."""
    card_low: int = 0
    card_high: int = 0
    """Least and most that is taken on the card."""
    all_low: int = 0
    all_high: int = 0
    """Least and most that the card would have to have for all layers."""
    main_low: int = 0
    main_high: int = 0
    """Least and most that the rest takes in main memory."""
    card_read: int = 0
    main_read: int = 0
    """Bytes that are read for one token."""

    @property
    def all_on_card(self) -> bool:
        """Whether nothing of the computation is left to the processors."""
        return self.layers > 0 and self.on_card == self.layers


def place(shape: ModelShape, weights: Weights, plan: Plan, gpu: Gpu | None) -> Placement:
    """As many layers on the card as it has room for, from the last one on, as llama.cpp does.

    Raises: ModelError where the cache's format does not fit the model.
    """
    memory = memory_of(shape, weights, Plan(plan.context_tokens, plan.slots, plan.kv))
    share = shape.experts_used / shape.experts if shape.experts and shape.experts_used else 1.0
    if gpu is None:
        return Placement(
            memory,
            layers=len(shape.layers) + 1,
            main_low=memory.full.low,
            main_high=memory.full.high,
            main_read=weights.read_per_token(share),
        )
    steps = _Steps(shape, weights, plan)
    count = len(shape.layers) + 1
    fitting = [n for n in range(count + 1) if n == 0 or steps.card(n)[1] <= gpu.room_bytes]
    chosen = max(fitting)
    low, high = steps.card(chosen) if chosen else (0, 0)
    all_low, all_high = steps.card(count)
    left = memory.total - steps.moved(chosen) if chosen else memory.total
    part = _share_moved(weights, chosen, count)
    read = weights.read_per_token(share)
    return Placement(
        memory,
        on_card=chosen,
        layers=count,
        card_low=low,
        card_high=high,
        all_low=all_low,
        all_high=all_high,
        main_low=round(left * (1 - _SLACK)) if chosen else memory.full.low,
        main_high=round(left * (1 + _SLACK)) if chosen else memory.full.high,
        card_read=round(read * part),
        main_read=round(read * (1 - part)),
    )


class _Steps:
    """What goes to the card with each layer."""

    def __init__(self, shape: ModelShape, weights: Weights, plan: Plan) -> None:
        gpu_plan = Plan(plan.context_tokens, plan.slots, plan.kv, on_gpu=True)
        self._layers = [size + kv for size, kv in zip(weights.layers, kv_by_layer(shape, gpu_plan), strict=True)]
        self._state = 4 * shape.state * plan.slots
        self._kinds = [layer.kind in ("state", "both") for layer in shape.layers]
        self._output = weights.output or weights.tokens
        self._rest = weights.other
        self._buffers = compute_bytes(shape, gpu_plan)

    def moved(self, count: int) -> int:
        """Bytes of weights, caches and states that so many layers take with them."""
        if not count:
            return 0
        last = max(0, len(self._layers) - (count - 1))
        states = self._state * sum(self._kinds[last:])
        return self._output + sum(self._layers[last:]) + states + (self._rest if last == 0 else 0)

    def card(self, count: int) -> tuple[int, int]:
        """(least, most) bytes on the card with so many layers there."""
        size = self.moved(count) + self._buffers
        return round(size * (1 - _SLACK) + _DRIVER_LOW), round(size * (1 + _SLACK) + _DRIVER_HIGH)


def _share_moved(weights: Weights, chosen: int, count: int) -> float:
    """Part of what a token reads that lies on the card."""
    if chosen == count:
        return 1.0
    if not chosen:
        return 0.0
    output = weights.output or weights.tokens
    whole = sum(weights.layers) + output
    last = max(0, len(weights.layers) - (chosen - 1))
    return (sum(weights.layers[last:]) + output) / whole if whole else 0.0
