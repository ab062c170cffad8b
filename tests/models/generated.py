"""Small Llamas with random weights: shapes to order, and the house model's vocabulary."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from feinschliff.models.floats import from_floats
from feinschliff.models.gguf_file import entry, read_gguf, write_gguf
from feinschliff.models.house import house_path
from feinschliff.models.tensor_types import TYPES_BY_NAME

PARTS = {
    "attn_q": ("width", "width"),
    "attn_k": ("width", "width"),
    "attn_v": ("width", "width"),
    "attn_output": ("width", "width"),
    "ffn_gate": ("width", "hidden"),
    "ffn_up": ("width", "hidden"),
    "ffn_down": ("hidden", "width"),
}


def write_llama(
    path: Path,
    *,
    layers: int = 2,
    width: int = 256,
    hidden: int = 512,
    kind: str = "f32",
    tied: bool = False,
    experts: int | None = None,
    seed: int = 0,
) -> Path:
    """A model whose weights are Gaussian; `experts` only stands in the metadata."""
    random = np.random.default_rng(seed)
    vocabulary = [item for item in read_gguf(house_path()).entries if item.key.startswith("tokenizer.")]
    size = len(next(item.value for item in vocabulary if item.key == "tokenizer.ggml.tokens"))  # type: ignore[arg-type]
    sizes = {"width": width, "hidden": hidden}
    rows: list[tuple[str, tuple[int, ...], str]] = [("token_embd.weight", (width, size), kind)]
    rows += [("output_norm.weight", (width,), "f32")]
    rows += [] if tied else [("output.weight", (width, size), kind)]
    for layer in range(layers):
        rows += [(f"blk.{layer}.{norm}.weight", (width,), "f32") for norm in ("attn_norm", "ffn_norm")]
        rows += [(f"blk.{layer}.{part}.weight", (sizes[a], sizes[b]), kind) for part, (a, b) in PARTS.items()]
    entries = [
        entry("general.architecture", "llama"),
        entry("llama.context_length", 512),
        entry("llama.embedding_length", width),
        entry("llama.block_count", layers),
        entry("llama.feed_forward_length", hidden),
        entry("llama.attention.head_count", width // 32),
        entry("llama.attention.head_count_kv", width // 32),
        entry("llama.rope.dimension_count", 32),
        entry("llama.attention.layer_norm_rms_epsilon", 1e-5),
        *([entry("llama.expert_count", experts)] if experts else []),
        *vocabulary,
    ]
    shapes = [(name, shape, TYPES_BY_NAME[kind]) for name, shape, kind in rows]
    for stream, (_, shape, format_) in zip(write_gguf(path, entries, shapes), shapes, strict=True):
        weights = np.ones(shape[0]) if len(shape) == 1 else random.normal(0, shape[0] ** -0.5, shape[::-1])
        stream.write(from_floats(weights.astype(np.float32), format_).data)
    return path
