"""Weights in safetensors files: read without torch, one tensor at a time."""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from feinschliff.errors import ModelError
from feinschliff.i18n import tr
from feinschliff.models.floats import to_floats
from feinschliff.models.native import Floats
from feinschliff.models.tensor_types import TYPES_BY_NAME, TensorType

_KINDS = {"F32": "f32", "F16": "f16", "BF16": "bf16"}
_LONGEST_HEADER = 100 << 20
INDEX = "model.safetensors.index.json"


@dataclass(frozen=True)
class Weights:
    """Where one tensor lies."""

    file: Path
    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    bytes: int

    @property
    def weights(self) -> int:
        """Numbers in it."""
        return math.prod(self.shape)

    @property
    def kind(self) -> TensorType:
        """Its format. Raises: ModelError for one that is not read here (integers, 8-bit floats)."""
        if self.dtype not in _KINDS:
            raise ModelError(
                tr("tensor {name} is in {dtype}, which is not read here", name=self.name, dtype=self.dtype),
                asked=str(self.file),
                found=tr("known are {names}", names=", ".join(_KINDS)),
                mend=tr("use the model's folder in float16, bfloat16 or float32"),
            )
        return TYPES_BY_NAME[_KINDS[self.dtype]]

    def read(self) -> Floats:
        """The weights, in their shape. Raises: ModelError."""
        data = np.memmap(self.file, np.uint8, "r", offset=self.start, shape=(self.bytes,))
        return to_floats(data, self.kind).reshape(self.shape)


def read_safetensors(folder: Path) -> dict[str, Weights]:
    """All tensors of a model's folder by name, of one file or of several with an index.

    Raises: ModelError for missing, cut or broken files.
    """
    found: dict[str, Weights] = {}
    for file in _files(folder):
        found |= read_one(file)
    return found


def read_one(file: Path) -> dict[str, Weights]:
    """The tensors of one file. Raises: ModelError."""
    try:
        with file.open("rb") as stream:
            size = struct.unpack("<Q", stream.read(8))[0]
            if size > _LONGEST_HEADER:
                raise ValueError(f"a header of {size} bytes")
            header = json.loads(stream.read(size))
        length = file.stat().st_size
        made = [_weights(file, name, row, 8 + size) for name, row in header.items() if name != "__metadata__"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise _broken(file, str(error)[:200]) from None
    for tensor in made:
        if tensor.start + tensor.bytes > length:
            raise _broken(file, tr("the file ends within tensor {name}", name=tensor.name))
    return {tensor.name: tensor for tensor in made}


def _weights(file: Path, name: str, row: dict[str, Any], origin: int) -> Weights:
    begin, end = row["data_offsets"]
    if not 0 <= begin <= end:
        raise ValueError(f"offsets {begin} to {end}")
    return Weights(file, name, row["dtype"], tuple(int(n) for n in row["shape"]), origin + begin, end - begin)


def _files(folder: Path) -> list[Path]:
    index = folder / INDEX
    if index.is_file():
        try:
            names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise _broken(index, str(error)[:200]) from None
        return [folder / Path(name).name for name in names]
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise ModelError(
            tr("there are no weights in {folder}", folder=folder),
            asked=str(folder),
            found=tr("no .safetensors file"),
            mend=tr("give a folder as transformers saves it, or a .gguf file"),
        )
    return files


def _broken(file: Path, found: str) -> ModelError:
    return ModelError(
        tr("{file} is no usable safetensors file: {found}", file=file, found=found),
        asked=str(file),
        found=found,
        mend=tr("fetch the file again"),
    )
