"""How large llama.cpp's cache of keys and values becomes: its own formula, to the byte.

Source: llama.cpp `src/llama-kv-cache.cpp`, `llama-kv-cache-iswa.cpp`, `llama-memory-recurrent.cpp` (b11549); the tests
compare with what the engine says that it allocates.
"""

from __future__ import annotations

from feinschliff.errors import ModelError
from feinschliff.i18n import tr
from feinschliff.models.shape import Layer, ModelShape
from feinschliff.models.tensor_types import TYPES_BY_NAME, TensorType

_STEP = 256
"""Tokens in a cache come in multiples of this."""


def padded(tokens: int) -> int:
    """Tokens as llama.cpp allocates them."""
    return -(-tokens // _STEP) * _STEP


def cells(shape: ModelShape, layer: Layer, *, context_tokens: int, micro_batch: int) -> int:
    """Tokens that one slot of a layer's cache holds; 0 where it has none."""
    whole = padded(context_tokens)
    if layer.kind == "window" and shape.window:
        return padded(min(whole, shape.window + micro_batch))
    return whole if layer.kind in ("full", "window", "both", "empty") else 0


def layer_bytes(
    shape: ModelShape, layer: Layer, *, context_tokens: int, slots: int, kv: str, micro_batch: int, flash: bool
) -> int:
    """Bytes of one layer's keys and values over all slots.

    Args:
        context_tokens: tokens of one slot.
        kv: number format, as `f16` or `q8_0`.
        micro_batch: tokens of a prompt that are computed together.
        flash: flash attention; without it values of all layers are padded to the largest.
    """
    kind = TYPES_BY_NAME[kv]
    held = cells(shape, layer, context_tokens=context_tokens, micro_batch=micro_batch) * slots
    values = 0 if shape.latent else layer.values if flash else shape.values_padded
    return held * (kind.size(layer.keys) + kind.size(values)) if held else 0


def state_bytes(shape: ModelShape, *, slots: int) -> int:
    """Bytes of the recurrent layers' state, which does not grow with the context."""
    return 4 * shape.state * slots * sum(layer.kind in ("state", "both") for layer in shape.layers)


def check_kv(shape: ModelShape, kv: str) -> TensorType:
    """The number format of a cache. Raises: ModelError for an unknown one, or one that this model's heads do not fill.

    Quantised caches hold blocks of 32 numbers, and a head must hold whole blocks.
    """
    kind = TYPES_BY_NAME[kv]
    lengths = {layer.key_length for layer in shape.layers if layer.keys}
    lengths |= {layer.value_length for layer in shape.layers if layer.values}
    bad = sorted(length for length in lengths if length % kind.block)
    if bad:
        raise ModelError(
            tr("a cache in {kv} does not work with this model", kv=kv),
            asked=f"--kv {kv}",
            found=tr(
                "its heads are {n} numbers long, and {kv} needs multiples of {block}", n=bad[0], kv=kv, block=kind.block
            ),
            mend=tr("take --kv f16"),
        )
    return kind
