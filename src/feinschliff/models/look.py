"""One look at a model file or folder: what it is, how large, in which quantisation, or what is wrong with it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from feinschliff.errors import FeinschliffError
from feinschliff.i18n import tr
from feinschliff.models.file_types import FILE_TYPES, quantisation_in
from feinschliff.models.gguf_file import read_gguf
from feinschliff.models.safetensors import read_safetensors


@dataclass(frozen=True)
class LocalModel:
    """A model that lies on this machine."""

    name: str
    format: str
    """`gguf` or `safetensors`."""
    bytes: int
    quantisation: str | None
    path: Path
    """The file (of several parts the first), or the folder."""
    source: str
    """`feinschliff`, `ollama`, `lm studio`, `hugging face`, `llama.cpp`."""
    architecture: str | None = None
    parameters: int | None = None
    context: int | None = None
    """Tokens that it was trained for."""
    problem: str | None = None
    """Why it cannot be used; None for a sound one."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON shows it."""
        return {**asdict(self), "path": str(self.path)}


def look_at_gguf(name: str, source: str, parts: Sequence[Path], *, expected: int | None = None) -> LocalModel:
    """A GGUF file, or the parts of one in their order; `expected`: the bytes that it should have. Raises nothing."""
    path = parts[0]
    found = LocalModel(name, "gguf", 0, quantisation_in(path.name) or quantisation_in(name), path, source)
    try:
        found = replace(found, bytes=sum(part.stat().st_size for part in parts))
        files = [read_gguf(part, arrays=False) for part in parts]
        told = files[0].metadata.get("general.file_type")
        sizes = Counter[str]()
        for tensor in (tensor for file in files for tensor in file.tensors):
            sizes[tensor.kind.name.upper()] += tensor.bytes
        quantisation = FILE_TYPES.get(told) if isinstance(told, int) else None
        common = sizes.most_common(1)[0][0] if sizes else None
        found = replace(
            found,
            quantisation=quantisation or found.quantisation or common,
            architecture=files[0].architecture or None,
            parameters=sum(tensor.weights for file in files for tensor in file.tensors),
            context=files[0].number("context_length"),
        )
        if expected is not None and found.bytes != expected:
            problem = tr("{n} bytes instead of {expected}", n=found.bytes, expected=expected)
            return replace(found, problem=problem)
        return found
    except FeinschliffError as error:
        return replace(found, problem=error.found or error.message)
    except (OSError, ValueError, OverflowError) as error:
        return replace(found, problem=str(getattr(error, "strerror", None) or error)[:200])


def look_at_folder(name: str, source: str, folder: Path) -> LocalModel:
    """A folder with safetensors files. Raises nothing."""
    found = LocalModel(name, "safetensors", 0, None, folder, source)
    try:
        files = [file for file in folder.glob("*.safetensors") if file.is_file()]
        found = replace(found, bytes=sum(file.stat().st_size for file in files))
        config = _config(folder)
        weights = read_safetensors(folder)
        dtypes = Counter[str]()
        for tensor in weights.values():
            dtypes[tensor.dtype] += tensor.bytes
        context = config.get("max_position_embeddings")
        packed = config.get("quantization_config") or config.get("quantization")
        parameters = sum(tensor.weights for tensor in weights.values())
        return replace(
            found,
            quantisation=_packed(packed) or (dtypes.most_common(1)[0][0] if dtypes else None),
            architecture=config.get("model_type"),
            parameters=None if packed else parameters,
            context=context if isinstance(context, int) else None,
        )
    except FeinschliffError as error:
        return replace(found, problem=error.found or error.message)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        return replace(found, problem=str(getattr(error, "strerror", None) or error)[:200])


def _config(folder: Path) -> dict[str, Any]:
    file = folder / "config.json"
    if not file.is_file():
        return {}
    found = json.loads(file.read_text(encoding="utf-8"))
    return found if isinstance(found, dict) else {}


def _packed(told: Any) -> str | None:
    """A quantisation that `config.json` tells of, as `gptq 4 bit`."""
    if not isinstance(told, dict):
        return None
    bits = told.get("bits") or (4 if told.get("load_in_4bit") else 8 if told.get("load_in_8bit") else None)
    name = str(told.get("quant_method") or told.get("mode") or "")
    return " ".join([*([name] if name else []), *([tr("{bits} bit", bits=bits)] if bits else [])]) or None
