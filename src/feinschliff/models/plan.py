"""How a model is to be loaded: what its memory depends on beside its own shape."""

from __future__ import annotations

from dataclasses import dataclass

from feinschliff.endpoints.engine import MICRO_BATCH
from feinschliff.models.kv_cache import padded

_GPU_BATCH = 512


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
