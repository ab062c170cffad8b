"""Reads the header of a GGUF file: metadata and tensor shapes, not the weights.

Format: ggml's docs/gguf.md, versions 2 and 3 (little-endian).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from feinschliff.errors import ModelError
from feinschliff.i18n import tr

if TYPE_CHECKING:
    from pydantic import JsonValue

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_MOST_ENTRIES = 1 << 24
_LONGEST_STRING = 1 << 26
_MOST_DIMENSIONS = 8
_SAMPLING = {
    "temp": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "min_p": "min_p",
    "penalty_repeat": "repeat_penalty",
}


@dataclass(frozen=True)
class GgufHeader:
    """What stands before the weights."""

    version: int
    tensors: int
    """Number of tensors."""
    parameters: int
    """Weights in all tensors together."""
    metadata: Mapping[str, JsonValue]
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
    with open_gguf(path) as file:
        return _header(_Reader(file, path))


@contextmanager
def open_gguf(path: Path) -> Iterator[BinaryIO]:
    """A file that is to be read. Raises: ModelError for one that is missing, a folder, or cannot be read."""
    if path.is_dir():
        raise ModelError(
            tr("{path} is a folder, not a GGUF file", path=path), asked=str(path), mend=tr("name the .gguf file in it")
        )
    try:
        with path.open("rb") as file:
            yield file
    except FileNotFoundError:
        raise ModelError(
            tr("there is no file {path}", path=path),
            asked=str(path),
            mend=tr("look at the path, or fetch the model first"),
        ) from None
    except OSError as error:
        raise ModelError(
            tr("{path} cannot be read ({strerror})", path=path, strerror=error.strerror), asked=str(path)
        ) from None


def sampling_defaults(metadata: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Sampling defaults that a model's maker has put into the file (`general.sampling.*`), by catalogue name."""
    found: dict[str, JsonValue] = {}
    for key, name in _SAMPLING.items():
        value = metadata.get(f"general.sampling.{key}")
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            found[name] = value if isinstance(value, int) else float(f"{value:.6g}")
    return found


class _Reader:
    """Little-endian values from a file that may end too early."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path
        self._size = path.stat().st_size

    def fail(self, found: str) -> ModelError:
        return ModelError(
            tr("{path} is no usable GGUF file: {found}", path=self._path, found=found),
            asked=str(self._path),
            found=found,
            mend=tr("fetch or convert the file again"),
        )

    def bytes(self, count: int) -> bytes:
        data = self._file.read(count)
        if len(data) < count:
            raise self.fail("the file ends within its header")
        return data

    def skip(self, count: int) -> None:
        if self._file.tell() + count > self._size:
            raise self.fail("the file ends within its header")
        self._file.seek(count, 1)

    def number(self, code: str) -> int | float | bool:
        value: int | float | bool = struct.unpack("<" + code, self.bytes(struct.calcsize("<" + code)))[0]
        return value

    def count(self, most: int, what: str, code: str = "Q") -> int:
        value = int(self.number(code))
        if value > most:
            raise self.fail(f"{value} {what}")
        return value

    def text(self) -> str:
        return self.bytes(self.count(_LONGEST_STRING, "bytes in a string")).decode("utf-8", "replace")


def _header(reader: _Reader) -> GgufHeader:
    if (magic := reader.bytes(4)) != _MAGIC:
        raise reader.fail(f"it begins with {magic!r} instead of {_MAGIC!r}")
    version = int(reader.number("I"))
    if version not in _VERSIONS:
        raise reader.fail(f"format version {version}, known are {_VERSIONS}")
    tensors = reader.count(_MOST_ENTRIES, "tensors")
    entries = reader.count(_MOST_ENTRIES, "metadata entries")
    metadata: dict[str, JsonValue] = {}
    for _ in range(entries):
        key = reader.text()
        metadata[key] = _value(reader, int(reader.number("I")))
    found = [_tensor(reader) for _ in range(tensors)]
    parameters, types = sum(size for size, _ in found), frozenset(kind for _, kind in found)
    return GgufHeader(version, tensors, parameters, metadata, types)


def _value(reader: _Reader, kind: int) -> JsonValue:
    if kind in _SCALARS:
        return reader.number(_SCALARS[kind])
    if kind == _STRING:
        return reader.text()
    if kind == _ARRAY:
        return _array_length(reader)
    raise reader.fail(f"a value of unknown type {kind}")


def _array_length(reader: _Reader) -> int:
    kind = int(reader.number("I"))
    length = reader.count(_MOST_ENTRIES, "array entries")
    if kind in _SCALARS:
        reader.skip(length * struct.calcsize("<" + _SCALARS[kind]))
    elif kind == _STRING:
        for _ in range(length):
            reader.skip(reader.count(_LONGEST_STRING, "bytes in a string"))
    else:
        raise reader.fail(f"an array of type {kind}")
    return length


def _tensor(reader: _Reader) -> tuple[int, int]:
    """Weights and number format of one tensor."""
    reader.text()
    dimensions = reader.count(_MOST_DIMENSIONS, "dimensions", "I")
    size = math.prod(int(reader.number("Q")) for _ in range(dimensions))
    kind = int(reader.number("I"))
    reader.skip(8)  # offset
    return size, kind
