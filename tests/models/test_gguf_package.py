"""Number formats against the `gguf` package, which is not in the base install."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from feinschliff.models.floats import from_floats, to_floats
from feinschliff.models.gguf_file import read_gguf
from feinschliff.models.house import house_path
from feinschliff.models.quantise import quantise
from feinschliff.models.tensor_types import TENSOR_TYPES, TYPES_BY_NAME

pytestmark = pytest.mark.second
gguf = pytest.importorskip("gguf")

GAUSS = np.random.default_rng(3).normal(0, 0.02, (64, 512)).astype(np.float32)


def test_types_are_those_of_the_format():
    for number, kind in TENSOR_TYPES.items():
        if kind.name == "q8_1":
            continue  # lies in no file, and the package counts it as it was long ago
        known = gguf.GGMLQuantizationType(number)
        assert (known.name.lower(), gguf.GGML_QUANT_SIZES[known]) == (kind.name, (kind.block, kind.bytes))


@pytest.mark.parametrize("name", ["q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "bf16", "f16"])
def test_simple_formats_are_those_of_the_gguf_package(name: str):
    known = gguf.GGMLQuantizationType[name.upper()]
    ours, theirs = from_floats(GAUSS, TYPES_BY_NAME[name]), gguf.quants.quantize(GAUSS, known)
    # llama.cpp rounds halves another way than numpy in one weight of thousands.
    assert np.mean(ours != theirs.view(np.uint8).reshape(-1)) < 0.005
    assert np.array_equal(
        to_floats(ours, TYPES_BY_NAME[name]).reshape(GAUSS.shape), gguf.quants.dequantize(ours.reshape(64, -1), known)
    )


# The error of even steps over a block's range is step^2 / 12; a Gaussian block of 32 spans 4.1 standard deviations on
# average, one of 16 some 3.5, and an optimised scale does a little better than even steps.
@pytest.mark.parametrize(
    ("name", "low", "high"), [("q4_k", 0.004, 0.0063), ("q5_k", 0.001, 0.00147), ("q6_k", 0.0002, 0.0004)]
)
def test_k_formats_err_as_much_as_they_must(name: str, low: float, high: float):
    made = from_floats(GAUSS, TYPES_BY_NAME[name])
    known = gguf.GGMLQuantizationType[name.upper()]
    again = gguf.quants.dequantize(made.reshape(64, -1), known)
    assert np.allclose(again, to_floats(made, TYPES_BY_NAME[name]).reshape(GAUSS.shape), atol=1e-7)
    assert low < np.mean((again - GAUSS) ** 2) / np.mean(GAUSS**2) < high


def test_a_quantised_file_as_the_package_reads_it(tmp_path: Path):
    out = quantise(house_path("house-2"), tmp_path / "x.gguf", "q4_k_m").out
    reader, ours = gguf.GGUFReader(out), read_gguf(out)
    assert reader.fields["general.file_type"].contents() == 15
    assert reader.fields["tokenizer.ggml.tokens"].contents() == ours.metadata["tokenizer.ggml.tokens"]
    for theirs, tensor in zip(reader.tensors, ours.tensors, strict=True):
        assert (theirs.name, theirs.tensor_type.name.lower()) == (tensor.name, tensor.kind.name)
        assert np.array_equal(theirs.data.view(np.uint8).reshape(-1), ours.data(tensor))
