"""GGUF headers, whole and broken."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from feinschliff.endpoints.embedded import EmbeddedEndpoint
from feinschliff.endpoints.gguf import read_header, sampling_defaults
from feinschliff.errors import ModelError
from feinschliff.models.house import house_path


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


def test_a_header(tmp_path: Path) -> None:
    file = tmp_path / "a.gguf"
    file.write_bytes(WHOLE)
    header = read_header(file)
    assert (header.version, header.tensors, header.parameters) == (3, 1, 1200)
    assert header.architecture == "llama"
    assert header.context_length == 777
    assert header.metadata["flag"] is True
    assert (header.metadata["numbers"], header.metadata["tokens"]) == (1000, 2)
    assert sampling_defaults(header.metadata) == {"temperature": 0.6, "top_k": 20}


def test_the_house_model() -> None:
    header = read_header(house_path())
    assert header.architecture == "llama"
    assert 1_000_000 < header.parameters < 50_000_000


def test_every_cut_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "cut.gguf"
    for length in range(0, len(WHOLE) - 1, 7):
        file.write_bytes(WHOLE[:length])
        with pytest.raises(ModelError, match="no usable GGUF file"):
            read_header(file)


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
