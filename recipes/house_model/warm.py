"""A shipped house model as a starting point: its weights and its tokenizer, read back from the GGUF file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from export import tensor_names
from model import Shape
from prompts import SPECIAL
from tokenizers import Tokenizer, decoders, models, pre_tokenizers


def load_gguf(path: Path) -> tuple[Shape, dict[str, torch.Tensor]]:
    """Sizes and float32 weights, named as in `HouseModel.state_dict()`; what Q8_0 rounded away stays lost."""
    reader = gguf.GGUFReader(path)
    shape = _shape(reader)
    stored = {tensor.name: tensor for tensor in reader.tensors}
    weights = {}
    for ours, theirs in tensor_names(shape).items():
        tensor = stored[theirs]
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        weights[ours] = torch.from_numpy(values.copy())
    return shape, weights


def load_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer in the file: the same ids for every text as the one that it was exported from."""
    reader = gguf.GGUFReader(path)
    tokens: list[str] = _field(reader, "tokenizer.ggml.tokens")
    merges = [tuple(merge.split(" ")) for merge in _field(reader, "tokenizer.ggml.merges")]
    tokenizer = Tokenizer(models.BPE(vocab={token: index for index, token in enumerate(tokens)}, merges=merges))
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def _shape(reader: gguf.GGUFReader) -> Shape:
    return Shape(
        vocab=_field(reader, "llama.vocab_size"),
        width=_field(reader, "llama.embedding_length"),
        layers=_field(reader, "llama.block_count"),
        heads=_field(reader, "llama.attention.head_count"),
        hidden=_field(reader, "llama.feed_forward_length"),
        context=_field(reader, "llama.context_length"),
        rope_base=round(_field(reader, "llama.rope.freq_base"), 3),
        norm_eps=round(_field(reader, "llama.attention.layer_norm_rms_epsilon"), 9),
    )


def _field(reader: gguf.GGUFReader, key: str) -> Any:
    field = reader.get_field(key)
    if field is None:
        raise KeyError(key)
    return field.contents()
