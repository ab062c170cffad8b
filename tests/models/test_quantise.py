from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from feinschliff.errors import InputError, ModelError, OutputError
from feinschliff.models.file_types import ALIASES, FILE_TYPES
from feinschliff.models.floats import to_floats
from feinschliff.models.gguf_file import GgufFile, Tensor, entry, read_gguf, write_gguf
from feinschliff.models.house import house_path
from feinschliff.models.loaded import LoadedModel
from feinschliff.models.mix import MIXTURES, choose
from feinschliff.models.native import native
from feinschliff.models.quantise import mixture_name, quantise
from feinschliff.models.quants import quant_name
from feinschliff.models.tensor_types import TYPES_BY_NAME
from tests.models.generated import write_llama


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_llama(tmp_path_factory.mktemp("whole") / "whole.gguf", kind="f16")


def test_a_format_that_is_not_read():
    with pytest.raises(ModelError, match="cannot be used"):
        native().dequantise(np.zeros(66, np.uint8), TYPES_BY_NAME["iq2_xxs"])


def test_a_file_copied_whole_is_the_same_file(tmp_path: Path):
    file, copy = read_gguf(house_path()), tmp_path / "copy.gguf"
    rows = [(tensor.name, tensor.shape, tensor.kind) for tensor in file.tensors]
    for stream, tensor in zip(write_gguf(copy, file.entries, rows), file.tensors, strict=True):
        stream.write(file.data(tensor).data)
    assert copy.read_bytes() == house_path().read_bytes()


@pytest.mark.parametrize("mixture", [name for name in MIXTURES if name != "f16"])
def test_every_mixture_is_a_model(whole: Path, tmp_path: Path, mixture: str):
    out = tmp_path / "out.gguf"
    done = quantise(whole, out, mixture, threads=2)
    assert done.bytes_after == out.stat().st_size
    assert not done.fallbacks
    assert not done.warnings
    file = read_gguf(out)
    added = {"general.file_type": MIXTURES[mixture][0], "general.quantization_version": 2}
    assert file.metadata == {**read_gguf(whole).metadata, **added}
    assert {t.kind.name for t in file.tensors if len(t.shape) == 1} == {"f32"}
    assert MIXTURES[mixture][1] in {t.kind.name for t in file.tensors}
    with LoadedModel(out) as model:
        assert np.isfinite(model.log_probabilities(model.tokens("Hallo, wer hat Lust auf Kaffee?"))).all()


def test_errors_are_those_of_the_weights(whole: Path, tmp_path: Path):
    done = quantise(whole, tmp_path / "out.gguf", "q4_0")
    source, made = read_gguf(whole), read_gguf(done.out)
    for part in done.parts:
        pairs = [
            (to_floats(source.data(a), a.kind), to_floats(made.data(b), b.kind))
            for a, b in zip(source.tensors, made.tensors, strict=True)
            if a.name.removesuffix(".weight").endswith(part.part)
        ]
        assert len(pairs) >= part.tensors
        if part.part == "attn_q":
            old, new = (np.concatenate(side).astype(np.float64) for side in zip(*pairs, strict=True))
            assert part.mse == pytest.approx(np.mean((old - new) ** 2))
            assert part.relative == pytest.approx(np.sum((old - new) ** 2) / np.sum(old**2))


def kinds(path: Path, mixture: str) -> dict[str, str]:
    return {choice.tensor.name: choice.kind.name for choice in choose(read_gguf(path), mixture)}


def test_q4_k_m_gives_more_bits_where_they_count(tmp_path: Path):
    found = kinds(write_llama(tmp_path / "x.gguf", layers=16), "q4_k_m")
    assert found["output.weight"] == "q6_k"
    assert found["token_embd.weight"] == "q4_k"
    assert found["blk.0.attn_norm.weight"] == "f32"
    # The first and the last eighth, and every third between.
    more = {0, 1, 4, 7, 10, 13, 14, 15}
    for part in ("attn_v", "ffn_down"):
        assert {layer for layer in range(16) if found[f"blk.{layer}.{part}.weight"] == "q6_k"} == more
        assert {found[f"blk.{layer}.{part}.weight"] for layer in set(range(16)) - more} == {"q4_k"}
    assert {found[f"blk.{layer}.{part}.weight"] for layer in range(16) for part in ("attn_q", "ffn_up")} == {"q4_k"}


def test_q4_k_s_and_others(tmp_path: Path):
    path = write_llama(tmp_path / "x.gguf", layers=16, tied=True)
    small = kinds(path, "q4_k_s")
    assert [small[f"blk.{layer}.attn_v.weight"] for layer in range(6)] == [*["q5_k"] * 4, "q4_k", "q4_k"]
    assert [small[f"blk.{layer}.ffn_down.weight"] for layer in range(3)] == ["q5_k", "q5_k", "q4_k"]
    assert small["token_embd.weight"] == "q6_k"
    assert kinds(path, "q8_0")["token_embd.weight"] == "q8_0"
    assert kinds(path, "q4_0")["token_embd.weight"] == "q6_k"
    assert kinds(path, "f16")["token_embd.weight"] == "f16"


def test_eight_experts(tmp_path: Path):
    found = kinds(write_llama(tmp_path / "x.gguf", experts=8), "q4_k_m")
    assert (found["blk.0.attn_v.weight"], found["blk.0.attn_k.weight"]) == ("q8_0", "q8_0")
    assert found["blk.0.attn_output.weight"] == "q5_k"


def test_rows_that_do_not_fill_the_blocks(tmp_path: Path):
    done = quantise(write_llama(tmp_path / "x.gguf", hidden=320), tmp_path / "y.gguf", "q4_k_m")
    assert {(fall.tensor, fall.row, fall.wanted, fall.kind) for fall in done.fallbacks} == {
        ("blk.0.ffn_down.weight", 320, "q4_k", "q5_0"),
        ("blk.1.ffn_down.weight", 320, "q6_k", "q8_0"),
    }
    odd = quantise(write_llama(tmp_path / "odd.gguf", hidden=328), tmp_path / "z.gguf", "q8_0")
    assert {fall.kind for fall in odd.fallbacks} == {"f16"}


def test_twice_quantised(tmp_path: Path):
    once = quantise(house_path("house-2"), tmp_path / "a.gguf", "q4_0")
    assert "Q8_0" in once.warnings[0]
    with pytest.raises(ModelError, match="quantised already"):
        quantise(once.out, tmp_path / "b.gguf", "q8_0")
    with pytest.raises(ModelError, match="in Q8_0 already"):
        quantise(house_path("house-2"), tmp_path / "b.gguf", "q8_0")
    assert not (tmp_path / "b.gguf").exists()


def test_what_is_refused(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "there.gguf").write_bytes(b"x")
    for out, message in (
        (whole, "the source itself"),
        (tmp_path / "there.gguf", "exists"),
        (tmp_path / "no/x.gguf", "no folder"),
    ):
        with pytest.raises(OutputError, match=message):
            quantise(whole, out, "q4_0")
    with pytest.raises(ModelError, match="no quantisation"):
        mixture_name("q3_x")
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"total": 1 << 30, "free": 1 << 20})())
    with pytest.raises(InputError, match="no room"):
        quantise(whole, tmp_path / "x.gguf", "q4_0")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["there.gguf"]


def test_damaged_weights(tmp_path: Path):
    path = write_llama(tmp_path / "x.gguf", kind="f32")
    tensor = next(t for t in read_gguf(path).tensors if t.name == "blk.0.attn_q.weight")
    with path.open("r+b") as file:
        file.seek(tensor.start)
        file.write(np.array([np.nan], "<f4").tobytes())
    with pytest.raises(ModelError, match="no numbers"):
        quantise(path, tmp_path / "y.gguf", "q4_k_m")
    with path.open("r+b") as file:
        file.seek(tensor.start)
        file.write(np.array([1e6], "<f4").tobytes())
    with pytest.raises(ModelError, match="beyond the range of f16"):
        quantise(path, tmp_path / "y.gguf", "f16")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["x.gguf"]
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 5000)
    with pytest.raises(ModelError, match="the file ends within tensor"):
        quantise(path, tmp_path / "y.gguf", "q4_0")


@pytest.mark.parametrize(
    ("mixture", "gibibytes"),
    [("q8_0", 7.95), ("q6_k", 6.14), ("q5_k_m", 5.33), ("q5_k_s", 5.21), ("q4_k_m", 4.58), ("q4_k_s", 4.36)],
)
def test_a_large_model_would_weigh_what_it_weighs_elsewhere(mixture: str, gibibytes: float):
    """Llama-3.1-8B's files, as llama.cpp's own table of them has their sizes."""
    f16, f32 = TYPES_BY_NAME["f16"], TYPES_BY_NAME["f32"]
    shapes = {
        "attn_q": (4096, 4096),
        "attn_k": (4096, 1024),
        "attn_v": (4096, 1024),
        "attn_output": (4096, 4096),
        "ffn_gate": (4096, 14336),
        "ffn_up": (4096, 14336),
        "ffn_down": (14336, 4096),
    }
    tensors = [Tensor(name, (4096, 128256), f16, 0) for name in ("token_embd.weight", "output.weight")]
    for layer in range(32):
        tensors += [Tensor(f"blk.{layer}.{part}.weight", shape, f16, 0) for part, shape in shapes.items()]
        tensors += [Tensor(f"blk.{layer}.{part}_norm.weight", (4096,), f32, 0) for part in ("attn", "ffn")]
    entries = (entry("general.architecture", "llama"), entry("llama.block_count", 32))
    choices = choose(GgufFile(Path("x"), entries, tuple(tensors)), mixture)
    size = sum(choice.kind.size(choice.tensor.weights) for choice in choices)
    assert size / 2**30 == pytest.approx(gibibytes, abs=0.006)


def test_names_and_numbers_are_the_same_everywhere() -> None:
    for alias, name in ALIASES.items():
        assert quant_name(alias) == name
        if name in MIXTURES:
            assert mixture_name(alias) == name
    with pytest.raises(ModelError) as raised:
        mixture_name("q3_k")  # a mixture that is not made here
    assert "q3_k" not in (raised.value.found or "")
    assert "fp16" in (raised.value.found or "")
    assert all(FILE_TYPES[number] == name.upper() for name, (number, _) in MIXTURES.items())
