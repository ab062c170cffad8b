"""What is found out of a machine, within the limits of a container."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from feinschliff.errors import InputError
from feinschliff.models.gpus import apple_gpu, find_gpu, gpu_names, parse_gpu
from feinschliff.models.hardware import bandwidth, graphics, memory, this_machine, usable_memory
from feinschliff.models.sizes import GIB, count_text, parse_count, parse_size, size_text

ASKED = [
    *("RTX 2080", "RTX 2080 Ti", "RTX 3060", "RTX 3090", "RTX 4060 Ti", "RTX 4090", "RTX 5070 Ti", "RTX 5090"),
    *("V100", "A100 40GB", "A100 80GB", "H100", "H200", "M1", "M1 Max", "M2 Ultra", "M3 Pro", "M4", "M4 Max"),
]


def test_this_machine() -> None:
    machine = this_machine()
    assert machine.processors >= 1
    assert machine.processor
    assert machine.disk_free_bytes > 0
    whole, free = memory()
    if whole is not None and free is not None:
        assert machine.memory_bytes is not None
        assert machine.memory_bytes <= whole
        assert 0 <= (machine.room_bytes or 0) <= whole
    assert bandwidth(2) > 1e8


def test_a_containers_limit_counts(tmp_path: Path) -> None:
    whole, _ = memory()
    if whole is None:
        pytest.skip("this system does not tell its memory")
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert usable_memory(tmp_path, own="0::/a/b\n")[0] == whole
    (inner / "memory.max").write_text("max\n")
    (tmp_path / "a" / "memory.max").write_text(f"{GIB // 4}\n")
    (tmp_path / "a" / "memory.current").write_text(f"{GIB // 8}\n")
    (tmp_path / "a" / "memory.stat").write_text(f"anon 1\ninactive_file {GIB // 16}\n")
    assert usable_memory(tmp_path, own="0::/a/b\n") == (GIB // 4, GIB // 4 - GIB // 16)


def test_an_old_containers_limit_counts(tmp_path: Path) -> None:
    folder = tmp_path / "memory"
    folder.mkdir()
    (folder / "memory.limit_in_bytes").write_text(f"{GIB // 2}\n")
    (folder / "memory.usage_in_bytes").write_text("0\n")
    assert usable_memory(tmp_path, own="4:memory:/x\n")[0] == GIB // 2
    (folder / "memory.limit_in_bytes").write_text("9223372036854771712\n")  # what version 1 says for none
    assert usable_memory(tmp_path, own="")[0] == memory()[0]


@pytest.mark.skipif(os.name != "posix", reason="a shell script stands in for the program")
def test_nvidia_cards_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 'NVIDIA GeForce RTX 4090, 24564, 20000'\necho 'NVIDIA X1, 8192, [N/A]'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    (card,) = graphics(None)
    assert (card.name, card.memory_bytes, card.room_bytes) == ("NVIDIA GeForce RTX 4090", 24564 << 20, 20000 << 20)
    assert card.bandwidth == 1008e9
    program.write_text("#!/bin/sh\necho failed >&2\nexit 9\n")
    assert list(graphics(None)) == []


@pytest.mark.parametrize("name", ASKED)
def test_the_table_has_what_people_have(name: str) -> None:
    card = parse_gpu(name)
    assert card.bandwidth is not None
    assert card.memory_bytes >= 8 * GIB
    assert card.source


@pytest.mark.parametrize(
    ("told", "name", "gib"),
    [
        ("NVIDIA GeForce RTX 3080 Ti", "RTX 3080 Ti", 12),
        ("rtx4090", "RTX 4090", 24),
        ("RTX 4070 Ti SUPER", "RTX 4070 Ti SUPER", 16),
        ("NVIDIA A100-SXM4-80GB", "A100 80GB", 80),
        ("Tesla V100-SXM2-32GB", "V100 32GB", 32),
        ("NVIDIA H100 80GB HBM3", "H100", 80),
        ("Apple M2 Max 64GB", "M2 Max 64GB", 64),
    ],
)
def test_names_as_drivers_write_them(told: str, name: str, gib: int) -> None:
    card = find_gpu(told)
    assert card is not None
    assert card.name.startswith(name)
    assert card.memory_bytes == gib * GIB


def test_cards_by_size_and_unknown_ones() -> None:
    assert parse_gpu("24GiB").memory_bytes == parse_gpu("24 GB").memory_bytes == 24 * GIB
    assert parse_gpu("24GiB").bandwidth is None
    with pytest.raises(InputError, match="no graphics card 'RX 580'") as raised:
        parse_gpu("RX 580")
    assert gpu_names()[0] in (raised.value.found or "")
    assert find_gpu("NVIDIA GeForce RTX 4090 Laptop GPU") is None


@pytest.mark.parametrize(
    ("told", "gib", "rate"),
    [
        ("RTX 3050 6GB", 6, 168),
        ("RTX 3050 8GB", 8, 224),
        ("RTX 3060", 12, 360),
        ("RTX 3060 8GB", 8, 240),
        ("RTX 3060 Ti GDDR6X", 8, 608),
        ("RTX 3080 12GB", 12, 912),
        ("RTX 5050", 8, 320),
        ("A100 40GB", 40, 1555),
        ("NVIDIA A100-SXM4-80GB", 80, 2039),
        ("NVIDIA A100-PCIE-40GB", 40, 1555),
        ("NVIDIA A100 80GB PCIe", 80, 1935),
        ("NVIDIA H100 80GB HBM3", 80, 3350),
        ("NVIDIA H100 PCIe", 80, 2000),
        ("NVIDIA H100 NVL", 94, 3938),
        ("H200 141GB", 140, 4800),
        ("Tesla V100-PCIE-16GB", 16, 900),
        ("M3 Max 96GB", 96, 300),
        ("M3 Max 64GB", 64, 400),
        ("M4 Max 36GB", 36, 410),
        ("M4 Max 128GB", 128, 546),
        ("M5", 16, 153),
        ("M5 Pro 48GB", 48, 307),
        ("M5 Max 64GB", 64, 614),
    ],
)
def test_variants_of_one_name(told: str, gib: int, rate: float) -> None:
    card = parse_gpu(told)
    assert (card.memory_bytes, card.bandwidth) == (gib * GIB, rate * 1e9)


def test_a_variant_that_is_not_known_is_no_other_one() -> None:
    with pytest.raises(InputError, match="no RTX 3060 of that size") as raised:
        parse_gpu("RTX 3060 16GB")
    assert raised.value.found == "RTX 3060 8GB, RTX 3060 12GB"
    for other in ("RTX 4090 D", "L40S Ada", "A10 Max", "RTX 5050 Ti"):
        assert find_gpu(other) is None, other
    for said, rate in ((8192, 240e9), (12288, 360e9)):
        card = find_gpu("NVIDIA GeForce RTX 3060", memory_bytes=said << 20)
        assert card is not None
        assert card.bandwidth == rate
    assert find_gpu("NVIDIA GeForce RTX 3060", memory_bytes=6 * GIB) is None
    assert apple_gpu("Apple M4 Max", 36 * GIB).bandwidth == 410e9
    assert apple_gpu("Apple M4 Max", 64 * GIB).bandwidth == 546e9


def test_apple_lends_a_part_of_its_memory() -> None:
    assert apple_gpu("Apple M2", 24 * GIB).room_bytes == 16 * GIB
    assert apple_gpu("Apple M2 Ultra", 192 * GIB).room_bytes == 144 * GIB
    assert apple_gpu("Apple M9", 16 * GIB).bandwidth is None


def test_sizes() -> None:
    assert [parse_size(text) for text in ("24GiB", "1.5 gib", "512M", "2GB", "x", "24")] == [
        24 * GIB, 3 * GIB // 2, 512 << 20, 2 * 10**9, None, None,
    ]  # fmt: skip
    assert [parse_count(text) for text in ("8B", "0,5b", "350M", "8000000000", "B", "0")] == [
        8 * 10**9, 5 * 10**8, 350 * 10**6, 8 * 10**9, None, None,
    ]  # fmt: skip
    assert [size_text(n) for n in (640, 3.7 * 2**20, 4.58 * GIB, 140 * GIB)] == [
        "640 B", "3.70 MiB", "4.58 GiB", "140 GiB",
    ]  # fmt: skip
    assert count_text(8.03e9) == "8.03 B"
