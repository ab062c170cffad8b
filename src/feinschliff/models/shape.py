"""What a model's memory depends on: its layers, one by one, as llama.cpp will see them.

Which layers look back only so far, and which keep a state instead of a cache, stands partly in the file and partly in
llama.cpp's code for an architecture (`src/models/*.cpp`, b11549); the tables below hold the latter.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeGuard

from feinschliff.errors import ModelError
from feinschliff.i18n import tr
from feinschliff.models.gguf_file import GgufFile

LayerKind = Literal["full", "window", "state", "both", "empty", "none"]
"""`window`: attends to so many tokens back; `state`: recurrent; `both`: attention and state; `empty`: has a place in
the cache, but no heads; `none`: not even that."""

_PERIODS: Mapping[str, tuple[int, bool]] = {
    "afmoe": (4, False),
    "cohere2": (4, False),
    "exaone-moe": (4, False),
    "exaone4": (4, False),
    "gemma-embedding": (6, False),
    "gemma2": (2, False),
    "gemma3": (6, False),
    "gemma3n": (5, False),
    "gpt-oss": (2, False),
    "laguna": (4, True),
    "llama4": (4, False),
    "modern-bert": (3, True),
    "olmo2": (4, False),
    "plamo3": (8, False),
    "smallthinker": (4, True),
}
"""By architecture: one layer in so many attends to all tokens, the last of each group, or (True) the first."""

_MOST_LAYERS = 512
"""As many as llama.cpp loads (`LLAMA_MAX_LAYERS`)."""

_WINDOWS = {"gemma2": 4096, "llama4": 8192}
"""Windows of architectures whose files need not tell."""

_STATE_ONLY = ("mamba", "mamba2", "rwkv6", "rwkv6qwen2", "rwkv7", "arwkv7")
_HYBRID = ("jamba", "lfm2", "lfm2moe", "granitehybrid", "nemotron_h", "nemotron_h_moe", "plamo2", "kimi-linear")
"""A layer without heads for keys and values keeps a state."""
_EVERY_FOURTH = ("qwen3next", "qwen35", "qwen35moe")
"""Every fourth layer attends, the others keep a state, unless the file tells another interval."""
_UNSURE = ("deepseek4", "deepseek32", "glm-dsa", "minimax-m3", "kimi-linear")
"""Architectures with further caches that are not counted here."""


@dataclass(frozen=True)
class Layer:
    """What one layer keeps of the tokens that it has seen."""

    kind: LayerKind
    keys: int
    """Numbers kept of each token as keys: heads for keys and values x length of a key."""
    values: int
    heads: int
    """Heads that ask."""
    key_length: int
    value_length: int


@dataclass(frozen=True)
class ModelShape:
    """Sizes of a model."""

    architecture: str
    layers: tuple[Layer, ...]
    width: int
    """Numbers that stand for a token between layers."""
    hidden: int
    """Widest inner layer that one token goes through; with experts, all of those that it goes through together."""
    vocabulary: int
    context: int | None
    """Tokens that it was trained for."""
    window: int | None = None
    """Tokens that a `window` layer looks back."""
    state: int = 0
    """Numbers (32 bits each) that a recurrent layer keeps for a slot."""
    experts: int = 0
    experts_used: int = 0
    tokenizer: str = "gpt2"
    """Its kind, as the file names it."""
    merges: int | None = None
    """Pairs that the tokenizer joins; None where it is not told."""
    latent: bool = False
    """Keys and values kept as one compressed row (MLA)."""
    notes: tuple[str, ...] = field(default=())
    """What is not known, as `architecture`."""

    @property
    def values_padded(self) -> int:
        """Numbers that llama.cpp keeps as values of every layer without flash attention: those of the largest."""
        return max((layer.values for layer in self.layers), default=0)


def shape_of(file: GgufFile) -> ModelShape:
    """The sizes of a GGUF file's model; what it does not tell counts as llama.cpp's default.

    Raises: ModelError as `checked_layers`.
    """
    return _Reader(file).shape()


def checked_layers(told: int, path: Path) -> int:
    """The number of layers that a model tells of itself. Raises: ModelError for more than any model has."""
    if told > _MOST_LAYERS:
        raise ModelError(
            tr("{path} tells of {n} layers, and llama.cpp loads at most {most}", path=path, n=told, most=_MOST_LAYERS),
            asked=str(path),
            mend=tr("fetch or convert the file again"),
        )
    return told


class _Reader:
    def __init__(self, file: GgufFile) -> None:
        self._file = file
        self._metadata = file.metadata
        self._architecture = file.architecture
        told = checked_layers(self._number("block_count"), file.path)
        self._count = max(0, told - max(0, self._number("nextn_predict_layers")))

    def shape(self) -> ModelShape:
        width, experts = self._number("embedding_length"), self._number("expert_count")
        used = self._number("expert_used_count")
        inner = self._each("feed_forward_length", 0)
        latent = bool(self._number("attention.key_length_mla") and self._number("attention.value_length_mla"))
        tokens, merges = (self._metadata.get(f"tokenizer.ggml.{key}") for key in ("tokens", "merges"))
        expert = self._number("expert_feed_forward_length") or (max(inner) if experts else 0)
        return ModelShape(
            architecture=self._architecture,
            layers=tuple(self._layer(index, latent=latent) for index in range(self._count)),
            width=width,
            hidden=max([*inner, used * expert]),
            vocabulary=len(tokens) if isinstance(tokens, list) else self._number("vocab_size"),
            context=self._number("context_length") or None,
            window=self._window() or None,
            state=self._state(width),
            experts=experts,
            experts_used=used,
            tokenizer=str(self._metadata.get("tokenizer.ggml.model", "gpt2")),
            merges=len(merges) if isinstance(merges, list) else 0,
            latent=latent,
            notes=("architecture",) if self._architecture in _UNSURE or not self._count else (),
        )

    def _raw(self, key: str) -> Any:
        return self._metadata.get(f"{self._architecture}.{key}")

    def _number(self, key: str, default: int = 0) -> int:
        value = self._raw(key)
        if isinstance(value, list):
            value = max((v for v in value if isinstance(v, int)), default=default)
        return int(value) if _is_finite(value) else default

    def _each(self, key: str, default: int) -> list[int]:
        """A number for each layer, whether the file tells one or many."""
        value = self._raw(key)
        if isinstance(value, list):
            numbers = [int(v) for v in value if _is_finite(v)]
            return [*numbers, *([default] * self._count)][: self._count]
        return [int(value) if _is_finite(value) else default] * max(1, self._count)

    def _layer(self, index: int, *, latent: bool) -> Layer:
        heads = self._each("attention.head_count", 0)[index]
        shared = self._each("attention.head_count_kv", 0 if self._raw("attention.head_count_kv") is not None else heads)
        kind = self._kind(index, shared[index])
        most = max(self._each("attention.head_count", 0))
        length = self._number("embedding_length") // most if most else 0
        key, value = self._number("attention.key_length", length), self._number("attention.value_length", length)
        if kind == "window":
            key = self._number("attention.key_length_swa", key)
            value = self._number("attention.value_length_swa", value)
        kept = shared[index] if kind in ("full", "window", "both") else 0
        return Layer(kind, kept * key, 0 if latent else kept * value, heads, key, value)

    def _kind(self, index: int, shared: int) -> LayerKind:
        name = self._architecture
        if name in _STATE_ONLY:
            return "state"
        if name == "falcon-h1":
            return "both"
        if self._recurrent(index, shared):
            return "state"
        if index >= self._with_cache():
            return "none"
        if shared == 0:
            return "none" if name in _HYBRID else "empty"
        return "window" if self._windowed()[index] else "full"

    def _recurrent(self, index: int, shared: int) -> bool:
        flags = self._raw("attention.recurrent_layers")
        if isinstance(flags, list) and index < len(flags):
            return bool(flags[index])
        if self._architecture in _EVERY_FOURTH:
            return (index + 1) % (self._number("full_attention_interval") or 4) != 0
        if self._architecture.startswith("nemotron_h"):
            return shared == 0 and self._each("feed_forward_length", 0)[index] == 0
        return self._architecture in _HYBRID and shared == 0

    def _with_cache(self) -> int:
        """Layers before this one have a cache of their own; later ones look into an earlier layer's."""
        if self._architecture == "gemma3n":
            return 20
        return self._count - self._number("attention.shared_kv_layers")

    def _window(self) -> int:
        told = self._raw("attention.sliding_window")
        if self._architecture == "llama4" and told != 0:
            return _WINDOWS["llama4"]
        return self._number("attention.sliding_window", _WINDOWS.get(self._architecture, 0))

    def _windowed(self) -> Sequence[bool]:
        """For each layer whether it looks back only so far (llama.cpp's `set_swa_pattern`)."""
        pattern = self._raw("attention.sliding_window_pattern")
        if not self._window() or self._architecture == "phi3":
            return [False] * self._count
        if isinstance(pattern, list):
            return [bool(flag) for flag in pattern] + [False] * self._count
        period, first = _PERIODS.get(self._architecture, (1, False))
        if isinstance(pattern, int) and not isinstance(pattern, bool):
            period = pattern
        if period == 0:
            return [True] * self._count
        return [index % period != 0 if first else index % period < period - 1 for index in range(self._count)]

    def _state(self, width: int) -> int:
        """Numbers of a recurrent layer's state, as llama.cpp's `n_embd_r` + `n_embd_s`."""
        if head := self._number("wkv.head_size"):
            return (self._number("token_shift_count") or 2) * width + width * head
        if cache := self._number("shortconv.l_cache"):
            return width * (cache - 1)
        inner, size = self._number("ssm.inner_size"), self._number("ssm.state_size")
        before = max(0, self._number("ssm.conv_kernel") - 1)
        return before * (inner + 2 * self._number("ssm.group_count") * size) + size * inner


def _is_finite(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and math.isfinite(value)
