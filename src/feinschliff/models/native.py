"""llama.cpp's library, which the embedded engine's package holds: its C functions, called from here.

Only what keeps its shape from version to version is used: functions on pointers and numbers, parameter structures that
are passed on as they come (their fields are never touched), and the one structure of a batch, which is checked.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from feinschliff.errors import ModelError
from feinschliff.i18n import tr
from feinschliff.models.tensor_types import TensorType

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

_NAMES = {kind: f"dequantize_row_{kind}" for kind in ("q4_0", "q4_1", "q5_0", "q5_1", "q8_0")} | {
    f"q{bits}_k": f"dequantize_row_q{bits}_K" for bits in (2, 3, 4, 5, 6)
}


class Native:
    """The library, loaded."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library

    def call(self, name: str, result: Any, *types: Any) -> Any:
        """A C function by its name, its result type and the types of its arguments. Raises: ModelError."""
        try:
            function = getattr(self._library, name)
        except AttributeError:
            raise _unusable(tr("it has no function {name}", name=name)) from None
        function.restype, function.argtypes = result, list(types)
        return function

    def quantise(self, weights: Floats, kind: TensorType) -> Bytes:
        """Rows of weights as blocks; their length must be a multiple of the block. Raises: ModelError."""
        self._check(kind)
        rows = np.ascontiguousarray(weights, np.float32)
        made = np.empty(kind.size(rows.size), np.uint8)
        pointers = (ctypes.c_void_p(rows.ctypes.data), ctypes.c_void_p(made.ctypes.data))
        long, pointer = ctypes.c_int64, ctypes.c_void_p
        quantise = self.call(
            "ggml_quantize_chunk", ctypes.c_size_t, ctypes.c_int, pointer, pointer, long, long, long, pointer
        )
        written = quantise(kind.number, *pointers, 0, rows.shape[0], rows.shape[1], None)
        if written != made.size:
            raise _unusable(tr("{n} bytes were written instead of {size}", n=written, size=made.size))
        return made

    def dequantise(self, blocks: Bytes, kind: TensorType) -> Floats:
        """The weights that blocks stand for. Raises: ModelError for a format that is not read here."""
        if kind.name not in _NAMES:
            raise _unusable(tr("weights of type {name} are not read here", name=kind.name))
        self._check(kind)
        packed = np.ascontiguousarray(blocks, np.uint8)
        made = np.empty(packed.size // kind.bytes * kind.block, np.float32)
        function = self.call(_NAMES[kind.name], None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)
        function(packed.ctypes.data, made.ctypes.data, made.size)
        return made

    def _check(self, kind: TensorType) -> None:
        """That the library means the same by this number as we do."""
        told = self.call("ggml_type_name", ctypes.c_char_p, ctypes.c_int)(kind.number)
        size = self.call("ggml_row_size", ctypes.c_size_t, ctypes.c_int, ctypes.c_int64)(kind.number, kind.block)
        if told is None or told.decode().lower() != kind.name or size != kind.bytes:
            raise _unusable(tr("it knows no type {name} as expected", name=kind.name))


@functools.cache
def native() -> Native:
    """The library. Raises: ModelError where there is none on this machine."""
    try:
        import xllamacpp

        folder = Path(xllamacpp.__file__).parent
        return Native(_first(sorted([*folder.glob("*.so"), *folder.glob("*.pyd"), *folder.glob("*.dylib")])))
    except (ImportError, OSError, AttributeError) as error:
        raise _unusable(str(error)[:300]) from None


def _first(files: Sequence[Path]) -> ctypes.CDLL:
    for file in files:
        library = ctypes.CDLL(str(file))
        if hasattr(library, "ggml_quantize_chunk"):
            return library
    raise AttributeError(tr("no file of the package has llama.cpp's functions"))


def _unusable(found: str) -> ModelError:
    return ModelError(
        tr("llama.cpp's library (in xllamacpp) cannot be used for this"),
        asked="xllamacpp",
        found=found,
        mend=tr("install the version of xllamacpp that this package was tested with, on Linux or macOS"),
    )
