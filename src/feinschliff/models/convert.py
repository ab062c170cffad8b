"""Turns a folder that transformers reads into a GGUF file: models built like Llama, with a byte-level BPE tokenizer."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from feinschliff.errors import ModelError
from feinschliff.i18n import tr
from feinschliff.models.file_types import FILE_TYPE_NUMBERS
from feinschliff.models.floats import from_floats
from feinschliff.models.gguf_file import Entry, entry, write_gguf
from feinschliff.models.native import Floats
from feinschliff.models.safetensors import Weights, read_safetensors
from feinschliff.models.tensor_types import TYPES_BY_NAME, TensorType
from feinschliff.models.vocabulary import vocabulary_entries

_ARCHITECTURES = ("LlamaForCausalLM", "MistralForCausalLM")
"""Same tensors, same order of the rotary pairs; llama.cpp calls both `llama`."""

_TOP = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
}
_PARTS = {
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def convert(folder: Path, out: Path, *, name: str = "f16") -> None:
    """Write the model of a folder to a GGUF file.

    Args:
        folder: with `config.json`, `tokenizer.json` and safetensors files.
        out: the file to write.
        name: format of the matrices: f32, f16 or bf16. Vectors are in f32.

    Raises: ModelError for a model of another kind, or one whose folder is incomplete.
    """
    config = read_json(folder, "config.json")
    kinds = config.get("architectures") or []
    if not any(kind in _ARCHITECTURES for kind in kinds):
        raise ModelError(
            tr("a model of this kind cannot be converted here"),
            asked=str(folder),
            found=", ".join(map(str, kinds)) or tr("no architecture in config.json"),
            mend=tr("convert it with llama.cpp's convert_hf_to_gguf.py, and give the .gguf file"),
        )
    weights = read_safetensors(folder)
    shape = _Shape(config, folder)
    tensors = {
        _name(ours, folder): found for ours, found in weights.items() if not ours.endswith("rotary_emb.inv_freq")
    }
    if config.get("tie_word_embeddings"):
        tensors.pop("output.weight", None)
    _check_complete(tensors, shape, folder)
    entries = [
        *shape.entries(),
        entry("general.name", str(config.get("_name_or_path") or folder.resolve().name)),
        entry("general.file_type", FILE_TYPE_NUMBERS[name]),
        *vocabulary_entries(folder, config, vocabulary=tensors["token_embd.weight"].shape[0]),
    ]
    rows = [(key, found.shape[::-1], _kind(found, name)) for key, found in tensors.items()]
    factors = shape.factors()
    if factors is not None:
        rows.append(("rope_freqs.weight", (len(factors),), TYPES_BY_NAME["f32"]))
    try:
        for stream, data in zip(write_gguf(out, entries, rows), _data(tensors, shape, name, factors), strict=True):
            stream.write(data)
    except BaseException:
        out.unlink(missing_ok=True)
        raise


def read_json(folder: Path, name: str) -> dict[str, Any]:
    """A JSON object of the folder. Raises: ModelError."""
    try:
        found = json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            tr("{file} cannot be read", file=folder / name),
            asked=str(folder),
            found=str(error)[:200],
            mend=tr("give a folder as transformers saves it, or a .gguf file"),
        ) from None
    return found if isinstance(found, dict) else {}


class _Shape:
    """The numbers of `config.json` that llama.cpp needs."""

    def __init__(self, config: dict[str, Any], folder: Path) -> None:
        self._config, self._folder = config, folder
        self.width, self.heads = self._integer("hidden_size"), self._integer("num_attention_heads")
        self.layers = self._integer("num_hidden_layers")
        self.groups = int(config.get("num_key_value_heads") or self.heads)
        self.head = int(config.get("head_dim") or self.width // self.heads)
        self._rope = config.get("rope_scaling") or config.get("rope_parameters") or {}
        self._kind = str(self._rope.get("rope_type") or self._rope.get("type") or "default")
        if self._kind not in {"default", "linear", "llama3"}:
            raise self._odd(tr("positions scaled by '{kind}'", kind=self._kind))

    def entries(self) -> Iterator[Entry]:
        """The model's metadata."""
        base = self._config.get("rope_theta") or self._rope.get("rope_theta") or 10000.0
        yield entry("general.architecture", "llama")
        yield entry("llama.context_length", self._integer("max_position_embeddings"))
        yield entry("llama.embedding_length", self.width)
        yield entry("llama.block_count", self.layers)
        yield entry("llama.feed_forward_length", self._integer("intermediate_size"))
        yield entry("llama.attention.head_count", self.heads)
        yield entry("llama.attention.head_count_kv", self.groups)
        yield entry("llama.attention.key_length", self.head)
        yield entry("llama.attention.value_length", self.head)
        yield entry("llama.rope.dimension_count", self.head)
        yield entry("llama.rope.freq_base", float(base))
        yield entry("llama.attention.layer_norm_rms_epsilon", float(self._config.get("rms_norm_eps") or 1e-6))
        if self._kind == "linear":
            yield entry("llama.rope.scaling.type", "linear")
            yield entry("llama.rope.scaling.factor", float(self._rope["factor"]))

    def factors(self) -> Floats | None:
        """By what Llama 3.1 slows each of its rotary frequencies down; None for others."""
        if self._kind != "llama3":
            return None
        base = float(self._config.get("rope_theta") or self._rope.get("rope_theta") or 10000.0)
        factor, low, high = (float(self._rope[k]) for k in ("factor", "low_freq_factor", "high_freq_factor"))
        old = float(self._rope["original_max_position_embeddings"])
        lengths = 2 * math.pi * base ** (np.arange(0, self.head, 2, dtype=np.float64) / self.head)
        smooth = np.clip((old / lengths - low) / (high - low), 0, 1)
        made: Floats = (1 / ((1 - smooth) / factor + smooth)).astype(np.float32)
        return made

    def rearranged(self, key: str, weights: Floats) -> Floats:
        """transformers keeps the halves of the rotary pairs apart, llama.cpp wants each pair side by side."""
        heads = self.heads if key.endswith("attn_q.weight") else self.groups if key.endswith("attn_k.weight") else 0
        if not heads:
            return weights
        halves = weights.reshape(heads, 2, weights.shape[0] // heads // 2, *weights.shape[1:])
        return halves.swapaxes(1, 2).reshape(weights.shape)

    def _integer(self, key: str) -> int:
        value = self._config.get(key)
        if not isinstance(value, int) or value < 1:
            raise self._odd(f"{key}: {value}")
        return value

    def _odd(self, found: str) -> ModelError:
        return ModelError(
            tr("a model of this kind cannot be converted here"),
            asked=str(self._folder),
            found=found,
            mend=tr("convert it with llama.cpp's convert_hf_to_gguf.py, and give the .gguf file"),
        )


def _name(ours: str, folder: Path) -> str:
    if ours in _TOP:
        return _TOP[ours]
    pieces = ours.split(".")
    part = ".".join(pieces[3:-1])
    if ours.startswith("model.layers.") and part in _PARTS and pieces[-1] == "weight":
        return f"blk.{pieces[2]}.{_PARTS[part]}.weight"
    raise ModelError(
        tr("a model of this kind cannot be converted here"),
        asked=str(folder),
        found=tr("a tensor {name}", name=ours),
        mend=tr("convert it with llama.cpp's convert_hf_to_gguf.py, and give the .gguf file"),
    )


def _check_complete(tensors: dict[str, Weights], shape: _Shape, folder: Path) -> None:
    wanted = {"token_embd.weight", "output_norm.weight"}
    wanted |= {f"blk.{layer}.{part}.weight" for layer in range(shape.layers) for part in _PARTS.values()}
    missing = sorted(wanted - set(tensors))
    if missing:
        raise ModelError(
            tr("the model in {folder} is incomplete", folder=folder),
            asked=str(folder),
            found=tr("no tensor {name}, and {n} more", name=missing[0], n=len(missing) - 1),
            mend=tr("fetch the folder again"),
        )


def _kind(found: Weights, name: str) -> TensorType:
    return TYPES_BY_NAME["f32" if len(found.shape) == 1 else name]


def _data(tensors: dict[str, Weights], shape: _Shape, name: str, factors: Floats | None) -> Iterator[memoryview]:
    for key, found in tensors.items():
        yield from_floats(shape.rearranged(key, found.read()), _kind(found, name)).data
    if factors is not None:
        yield from_floats(factors, TYPES_BY_NAME["f32"]).data
