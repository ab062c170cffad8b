"""GGUF files of any shape with random weights, for what only the real engine can tell of their memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from feinschliff.models.gguf_file import Entry, Value, entry, write_gguf
from feinschliff.models.tensor_types import TYPES_BY_NAME, TensorType

_CHUNK = 1 << 22
_SCALES = {"q8_0": (0,), "q4_0": (0,), "q4_k": (0, 2), "q5_k": (0, 2), "q6_k": (208,)}
"""Where a block's 16-bit scales begin: random bits there would be NaN now and then."""
_LAST_NORM = {"lfm2": "token_embd_norm.weight"}
Row = tuple[str, tuple[int, ...], TensorType]


@dataclass(frozen=True)
class Sizes:
    """What a file is made from; `kind` is the number format of its matrices."""

    layers: int = 2
    width: int = 128
    heads: int = 4
    heads_kv: int | Sequence[int] = 4
    hidden: int = 256
    vocabulary: int = 512
    head: int | None = None
    kind: str = "q8_0"
    architecture: str = "llama"
    context: int = 8192
    tied: bool = True
    experts: int = 0
    experts_used: int = 0
    tokenizer: str = "gpt2"
    """`gpt2`: bytes and merges; `llama`: pieces with scores."""
    more: Mapping[str, Value] = field(default_factory=dict)
    """Further entries, below the architecture's name."""

    @property
    def length(self) -> int:
        """Numbers of a head."""
        return self.head or self.width // self.heads

    def kept(self, layer: int) -> int:
        """Heads for keys and values of a layer."""
        return self.heads_kv if isinstance(self.heads_kv, int) else self.heads_kv[layer]


def write_model(path: Path, sizes: Sizes, *, seed: int = 0) -> Path:
    """Write a file that llama.cpp loads: llama, gemma2, gemma3, qwen3, qwen3moe, lfm2, deci or mamba."""
    rows = _mamba(sizes) if sizes.architecture == "mamba" else _transformer(sizes)
    entries = [entry("general.architecture", sizes.architecture)]
    told = {**_about(sizes), **sizes.more}
    entries += [entry(f"{sizes.architecture}.{key}", value) for key, value in told.items()]
    entries += (_tokenizer if sizes.tokenizer == "gpt2" else _pieces)(sizes.vocabulary)
    random = np.random.default_rng(seed)
    for (_, shape, kind), file in zip(rows, write_gguf(path, entries, rows), strict=True):
        left = int(np.prod(shape)) // kind.block
        while left:
            blocks = min(left, _CHUNK // kind.bytes)
            file.write(_random(random, kind, blocks))
            left -= blocks
    return path


def _random(random: np.random.Generator, kind: TensorType, blocks: int) -> bytes:
    if kind.name == "f32":
        return np.ones(blocks, "<f4").tobytes()
    if kind.name == "f16":
        return (random.standard_normal(blocks, dtype=np.float32) * 0.02).astype("<f2").tobytes()
    data = random.integers(0, 256, (blocks, kind.bytes), np.uint8)
    for begin in _SCALES[kind.name]:
        data[:, begin : begin + 2] = np.frombuffer(np.float16(2e-4).tobytes(), np.uint8)
    return data.tobytes()


def _about(sizes: Sizes) -> dict[str, Value]:
    told: dict[str, Value] = {
        "context_length": sizes.context,
        "embedding_length": sizes.width,
        "block_count": sizes.layers,
        "feed_forward_length": sizes.hidden,
        "attention.head_count": sizes.heads,
        "attention.head_count_kv": sizes.heads_kv if isinstance(sizes.heads_kv, int) else list(sizes.heads_kv),
        "attention.key_length": sizes.length,
        "attention.value_length": sizes.length,
        "rope.dimension_count": sizes.length,
        "attention.layer_norm_rms_epsilon": 1e-5,
        "vocab_size": sizes.vocabulary,
    }
    if sizes.experts:
        told |= {"expert_count": sizes.experts, "expert_used_count": sizes.experts_used}
        told["expert_feed_forward_length"] = sizes.hidden
    return told


def _transformer(sizes: Sizes) -> list[Row]:
    kind, plain = TYPES_BY_NAME[sizes.kind], TYPES_BY_NAME["f32"]
    width, name = sizes.width, sizes.architecture
    rows: list[Row] = [
        ("token_embd.weight", (width, sizes.vocabulary), kind),
        (_LAST_NORM.get(name, "output_norm.weight"), (width,), plain),
    ]
    if not sizes.tied:
        rows.append(("output.weight", (width, sizes.vocabulary), kind))
    for layer in range(sizes.layers):
        at, kept, asking = f"blk.{layer}.", sizes.kept(layer) * sizes.length, sizes.heads * sizes.length
        norms = ["ffn_norm"]
        if not kept and name == "lfm2":
            norms.append("attn_norm")
            rows += [
                (at + "shortconv.conv.weight", (int(str(sizes.more["shortconv.l_cache"])), width), plain),
                (at + "shortconv.in_proj.weight", (width, 3 * width), kind),
                (at + "shortconv.out_proj.weight", (width, width), kind),
            ]
        elif kept or name != "deci":
            norms.append("attn_norm")
            rows += [
                (at + "attn_q.weight", (width, asking), kind),
                (at + "attn_k.weight", (width, kept), kind),
                (at + "attn_v.weight", (width, kept), kind),
                (at + "attn_output.weight", (asking, width), kind),
            ]
        norms += ["post_attention_norm", "post_ffw_norm"] if name in ("gemma2", "gemma3") else []
        rows += [(f"{at}{norm}.weight", (width,), plain) for norm in norms]
        if name in ("gemma3", "qwen3", "qwen3moe") or (name == "lfm2" and kept):
            rows += [(f"{at}attn_{part}_norm.weight", (sizes.length,), plain) for part in "qk"]
        rows += _inner(sizes, at, kind, plain)
    return rows


def _inner(sizes: Sizes, at: str, kind: TensorType, plain: TensorType) -> list[Row]:
    width, hidden, experts = sizes.width, sizes.hidden, sizes.experts
    parts = {"ffn_gate": (width, hidden), "ffn_up": (width, hidden), "ffn_down": (hidden, width)}
    if not experts:
        return [(f"{at}{part}.weight", shape, kind) for part, shape in parts.items()]
    rows: list[Row] = [(at + "ffn_gate_inp.weight", (width, experts), plain)]
    return rows + [(f"{at}{part}_exps.weight", (*shape, experts), kind) for part, shape in parts.items()]


def _mamba(sizes: Sizes) -> list[Row]:
    kind, plain = TYPES_BY_NAME[sizes.kind], TYPES_BY_NAME["f32"]
    width, inner = sizes.width, 2 * sizes.width
    state, kernel, rank = (
        int(str(sizes.more[f"ssm.{key}"])) for key in ("state_size", "conv_kernel", "time_step_rank")
    )
    rows: list[Row] = [("token_embd.weight", (width, sizes.vocabulary), kind), ("output_norm.weight", (width,), plain)]
    for layer in range(sizes.layers):
        at = f"blk.{layer}."
        rows += [
            (at + "attn_norm.weight", (width,), plain),
            (at + "ssm_in.weight", (width, 2 * inner), kind),
            (at + "ssm_conv1d.weight", (kernel, inner), plain),
            (at + "ssm_conv1d.bias", (inner,), plain),
            (at + "ssm_x.weight", (inner, rank + 2 * state), kind),
            (at + "ssm_dt.weight", (rank, inner), plain),
            (at + "ssm_dt.bias", (inner,), plain),
            (at + "ssm_a", (state, inner), plain),
            (at + "ssm_d", (inner,), plain),
            (at + "ssm_out.weight", (inner, width), kind),
        ]
    return rows


def _pieces(count: int) -> list[Entry]:
    """A vocabulary with scores: three of its own, the 256 bytes, then pieces without a meaning."""
    own = ["<unk>", "<s>", "</s>", *(f"<0x{n:02X}>" for n in range(256))]
    tokens = [*own, *(f"piece{n}" for n in range(count - len(own)))]
    return [
        entry("tokenizer.ggml.model", "llama"),
        entry("tokenizer.ggml.pre", "default"),
        entry("tokenizer.ggml.tokens", tokens),
        entry("tokenizer.ggml.scores", [-float(n) for n in range(count)]),
        entry("tokenizer.ggml.token_type", [2, 3, 3, *([6] * 256), *([1] * (count - len(own)))]),
        entry("tokenizer.ggml.bos_token_id", 1),
        entry("tokenizer.ggml.eos_token_id", 2),
    ]


def _tokenizer(count: int) -> list[Entry]:
    """A byte-level vocabulary: the 256 bytes, then pieces that each add one letter to an earlier one."""
    letters = [chr(n) for n in (*range(33, 127), *range(161, 173), *range(174, 256), *range(256, 324))]
    tokens, merges = ["<s>", "</s>", *letters], []
    known, begin = set(tokens), 0
    stems = list(letters)
    while len(tokens) < count:
        for letter in letters:
            piece = stems[begin] + letter
            if len(tokens) < count and piece not in known:
                known.add(piece)
                tokens.append(piece)
                stems.append(piece)
                merges.append(f"{stems[begin]} {letter}")
        begin += 1
    return [
        entry("tokenizer.ggml.model", "gpt2"),
        entry("tokenizer.ggml.pre", "gpt-2"),
        entry("tokenizer.ggml.tokens", list(tokens[:count])),
        entry("tokenizer.ggml.token_type", [3, 3, *([1] * (count - 2))]),
        entry("tokenizer.ggml.merges", list(merges) or ["a b"]),
        entry("tokenizer.ggml.bos_token_id", 0),
        entry("tokenizer.ggml.eos_token_id", 1),
    ]
