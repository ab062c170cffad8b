"""How many bytes a model takes of which only the size is known: tensor by tensor, with the rules of its mixture.

An average of bits per weight holds for large models only. In a small one the table of tokens is a quarter of the
weights, and it keeps more bits; and rows that fill no block of 256 fall back to larger formats.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from pathlib import Path

from feinschliff.models.gguf_file import GgufFile, Tensor, entry
from feinschliff.models.mix import MIXTURES, choose
from feinschliff.models.quants import BITS
from feinschliff.models.tensor_types import TYPES_BY_NAME
from feinschliff.models.typical import Typical
from feinschliff.models.weights_of import Weights, weights_of

_HALF = 16.0
_BLOCK = 256
_LARGE_BITS = 6.5625
"""Of the output's format, q6_k, in a mixture of few bits; rows that do not fill its blocks take q8_0."""
_WHOLE_BITS = 8.5
_LEAST_BITS = 4.5
"""Of iq4_nl: what formats of fewer bits fall back to."""
_SHARE = 128256 * 4096 / 8.03e9
"""The output's part of the model that `BITS` was measured with."""


def typical_weights(model: Typical, parameters: int, quant: str, *, active: int | None = None) -> Weights:
    """So many parameters in the shape of `model`; `active`: how many of them a token goes through."""
    file = _file(model)
    if quant in MIXTURES:
        tensors = tuple(replace(choice.tensor, kind=choice.kind) for choice in choose(file, quant))
        found = weights_of(replace(file, tensors=tensors), model.layers)
    else:
        found = _by_average(weights_of(file, model.layers), model, quant)
    by = parameters / found.parameters
    found = replace(found.scaled(round(found.total * by)), parameters=parameters)
    return found if active is None else _with_active(found, model, active)


def _by_average(half: Weights, model: Typical, quant: str) -> Weights:
    """Formats whose rules are not known here: the output with its own bits, the rest with what is left of the mean."""
    whole = BITS[quant] >= _HALF
    body = BITS[quant] if whole else (BITS[quant] - _SHARE * _LARGE_BITS) / (1 - _SHARE)
    output = BITS[quant] if whole else _LARGE_BITS
    if not whole and model.width % _BLOCK:
        output = _WHOLE_BITS
        if quant not in {"iq4_nl", "mxfp4"}:
            body = max(body, _LEAST_BITS)

    def bytes_of(half_bytes: int, bits: float) -> int:
        return round(half_bytes * bits / _HALF)

    return replace(
        half,
        layers=tuple(bytes_of(size, body) for size in half.layers),
        experts=tuple(bytes_of(size, body) for size in half.experts),
        output=bytes_of(half.output, output),
        tokens=bytes_of(half.tokens, output if model.tied else body),
        other=bytes_of(half.other, body),
    )


def _with_active(found: Weights, model: Typical, active: int) -> Weights:
    """Experts of such a size that one token reads its part of the layers."""
    tables = model.width * model.vocabulary * (1 if model.tied else 2)
    layers = max(1.0, found.parameters - tables)
    idle = 1 - min(1.0, max(0.0, active - tables) / layers)
    of_layer = min(1.0, idle / (1 - model.experts_used / model.experts))
    return replace(found, experts=tuple(round(size * of_layer) for size in found.layers))


@functools.cache
def _file(model: Typical) -> GgufFile:
    """Its file as f16, without the vectors, which take next to nothing."""
    width, asking, kept, hidden = model.width, model.heads * model.head, model.heads_kv * model.head, model.hidden
    shapes: list[tuple[str, tuple[int, ...]]] = [("token_embd.weight", (width, model.vocabulary))]
    if not model.tied:
        shapes.append(("output.weight", (width, model.vocabulary)))
    many = (model.experts,) if model.experts else ()
    end = "_exps.weight" if model.experts else ".weight"
    for layer in range(model.layers):
        parts: list[tuple[str, tuple[int, ...]]] = [
            ("attn_q.weight", (width, asking)),
            ("attn_k.weight", (width, kept)),
            ("attn_v.weight", (width, kept)),
            ("attn_output.weight", (asking, width)),
            (f"ffn_gate{end}", (width, hidden, *many)),
            (f"ffn_up{end}", (width, hidden, *many)),
            (f"ffn_down{end}", (hidden, width, *many)),
        ]
        shapes += [(f"blk.{layer}.{name}", shape) for name, shape in parts]
    entries = [entry("general.architecture", "llama"), entry("llama.block_count", model.layers)]
    if model.experts:
        entries.append(entry("llama.expert_count", model.experts))
    half = TYPES_BY_NAME["f16"]
    return GgufFile(Path(model.like), tuple(entries), tuple(Tensor(name, shape, half, 0) for name, shape in shapes))
