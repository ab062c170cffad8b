"""A whole GGUF file: every metadata entry as it stands there, every tensor with its place; and how one is written.

Format: ggml's docs/gguf.md, versions 2 and 3 (little-endian). `endpoints.gguf` reads the same header for those who need
only a few values of it.
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

from feinschliff.endpoints.gguf import open_gguf
from feinschliff.errors import ModelError
from feinschliff.i18n import tr
from feinschliff.models.tensor_types import TENSOR_TYPES, TensorType

Value = int | float | bool | str | list["Value"]

_MAGIC = b"GGUF"
_ALIGNMENT = "general.alignment"
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY, _UINT32, _INT32, _FLOAT32, _BOOL = 8, 9, 4, 5, 6, 7
_MOST = 1 << 26


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
    with open_gguf(path) as file:
        return _Reader(file, path, arrays=arrays).read()


class _Reader:
    def __init__(self, file: BinaryIO, path: Path, *, arrays: bool) -> None:
        self._file, self._path, self._size = file, path, path.stat().st_size
        self._arrays = arrays

    def read(self) -> GgufFile:
        if (magic := self._take(4)) != _MAGIC:
            raise self._bad(tr("it begins with {magic} instead of GGUF", magic=repr(magic)))
        version = self._number("I")
        if version not in (2, 3):
            raise self._bad(tr("format version {version}, known are 2 and 3", version=version))
        tensors, entries = self._count(), self._count()
        metadata = tuple(self._entry() for _ in range(entries))
        rows = [self._tensor() for _ in range(tensors)]
        alignment = next((e.value for e in metadata if e.key == _ALIGNMENT), 32)
        if not isinstance(alignment, int) or alignment < 8 or alignment % 8:
            raise self._bad(tr("an alignment of {alignment}", alignment=str(alignment)))
        start = _padded(self._file.tell(), alignment)
        placed = tuple(Tensor(name, shape, kind, start + offset) for name, shape, kind, offset in rows)
        for tensor in placed:
            if tensor.row % tensor.kind.block:
                raise self._bad(tr("tensor {name} holds no whole blocks", name=tensor.name))
            if tensor.start + tensor.bytes > self._size:
                raise self._bad(tr("the file ends within tensor {name}", name=tensor.name))
        return GgufFile(self._path, metadata, placed)

    def _bad(self, found: str) -> ModelError:
        return ModelError(
            tr("{path} is no usable GGUF file: {found}", path=self._path, found=found),
            asked=str(self._path),
            found=found,
            mend=tr("fetch or convert the file again"),
        )

    def _take(self, count: int) -> bytes:
        data = self._file.read(count) if self._file.tell() + count <= self._size else b""
        if len(data) < count:
            raise self._bad(tr("the file ends within its header"))
        return data

    def _number(self, code: str) -> int | float | bool:
        value: int | float | bool = struct.unpack("<" + code, self._take(struct.calcsize("<" + code)))[0]
        return value

    def _count(self) -> int:
        value = int(self._number("Q"))
        if value > _MOST:
            raise self._bad(tr("a count of {value}", value=value))
        return value

    def _text(self) -> str:
        return self._take(self._count()).decode("utf-8", "replace")

    def _entry(self) -> Entry:
        key = self._text()
        begin = self._file.tell()
        kind = int(self._number("I"))
        if kind == _ARRAY and not self._arrays:
            return Entry(key, b"", self._skipped())
        value = self._value(kind)
        end = self._file.tell()
        self._file.seek(begin)
        return Entry(key, self._take(end - begin), value)

    def _value(self, kind: int) -> Value:
        if kind in _SCALARS:
            return self._number(_SCALARS[kind])
        if kind == _STRING:
            return self._text()
        if kind != _ARRAY:
            raise self._bad(tr("a value of unknown type {kind}", kind=kind))
        of, length = int(self._number("I")), self._count()
        if of == _STRING:
            return [self._text() for _ in range(length)]
        if of not in _SCALARS:
            raise self._bad(tr("an array of type {kind}", kind=of))
        code = f"<{length}{_SCALARS[of]}"
        return list(struct.unpack(code, self._take(struct.calcsize(code))))

    def _skipped(self) -> int:
        """Go past a list; its length."""
        of, length = int(self._number("I")), self._count()
        if of != _STRING and of not in _SCALARS:
            raise self._bad(tr("an array of type {kind}", kind=of))
        if of != _STRING:
            self._file.seek(length * struct.calcsize("<" + _SCALARS[of]), 1)
            return length
        read, seek = self._file.read, self._file.seek
        for _ in range(length):
            size = int.from_bytes(read(8), "little")
            if size > _MOST:
                raise self._bad(tr("a count of {value}", value=size))
            seek(size, 1)
        return length

    def _tensor(self) -> tuple[str, tuple[int, ...], TensorType, int]:
        name = self._text()
        dimensions = int(self._number("I"))
        if dimensions > 8:
            raise self._bad(tr("tensor {name} has {n} dimensions", name=name, n=dimensions))
        shape = tuple(int(self._number("Q")) for _ in range(dimensions))
        number = int(self._number("I"))
        if number not in TENSOR_TYPES:
            raise self._bad(tr("tensor {name} is of unknown type {number}", name=name, number=number))
        return name, shape, TENSOR_TYPES[number], int(self._number("Q"))


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
        file.write(_MAGIC + struct.pack("<IQQ", 3, len(rows), len(metadata)))
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
        packed = b"".join(_string(v) if isinstance(v, str) else struct.pack("<" + _SCALARS[of], v) for v in value)
        return struct.pack("<IIQ", _ARRAY, of, len(value)) + packed
    kind = _type(value)
    if isinstance(value, str):
        return struct.pack("<I", kind) + _string(value)
    return struct.pack("<I" + _SCALARS[kind], kind, value)


def _type(value: Value) -> int:
    if isinstance(value, str):
        return _STRING
    if isinstance(value, bool):
        return _BOOL
    if isinstance(value, float):
        return _FLOAT32
    return _UINT32
