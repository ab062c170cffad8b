"""Which format each tensor of a quantised model gets: llama.cpp's rules for the mixtures that its names stand for.

A name such as Q4_K_M is no format but a mixture: tensors that the answers depend on most get more bits. The rules
follow llama.cpp's (`src/llama-quant.cpp`, b11549), so that a file made here weighs what others of that name weigh.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from feinschliff.models.file_types import FILE_TYPE_NUMBERS
from feinschliff.models.gguf_file import GgufFile, Tensor
from feinschliff.models.tensor_types import TYPES_BY_NAME, TensorType

_MOST = {
    "f16": "f16",
    "q4_0": "q4_0",
    "q4_1": "q4_1",
    "q8_0": "q8_0",
    "q5_0": "q5_0",
    "q5_1": "q5_1",
    "q4_k_s": "q4_k",
    "q4_k_m": "q4_k",
    "q5_k_s": "q5_k",
    "q5_k_m": "q5_k",
    "q6_k": "q6_k",
    "bf16": "bf16",
}

MIXTURES = {name: (FILE_TYPE_NUMBERS[name], kind) for name, kind in _MOST.items()}
"""By name: the number that the file tells (`general.file_type`), and the format of most tensors."""

_FALLBACK = {"q4_k": "q5_0", "q5_k": "q5_1", "q6_k": "q8_0"}
_KEPT_PARTS = (
    "_norm.weight",
    "ffn_gate_inp",
    "altup",
    "laurel",
    "per_layer_model_proj",
    "position_embd",
    "token_types",
    "ssm_conv1d",
    "shortconv.conv",
    "time_mix_",
    "attn_rel_b",
    "rel_pos",
    "patch_embd",
    "patch_merger",
    "sam.",
)
_DEEP = ("llama", "qwen2")
"""Architectures whose 80 layers mean the 70B model to llama.cpp, with few and therefore precious values."""


@dataclass(frozen=True)
class Choice:
    """What becomes of one tensor."""

    tensor: Tensor
    kind: TensorType
    wanted: TensorType | None = None
    """What the mixture would have given it, where its rows do not fill that format's blocks."""

    @property
    def part(self) -> str:
        """What kind of tensor it is: its name without the layer (`attn_v`, `token_embd`)."""
        name = self.tensor.name.removesuffix(".weight")
        pieces = name.split(".")
        return ".".join(pieces[2:]) if pieces[0] == "blk" and len(pieces) > 2 else name


def choose(file: GgufFile, mixture: str) -> list[Choice]:
    """The format of each tensor, in the file's order. `mixture` is a key of `MIXTURES`."""
    base = TYPES_BY_NAME[MIXTURES[mixture][1]]
    rules = _Rules(file, mixture, base)
    return [
        _choice(tensor, rules.kind(tensor)) if _changes(tensor) else Choice(tensor, tensor.kind)
        for tensor in file.tensors
    ]


def _changes(tensor: Tensor) -> bool:
    """Whether llama.cpp would touch it: matrices of weights, but no norms, routers and convolutions."""
    if not tensor.name.endswith("weight") or tensor.weights == tensor.row:
        return False
    if tensor.name in {"position_embd.weight", "token_types.weight"}:
        return False
    return not any(part in tensor.name for part in _KEPT_PARTS)


def _choice(tensor: Tensor, wanted: TensorType) -> Choice:
    """The wanted format, or one that the rows fill."""
    kind = wanted
    if tensor.row % kind.block:
        kind = TYPES_BY_NAME[_FALLBACK.get(kind.name, "f16")]
        if tensor.row % kind.block:
            kind = TYPES_BY_NAME["f16"]
    return Choice(tensor, kind, None if kind == wanted else wanted)


class _Rules:
    """The mixture for one model."""

    def __init__(self, file: GgufFile, mixture: str, base: TensorType) -> None:
        self._mixture, self._base = mixture, base
        self._architecture = file.architecture
        self._experts = file.number("expert_count") or 1
        self._deep = file.architecture in _DEEP and file.number("block_count") == 80
        names = [tensor.name for tensor in file.tensors]
        self._tied = "output.weight" not in names
        self._values = _ranks(name for name in names if _is_value(name))
        self._downs = _ranks(name for name in names if "ffn_down" in name)
        self._layers = file.number("block_count") or 0

    def kind(self, tensor: Tensor) -> TensorType:
        if not self._base.quantised:
            return self._base
        name = tensor.name
        if name == "output.weight" or (self._tied and name == "token_embd.weight"):
            return self._output(tensor)
        found = self._base.name
        if _is_value(name):
            found = self._value(name)
        elif "attn_k.weight" in name:
            found = "q8_0" if self._experts == 8 else found
        elif "ffn_down" in name:
            found = self._down(name)
        elif "attn_output.weight" in name and self._experts == 8 and self._mixture in {"q4_k_s", "q4_k_m"}:
            found = "q5_k"
        return TYPES_BY_NAME[found]

    def _output(self, tensor: Tensor) -> TensorType:
        whole = tensor.row % self._base.block == 0 and self._architecture != "falcon"
        return TYPES_BY_NAME["q6_k" if whole and self._base.name != "q8_0" else "q8_0"]

    def _value(self, name: str) -> str:
        if self._experts == 8:
            return "q8_0"
        rank, found = self._values[name], self._base.name
        if self._mixture in {"q4_k_m", "q5_k_m"} and _matters(rank, len(self._values)):
            found = "q6_k"
        elif self._mixture == "q4_k_s" and rank < 4:
            found = "q5_k"
        return "q5_k" if self._deep and found == "q4_k" else found

    def _down(self, name: str) -> str:
        rank, count = self._downs[name], len(self._downs)
        if self._experts > 1 and (layer := _layer(name)) is not None:
            rank, count = layer, self._layers
        if self._architecture == "falcon" and self._mixture == "q4_k_m":
            return "q6_k" if rank < count // 16 else "q5_k" if _matters(rank, count) else "q4_k"
        if self._mixture in {"q4_k_m", "q5_k_m"} and _matters(rank, count):
            return "q6_k"
        if self._mixture == "q4_k_s" and self._architecture != "falcon" and rank < count // 8:
            return "q5_k"
        return self._base.name


def _matters(layer: int, layers: int) -> bool:
    """The first and last eighth of the layers, and every third between them."""
    return layer < layers // 8 or layer >= 7 * layers // 8 or (layer - layers // 8) % 3 == 2


def _is_value(name: str) -> bool:
    return any(part in name for part in ("attn_v.weight", "attn_qkv.weight", "attn_kv_b.weight"))


def _ranks(names: Iterable[str]) -> dict[str, int]:
    """The place of each tensor among its like, layer by layer."""
    ordered = sorted(names, key=lambda name: (_layer(name) or 0, name))
    return {name: rank for rank, name in enumerate(ordered)}


def _layer(name: str) -> int | None:
    pieces = name.split(".")
    return int(pieces[1]) if pieces[0] == "blk" and len(pieces) > 1 and pieces[1].isdigit() else None
