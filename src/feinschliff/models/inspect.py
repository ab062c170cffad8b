"""What a model file tells of itself: a GGUF file, or a folder as transformers saves it; weights are not read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from feinschliff.endpoints.gguf import sampling_defaults
from feinschliff.i18n import tr
from feinschliff.models.files import gguf_in, parts_of
from feinschliff.models.gguf_file import GgufFile, read_gguf
from feinschliff.models.mix import MIXTURES
from feinschliff.models.shape import ModelShape, shape_of
from feinschliff.models.template import Template, read_template

_SAMPLING = "general.sampling."
_TOLD = ("temp", "top_p", "top_k", "min_p", "penalty_repeat")
"""Names of the file that stand under a catalogue name already."""


@dataclass(frozen=True)
class TypeCount:
    """Tensors of one number format."""

    tensors: int = 0
    weights: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class Tokenizer:
    """How text becomes tokens."""

    kind: str | None
    """As the file names it: `gpt2` is byte-level BPE, `llama` SentencePiece."""
    splits: str | None
    """The rule by which text is cut beforehand."""
    size: int
    """Entries of the vocabulary."""
    specials: Mapping[str, str]
    """`bos`, `eos` ... and their text."""


@dataclass(frozen=True)
class Inspection:
    """Everything that is told of a model."""

    path: Path
    form: str
    """`gguf` or `safetensors`."""
    name: str | None
    architecture: str | None
    parameters: int
    bytes: int
    """Of all its files."""
    parts: int
    """Files that hold weights."""
    types: Mapping[str, TypeCount]
    quantisation: str | None
    """The name that stands for the mixture of number formats."""
    context: int | None
    shape: ModelShape | None
    """None where the file does not tell enough."""
    tokenizer: Tokenizer | None
    template: Template | None
    sampling: Mapping[str, Any]
    about: Mapping[str, str] = field(default_factory=dict)
    """License, description, languages, as far as told."""
    notes: tuple[str, ...] = ()

    @property
    def bits(self) -> float | None:
        """Bits per weight, scales included."""
        size = sum(count.bytes for count in self.types.values())
        return 8 * size / self.parameters if self.parameters else None


def inspect(path: Path) -> Inspection:
    """Look into a model. Raises: ModelError for what is none, or damaged."""
    file = gguf_in(path)
    if file is not None and file.suffix != ".safetensors":
        return inspect_gguf(file)
    from feinschliff.models.inspect_folder import inspect_folder

    return inspect_folder(path) if file is None else inspect_folder(path.parent, only=path)


def inspect_gguf(path: Path) -> Inspection:
    """Look into a GGUF file, and its other parts where it is split. Raises: ModelError."""
    parts = parts_of(path)
    files = [read_gguf(part) for part in parts]
    file = replace(files[0], tensors=tuple(tensor for one in files for tensor in one.tensors))
    shape = shape_of(file)
    number = file.metadata.get("general.file_type")
    quant = next((name for name, (told, _) in MIXTURES.items() if told == number), None)
    notes = []
    if not file.architecture:
        notes.append(tr("the file does not tell its architecture"))
    if not file.tensors:
        notes.append(tr("the file holds no weights"))
    return Inspection(
        path=path,
        form="gguf",
        name=_text(file, "general.name"),
        architecture=file.architecture or None,
        parameters=sum(tensor.weights for tensor in file.tensors),
        bytes=sum(part.stat().st_size for part in parts),
        parts=len(parts),
        types=count_types((t.kind.name, t.weights, t.bytes) for t in file.tensors),
        quantisation=quant,
        context=shape.context,
        shape=shape if shape.layers else None,
        tokenizer=_tokenizer(file),
        template=read_template(file.metadata.get("tokenizer.chat_template")),
        sampling=_sampling(file),
        about=_about(file),
        notes=tuple(notes),
    )


def count_types(tensors: Iterable[tuple[str, int, int]]) -> dict[str, TypeCount]:
    """Tensors (number format, weights, bytes) by format, those with most weights first."""
    found: dict[str, TypeCount] = {}
    for kind, weights, size in tensors:
        had = found.get(kind, TypeCount())
        found[kind] = TypeCount(had.tensors + 1, had.weights + weights, had.bytes + size)
    return dict(sorted(found.items(), key=lambda item: -item[1].weights))


def _text(file: GgufFile, key: str) -> str | None:
    value = file.metadata.get(key)
    return value if isinstance(value, str) and value else None


def _tokenizer(file: GgufFile) -> Tokenizer | None:
    tokens = file.metadata.get("tokenizer.ggml.tokens")
    if not isinstance(tokens, list):
        return None
    specials = {}
    for name in ("bos", "eos", "eot", "unknown", "padding"):
        index = file.metadata.get(f"tokenizer.ggml.{name}_token_id")
        if isinstance(index, int) and 0 <= index < len(tokens):
            specials[name] = str(tokens[index])
    kind, splits = _text(file, "tokenizer.ggml.model"), _text(file, "tokenizer.ggml.pre")
    return Tokenizer(kind, splits, len(tokens), specials)


def _sampling(file: GgufFile) -> dict[str, Any]:
    found: dict[str, Any] = dict(sampling_defaults(file.metadata))
    for key, value in file.metadata.items():
        name = key.removeprefix(_SAMPLING)
        if name != key and name not in _TOLD and isinstance(value, int | float | str):
            found[name] = float(f"{value:.6g}") if isinstance(value, float) else value
    return found


def _about(file: GgufFile) -> dict[str, str]:
    found = {}
    for key in ("description", "version", "license", "author", "quantized_by", "size_label", "languages"):
        value = file.metadata.get(f"general.{key}")
        if isinstance(value, list):
            value = ", ".join(map(str, value))
        if isinstance(value, str) and value:
            found[key] = value
    return found
