"""GGUF headers, whole and broken."""

from __future__ import annotations

import struct
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from feinschliff.endpoints.embedded import EmbeddedEndpoint
from feinschliff.endpoints.gguf import read_header, sampling_defaults
from feinschliff.errors import ModelError
from feinschliff.models.gguf_file import read_gguf
from feinschliff.models.house import house_path

READERS = [read_header, read_gguf, partial(read_gguf, arrays=False)]
"""One way to read a header, for those who need a few values and for those who need all of it."""


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def entry(key: str, kind: int, value: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + value


ENTRIES = [
    entry("general.architecture", 8, text("llama")),
    entry("llama.context_length", 4, struct.pack("<I", 777)),
    entry("general.sampling.temp", 6, struct.pack("<f", 0.6)),
    entry("general.sampling.top_k", 5, struct.pack("<i", 20)),
    entry("flag", 7, b"\x01"),
    entry("numbers", 9, struct.pack("<IQ", 6, 1000) + bytes(4000)),
    entry("tokens", 9, struct.pack("<IQ", 8, 2) + text("a") + text("bcd")),
]
TENSOR = text("w") + struct.pack("<IQQIQ", 2, 30, 40, 0, 0)
WHOLE = b"GGUF" + struct.pack("<IQQ", 3, 1, len(ENTRIES)) + b"".join(ENTRIES) + TENSOR
SMALL = [
    entry("general.architecture", 8, text("llama")),
    entry("flag", 7, b"\x01"),
    entry("numbers", 9, struct.pack("<IQ", 4, 3) + bytes(12)),
    entry("tokens", 9, struct.pack("<IQ", 8, 3) + text("a") + text("bcd") + text("")),
]


def small(tensors: bytes = text("w") + struct.pack("<IQQIQ", 2, 3, 2, 0, 0)) -> bytes:
    """A header of every part there is."""
    return b"GGUF" + struct.pack("<IQQ", 3, 1 if tensors else 0, len(SMALL)) + b"".join(SMALL) + tensors


def test_a_header(tmp_path: Path) -> None:
    file = tmp_path / "a.gguf"
    file.write_bytes(WHOLE)
    header = read_header(file)
    assert header.parameters == 1200
    assert header.architecture == "llama"
    assert header.context_length == 777
    assert header.metadata["flag"] is True
    assert (header.metadata["numbers"], header.metadata["tokens"]) == (1000, 2)
    assert sampling_defaults(header.metadata) == {"temperature": 0.6, "top_k": 20}


def test_the_house_model() -> None:
    header = read_header(house_path())
    assert header.architecture == "llama"
    assert 1_000_000 < header.parameters < 50_000_000


def test_a_header_in_full(tmp_path: Path) -> None:
    file = tmp_path / "a.gguf"
    file.write_bytes(small() + bytes(64))
    told = {"general.architecture": "llama", "flag": True, "numbers": [0, 0, 0], "tokens": ["a", "bcd", ""]}
    assert read_gguf(file).metadata == told
    short = {**told, "numbers": 3, "tokens": 3}
    assert read_gguf(file, arrays=False).metadata == read_header(file).metadata == short
    assert b"".join(text(item.key) + item.raw for item in read_gguf(file).entries) == b"".join(SMALL)
    assert [(t.name, t.shape, t.start) for t in read_gguf(file).tensors] == [("w", (3, 2), -(-len(small()) // 32) * 32)]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("content", [small(), small(tensors=b"")])
def test_a_header_cut_at_any_byte(tmp_path: Path, read: Callable[[Path], object], content: bytes) -> None:
    file = tmp_path / "cut.gguf"
    for length in range(len(content)):
        file.write_bytes(content[:length])
        with pytest.raises(ModelError, match="no usable GGUF file: the file ends within its header"):
            read(file)


@pytest.mark.parametrize("read", READERS)
def test_a_header_with_any_byte_wrong(tmp_path: Path, read: Callable[[Path], object]) -> None:
    file, whole = tmp_path / "wrong.gguf", small() + bytes(64)
    refused: list[str] = []
    for position in range(len(small())):
        for byte in {0, 127, 255} - {whole[position]}:
            file.write_bytes(whole[:position] + bytes([byte]) + whole[position + 1 :])
            try:
                read(file)
            except ModelError as error:
                refused.append(str(error))
    assert len(refused) > 100
    assert max(map(len, refused)) < 500


ONE = b"GGUF" + struct.pack("<IQQ", 3, 0, 1)
HUGE = [
    b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 0),
    b"GGUF" + struct.pack("<IQQ", 3, 0, 1 << 60),
    b"GGUF" + struct.pack("<IQQ", 3, 1 << 19, 0),
    b"GGUF" + struct.pack("<IQQ", 3, 0, 1 << 15),
    ONE + struct.pack("<Q", 1 << 60),
    ONE + entry("x", 8, struct.pack("<Q", 1 << 60)),
    ONE + entry("x", 8, struct.pack("<Q", 1 << 25)),
    *(ONE + entry("x", 9, struct.pack("<IQ", of, length)) for of in (0, 8, 12) for length in (1 << 60, 1 << 24)),
    ONE + entry("x", 9, struct.pack("<IQQ", 8, 1, 1 << 60)),
    ONE + entry("x", 9, struct.pack("<IQ", 9, 1) + struct.pack("<IQ", 9, 1) * 10_000),
    ONE + entry("x", 9, struct.pack("<IQ", 8, 1 << 20)) + struct.pack("<Q", 1 << 26) * 100,
    b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + text("w") + struct.pack("<I", 1 << 31),
    b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + text("w" * 5000) + struct.pack("<IQIQ", 1, 1, 0, 0),
]


@pytest.mark.parametrize("read", READERS)
def test_counts_that_no_file_holds(tmp_path: Path, read: Callable[[Path], object]) -> None:
    file = tmp_path / "huge.gguf"
    tracemalloc.start()
    try:
        for content in HUGE:
            file.write_bytes(content + bytes(1000))
            with pytest.raises(ModelError, match="no usable GGUF file") as raised:
                read(file)
            assert len(str(raised.value)) < 500
        assert tracemalloc.get_traced_memory()[1] < 5 << 20
    finally:
        tracemalloc.stop()


def test_an_alignment_of_all_kinds(tmp_path: Path) -> None:
    file = tmp_path / "a.gguf"
    for kind, value in ((4, struct.pack("<I", 12)), (8, text("x" * 100_000)), (9, struct.pack("<IQ", 0, 2) + b"ab")):
        file.write_bytes(ONE + entry("general.alignment", kind, value))
        with pytest.raises(ModelError, match=r"an alignment of (12|str|list)"):
            read_gguf(file)


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04" + bytes(100),
        b"GGUF" + struct.pack("<IQQ", 1, 0, 0),
        b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 0),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1 << 40),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("x") + struct.pack("<I", 99),
    ],
)
def test_what_is_no_gguf(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.gguf"
    file.write_bytes(content)
    with pytest.raises(ModelError, match="no usable GGUF file"):
        read_header(file)
    with pytest.raises(ModelError):
        EmbeddedEndpoint(file)


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="there is no file"):
        read_header(tmp_path / "none.gguf")
    with pytest.raises(ModelError, match="is a folder"):
        read_header(tmp_path)


def test_a_header_that_llama_cpp_cannot_load(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.gguf"
    file.write_bytes(WHOLE)
    with pytest.raises(ModelError, match=r"llama\.cpp cannot load"):
        EmbeddedEndpoint(file)
    assert capfd.readouterr() == ("", "")
