"""The shape that a model of some size typically has, for estimates without a file.

Each row is an open model's published configuration (`config.json` of the release named beside it).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from feinschliff.models.shape import Layer, ModelShape


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
    experts: int = 0
    """Of each layer; `hidden` is the width of one of them."""
    experts_used: int = 0
    active: float = 0
    """Parameters that a token goes through, where that are not all."""


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


_MIXED = (
    Typical("Mixtral-8x7B", 46.70e9, 32, 4096, 32, 8, 128, 14336, 32000, 32768, False, 8, 2, 12.9e9),
    Typical("Mixtral-8x22B", 140.6e9, 56, 6144, 48, 8, 128, 16384, 32768, 65536, False, 8, 2, 39.2e9),
    Typical("Qwen3-30B-A3B", 30.53e9, 48, 2048, 32, 4, 128, 768, 151936, 40960, False, 128, 8, 3.3e9),
)
"""Mixtures of experts."""


def typical(parameters: int, active: int | None = None) -> Typical:
    """The model in the table whose size is nearest, by ratio; with `active` parameters one with experts."""
    if active is None:
        return min(_MODELS, key=lambda model: abs(math.log(model.parameters / parameters)))
    return min(
        _MIXED, key=lambda model: math.hypot(math.log(model.parameters / parameters), math.log(model.active / active))
    )


def mixed_size(text: str) -> tuple[int, int] | None:
    """(all, active) parameters of the model with experts that a size such as 8x7B names; None for an unknown one."""
    wanted = f"mixtral-{''.join(text.lower().split())}"
    found = next((model for model in _MIXED if model.like.lower() == wanted), None)
    return None if found is None else (round(found.parameters), round(found.active))


def is_mixed_size(text: str) -> bool:
    """Whether a size is written as experts x parameters, as 8x7B."""
    return re.fullmatch(r"\s*\d+\s*x\s*\d+(?:[.,]\d+)?\s*[bm]?\s*", text.lower()) is not None


def typical_shape(model: Typical) -> ModelShape:
    """Its shape: grouped-query attention in every layer."""
    kept = model.heads_kv * model.head
    layer = Layer("full", kept, kept, model.heads, model.head, model.head)
    return ModelShape(
        architecture="llama",
        layers=(layer,) * model.layers,
        width=model.width,
        hidden=model.hidden * max(1, model.experts_used),
        vocabulary=model.vocabulary,
        context=model.context,
        experts=model.experts,
        experts_used=model.experts_used,
    )
