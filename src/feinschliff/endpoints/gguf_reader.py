"""Reads the parts of which a GGUF file's header is made; nothing in it is believed before the file's size bears it out.

Format: ggml's docs/gguf.md, versions 2 and 3 (little-endian).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from feinschliff.errors import ModelError
from feinschliff.i18n import tr

Value = int | float | bool | str | list["Value"]
"""A metadata value."""

MAGIC = b"GGUF"
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
"""How `struct` names the scalar types, by the format's numbers."""
STRING, ARRAY = 8, 9

_VERSIONS = (2, 3)
_SMALLEST_ENTRY, _SMALLEST_TENSOR = 13, 24
"""Bytes that one takes at the least: what cannot be in the file is not begun with."""
_MOST_ENTRIES, _MOST_TENSORS, _MOST_ITEMS = 1 << 16, 1 << 20, 1 << 24
_LONGEST_KEY, _LONGEST_NAME, _LONGEST_STRING = (1 << 16) - 1, 1 << 10, 1 << 26
_MOST_DIMENSIONS = 8


class TensorInfo(NamedTuple):
    """What the header says of one tensor."""

    name: str
    shape: tuple[int, ...]
    """The length of a row first."""
    kind: int
    """Number format, by ggml's number."""
    offset: int
    """Bytes from the first tensor's."""


class GgufReader:
    """The parts of a header in their order: `opening`, its entries (`key`, `kind`, `value`), its tensors (`tensor`).

    Every method raises ModelError where the file ends too early or holds what no header does.
    """

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path
        self.size = path.stat().st_size
        """Bytes in the file."""

    @property
    def position(self) -> int:
        """Byte of the file that is read next."""
        return self._file.tell()

    def bad(self, found: str) -> ModelError:
        """The error for a file in which this was found."""
        return ModelError(
            tr("{path} is no usable GGUF file: {found}", path=self._path, found=found),
            asked=str(self._path),
            found=found,
            mend=tr("fetch or convert the file again"),
        )

    def opening(self) -> tuple[int, int]:
        """What a file begins with: how many tensors and metadata entries it has."""
        if (magic := self._bytes(4)) != MAGIC:
            raise self.bad(tr("it begins with {magic} instead of GGUF", magic=repr(magic)))
        version = self._integer("I")
        if version not in _VERSIONS:
            raise self.bad(tr("format version {version}, known are 2 and 3", version=version))
        tensors, entries = self._integer("Q"), self._integer("Q")
        self._check(entries, _MOST_ENTRIES, _SMALLEST_ENTRY)
        self._check(tensors, _MOST_TENSORS, _SMALLEST_TENSOR)
        return tensors, entries

    def key(self) -> str:
        """Name of a metadata entry."""
        return self._text(_LONGEST_KEY)

    def kind(self) -> int:
        """Type of the value that follows."""
        return self._integer("I")

    def value(self, kind: int) -> Value:
        """A value of this type, an array in full."""
        if kind in SCALARS:
            return self._scalar(SCALARS[kind])
        if kind == STRING:
            return self._text(_LONGEST_STRING)
        if kind != ARRAY:
            raise self.bad(tr("a value of unknown type {kind}", kind=kind))
        of, length = self._array()
        if of == STRING:
            return [self._text(_LONGEST_STRING) for _ in range(length)]
        code = f"<{length}{SCALARS[of]}"
        return list(struct.unpack(code, self._bytes(struct.calcsize(code))))

    def skip_array(self) -> int:
        """Go past an array; its length."""
        of, length = self._array()
        if of != STRING:
            self._file.seek(length * struct.calcsize("<" + SCALARS[of]), 1)
            return length
        # A vocabulary has some 100,000 strings: the end of the file is looked at once, behind the last of them.
        read, seek, unpack = self._file.read, self._file.seek, struct.Struct("<Q").unpack
        try:
            for _ in range(length):
                (size,) = unpack(read(8))
                if size > _LONGEST_STRING:
                    raise self._too_many(size)
                seek(size, 1)
        except struct.error:
            raise self._cut() from None
        if self.position > self.size:
            raise self._cut()
        return length

    def tensor(self) -> TensorInfo:
        """The next row of the list of tensors."""
        name = self._text(_LONGEST_NAME)
        dimensions = self._integer("I")
        if dimensions > _MOST_DIMENSIONS:
            raise self.bad(tr("tensor {name} has {n} dimensions", name=name, n=dimensions))
        shape = tuple(self._integer("Q") for _ in range(dimensions))
        return TensorInfo(name, shape, self._integer("I"), self._integer("Q"))

    def again(self, begin: int) -> bytes:
        """What has been read since this position, as it stands in the file."""
        count = self.position - begin
        self._file.seek(begin)
        return self._bytes(count)

    def _array(self) -> tuple[int, int]:
        """Type and number of an array's items, which are in the file unless they are strings."""
        of, length = self._integer("I"), self._integer("Q")
        if of != STRING and of not in SCALARS:
            raise self.bad(tr("an array of type {kind}", kind=of))
        self._check(length, _MOST_ITEMS, 8 if of == STRING else struct.calcsize("<" + SCALARS[of]))
        return of, length

    def _check(self, count: int, most: int, smallest: int) -> None:
        """So many things of at least so many bytes can still come."""
        if count > most:
            raise self._too_many(count)
        if count * smallest > self.size - self.position:
            raise self._cut()

    def _text(self, longest: int) -> str:
        length = self._integer("Q")
        self._check(length, longest, 1)
        return self._bytes(length).decode("utf-8", "replace")

    def _integer(self, code: str) -> int:
        return int(self._scalar(code))

    def _scalar(self, code: str) -> int | float | bool:
        value: int | float | bool = struct.unpack("<" + code, self._bytes(struct.calcsize("<" + code)))[0]
        return value

    def _bytes(self, count: int) -> bytes:
        data = self._file.read(count)
        if len(data) < count:
            raise self._cut()
        return data

    def _cut(self) -> ModelError:
        return self.bad(tr("the file ends within its header"))

    def _too_many(self, count: int) -> ModelError:
        return self.bad(tr("a count of {value}", value=count))


@contextmanager
def open_gguf(path: Path) -> Iterator[GgufReader]:
    """A file that is to be read. Raises: ModelError for one that is missing, a folder, or cannot be read."""
    if path.is_dir():
        raise ModelError(
            tr("{path} is a folder, not a GGUF file", path=path), asked=str(path), mend=tr("name the .gguf file in it")
        )
    try:
        with path.open("rb") as file:
            yield GgufReader(file, path)
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
