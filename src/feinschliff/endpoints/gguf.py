"""The header of a GGUF file without its lists: metadata, and what the tensors add up to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from feinschliff.endpoints.gguf_reader import ARRAY, Value, open_gguf

if TYPE_CHECKING:
    from pydantic import JsonValue

_SAMPLING = {
    "temp": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "min_p": "min_p",
    "penalty_repeat": "repeat_penalty",
    "penalty_last_n": "repeat_last_n",
    "xtc_probability": "xtc_probability",
    "xtc_threshold": "xtc_threshold",
    "mirostat": "mirostat",
    "mirostat_tau": "mirostat_tau",
    "mirostat_eta": "mirostat_eta",
}


@dataclass(frozen=True)
class GgufHeader:
    """What stands before the weights."""

    parameters: int
    """Weights in all tensors together."""
    metadata: Mapping[str, Value]
    """Scalars and strings by key; of an array only its length."""
    types: frozenset[int] = frozenset()
    """Number formats of the tensors, by ggml's numbers."""

    @property
    def architecture(self) -> str:
        """`llama`, `qwen3`, ...; empty where the file does not tell."""
        return str(self.metadata.get("general.architecture", ""))

    @property
    def context_length(self) -> int | None:
        """Tokens that the model was trained for; None where the file does not tell."""
        value = self.metadata.get(f"{self.architecture}.context_length")
        return value if isinstance(value, int) and value > 0 else None


def read_header(path: Path) -> GgufHeader:
    """The header of a GGUF file. Raises: ModelError for a missing file, a folder, another format or a cut file."""
    with open_gguf(path) as reader:
        tensors, entries = reader.opening()
        metadata: dict[str, Value] = {}
        for _ in range(entries):
            key, kind = reader.key(), reader.kind()
            metadata[key] = reader.skip_array() if kind == ARRAY else reader.value(kind)
        parameters, types = 0, set()
        for _ in range(tensors):
            tensor = reader.tensor()
            parameters += math.prod(tensor.shape)
            types.add(tensor.kind)
    return GgufHeader(parameters, metadata, frozenset(types))


def sampling_defaults(metadata: Mapping[str, object]) -> dict[str, JsonValue]:
    """Sampling defaults that a model's maker has put into the file (`general.sampling.*`), by catalogue name."""
    found: dict[str, JsonValue] = {}
    for key, name in _SAMPLING.items():
        value = metadata.get(f"general.sampling.{key}")
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            found[name] = value if isinstance(value, int) else float(f"{value:.6g}")
    return found
