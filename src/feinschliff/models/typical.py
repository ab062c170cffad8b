"""The shape that a model of some size typically has, for estimates without a file.

Each row is an open model's published configuration (`config.json` of the release named beside it).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from feinschliff.models.quants import BITS
from feinschliff.models.shape import Layer, ModelShape
from feinschliff.models.weights_of import Weights


@dataclass(frozen=True)
class Typical:
    """One open model's sizes."""

    like: str
    parameters: float
    layers: int
    width: int
    heads: int
    heads_kv: int
    head: int
    hidden: int
    vocabulary: int
    context: int
    tied: bool = False


_MODELS = (
    Typical("Qwen2.5-0.5B", 0.494e9, 24, 896, 14, 2, 64, 4864, 151936, 32768, True),
    Typical("Llama-3.2-1B", 1.236e9, 16, 2048, 32, 8, 64, 8192, 128256, 131072, True),
    Typical("Qwen2.5-1.5B", 1.544e9, 28, 1536, 12, 2, 128, 8960, 151936, 32768, True),
    Typical("Llama-3.2-3B", 3.213e9, 28, 3072, 24, 8, 128, 8192, 128256, 131072, True),
    Typical("Qwen3-4B", 4.022e9, 36, 2560, 32, 8, 128, 9728, 151936, 40960, True),
    Typical("Llama-3.1-8B", 8.030e9, 32, 4096, 32, 8, 128, 14336, 128256, 131072),
    Typical("Qwen2.5-14B", 14.77e9, 48, 5120, 40, 8, 128, 13824, 152064, 32768),
    Typical("Mistral-Small-24B", 23.57e9, 40, 5120, 32, 8, 128, 32768, 131072, 32768),
    Typical("Qwen2.5-32B", 32.76e9, 64, 5120, 40, 8, 128, 27648, 152064, 32768),
    Typical("Llama-3.1-70B", 70.55e9, 80, 8192, 64, 8, 128, 28672, 128256, 131072),
    Typical("Mistral-Large-123B", 122.6e9, 88, 12288, 96, 8, 128, 28672, 32768, 131072),
    Typical("Llama-3.1-405B", 405.9e9, 126, 16384, 128, 8, 128, 53248, 128256, 131072),
)


def typical(parameters: int) -> Typical:
    """The model in the table whose size is nearest, by ratio."""
    return min(_MODELS, key=lambda model: abs(math.log(model.parameters / parameters)))


def typical_shape(model: Typical) -> ModelShape:
    """Its shape: grouped-query attention in every layer."""
    kept = model.heads_kv * model.head
    layer = Layer("full", kept, kept, model.heads, model.head, model.head)
    return ModelShape(
        architecture="llama",
        layers=(layer,) * model.layers,
        width=model.width,
        hidden=model.hidden,
        vocabulary=model.vocabulary,
        context=model.context,
    )


def typical_weights(model: Typical, parameters: int, quant: str) -> Weights:
    """So many parameters at a quantisation's real bits per weight, spread over the layers."""
    whole = round(parameters * BITS[quant] / 8)
    table = round(whole * min(0.5, model.width * model.vocabulary / model.parameters))
    output = 0 if model.tied else table
    each = (whole - table - output) // model.layers
    rest = whole - table - output - each * model.layers
    return Weights((each,) * model.layers, (0,) * model.layers, output, table, rest, 0, parameters)
