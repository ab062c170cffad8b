"""A whole GGUF file: every metadata entry as it stands there, every tensor with its place; and how one is written.

Written is version 3 of the format. `endpoints.gguf` has the same header for those who need only a few values of it.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from feinschliff.endpoints.gguf_reader import ARRAY, MAGIC, SCALARS, STRING, GgufReader, TensorInfo, Value, open_gguf
from feinschliff.i18n import tr
from feinschliff.models.tensor_types import TENSOR_TYPES, TensorType

_ALIGNMENT = "general.alignment"
_UINT32, _INT32, _FLOAT32, _BOOL = 4, 5, 6, 7


@dataclass(frozen=True)
class Entry:
    """One metadata entry."""

    key: str
    raw: bytes
    """Type and value as in the file: a copy keeps them to the bit."""
    value: Value


@dataclass(frozen=True)
class Tensor:
    """Where a tensor lies, and what it holds."""

    name: str
    shape: tuple[int, ...]
    """As in the file: the length of a row first."""
    kind: TensorType
    start: int
    """Byte in the file."""

    @property
    def weights(self) -> int:
        """Numbers in it."""
        return math.prod(self.shape)

    @property
    def row(self) -> int:
        """Numbers in a row."""
        return self.shape[0] if self.shape else 1

    @property
    def bytes(self) -> int:
        """Its size in the file."""
        return self.kind.size(self.weights)


@dataclass(frozen=True)
class GgufFile:
    """What stands in a file before the weights, complete."""

    path: Path
    entries: tuple[Entry, ...]
    tensors: tuple[Tensor, ...]

    @property
    def metadata(self) -> Mapping[str, Value]:
        """Values by key, arrays in full."""
        return {entry.key: entry.value for entry in self.entries}

    @property
    def architecture(self) -> str:
        """`llama`, `qwen3`, ...; empty where the file does not tell."""
        return str(self.metadata.get("general.architecture", ""))

    def number(self, key: str) -> int | None:
        """A whole number of the architecture's own (`block_count`); the largest where there is one for each layer."""
        value = self.metadata.get(f"{self.architecture}.{key}")
        if isinstance(value, list):
            value = max((v for v in value if isinstance(v, int)), default=None)
        return value if isinstance(value, int) else None

    def data(self, tensor: Tensor) -> NDArray[np.uint8]:
        """A tensor's bytes, read when they are looked at."""
        return np.memmap(self.path, np.uint8, "r", offset=tensor.start, shape=(tensor.bytes,))


def read_gguf(path: Path, *, arrays: bool = True) -> GgufFile:
    """Read all but the weights.

    `arrays`: False leaves lists out (a vocabulary takes half a second); an entry then has the length as its value, and
    cannot be copied.

    Raises: ModelError for a file that is missing, cut, or of another format.
    """
    with open_gguf(path) as reader:
        tensors, entries = reader.opening()
        metadata = tuple(_entry(reader, arrays) for _ in range(entries))
        rows = [reader.tensor() for _ in range(tensors)]
        alignment = next((e.value for e in metadata if e.key == _ALIGNMENT), 32)
        if not isinstance(alignment, int) or alignment < 8 or alignment % 8:
            shown = alignment if isinstance(alignment, int) else type(alignment).__name__
            raise reader.bad(tr("an alignment of {alignment}", alignment=shown))
        start = _padded(reader.position, alignment)
        return GgufFile(path, metadata, tuple(_placed(reader, row, start) for row in rows))


def _entry(reader: GgufReader, arrays: bool) -> Entry:
    key, begin = reader.key(), reader.position
    kind = reader.kind()
    if kind == ARRAY and not arrays:
        return Entry(key, b"", reader.skip_array())
    value = reader.value(kind)
    return Entry(key, reader.again(begin), value)


def _placed(reader: GgufReader, info: TensorInfo, start: int) -> Tensor:
    """A tensor with its place in a file whose weights begin at `start`. Raises: ModelError where it is not there."""
    if info.kind not in TENSOR_TYPES:
        raise reader.bad(tr("tensor {name} is of unknown type {number}", name=info.name, number=info.kind))
    tensor = Tensor(info.name, info.shape, TENSOR_TYPES[info.kind], start + info.offset)
    if tensor.row % tensor.kind.block:
        raise reader.bad(tr("tensor {name} holds no whole blocks", name=tensor.name))
    if tensor.start + tensor.bytes > reader.size:
        raise reader.bad(tr("the file ends within tensor {name}", name=tensor.name))
    return tensor


def entry(key: str, value: Value) -> Entry:
    """A new metadata entry: 32-bit integers and floats, truth values, texts, and lists of one of them."""
    return Entry(key, _raw(value), value)


def write_gguf(
    path: Path, entries: Iterable[Entry], tensors: Iterable[tuple[str, tuple[int, ...], TensorType]]
) -> Iterator[BinaryIO]:
    """Write a file: a generator that gives the file once for each tensor, to which its bytes are then written.

    Raises: ValueError where a tensor got too few or too many bytes.
    """
    metadata, rows = list(entries), list(tensors)
    alignment = next((int(e.value) for e in metadata if e.key == _ALIGNMENT and isinstance(e.value, int)), 32)
    with path.open("wb") as file:
        file.write(MAGIC + struct.pack("<IQQ", 3, len(rows), len(metadata)))
        for item in metadata:
            file.write(_string(item.key) + item.raw)
        offset = 0
        for name, shape, kind in rows:
            file.write(_string(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind.number, offset))
            offset = _padded(offset + kind.size(math.prod(shape)), alignment)
        for name, shape, kind in rows:
            begin = _pad(file, alignment)
            yield file
            if file.tell() - begin != kind.size(math.prod(shape)):
                raise ValueError(f"{name}: {file.tell() - begin} bytes instead of {kind.size(math.prod(shape))}")
        _pad(file, alignment)


def _pad(file: BinaryIO, alignment: int) -> int:
    file.write(bytes(_padded(file.tell(), alignment) - file.tell()))
    return file.tell()


def _padded(position: int, alignment: int) -> int:
    return -(-position // alignment) * alignment


def _string(text: str) -> bytes:
    data = text.encode("utf-8")
    return struct.pack("<Q", len(data)) + data


def _raw(value: Value) -> bytes:
    if isinstance(value, list):
        of = _type(value[0]) if value else _INT32
        of = _INT32 if of == _UINT32 else of  # what llama.cpp reads token types as
        packed = b"".join(_string(v) if isinstance(v, str) else struct.pack("<" + SCALARS[of], v) for v in value)
        return struct.pack("<IIQ", ARRAY, of, len(value)) + packed
    kind = _type(value)
    if isinstance(value, str):
        return struct.pack("<I", kind) + _string(value)
    return struct.pack("<I" + SCALARS[kind], kind, value)


def _type(value: Value) -> int:
    if isinstance(value, str):
        return STRING
    if isinstance(value, bool):
        return _BOOL
    if isinstance(value, float):
        return _FLOAT32
    return _UINT32
