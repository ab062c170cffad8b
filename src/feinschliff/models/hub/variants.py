"""What a hub offers of one model: files to fetch together, with sizes and checksums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from feinschliff.errors import ModelError
from feinschliff.i18n import tr
from feinschliff.models.file_types import quantisation_in

PREFERRED = ("Q4_K_M", "Q4_K_S", "Q4_0", "Q5_K_M", "Q8_0")
"""Taken where nobody says which: what most programs take, in this order."""


@dataclass(frozen=True)
class RemoteFile:
    """A file on a hub."""

    path: str
    """Where it goes, below the model's folder."""
    url: str
    bytes: int
    sha256: str | None = None
    git_sha1: str | None = None
    """Of small files that are not in large-file storage."""


@dataclass(frozen=True)
class Variant:
    """One form of a model."""

    name: str
    """`Q4_K_M`, a file's name where that tells nothing, or `safetensors`."""
    files: tuple[RemoteFile, ...]

    @property
    def bytes(self) -> int:
        """Of all its files."""
        return sum(file.bytes for file in self.files)

    def to_dict(self) -> dict[str, Any]:
        """As JSON shows it."""
        files = [{"path": f.path, "bytes": f.bytes, "sha256": f.sha256} for f in self.files]
        return {"variant": self.name, "bytes": self.bytes, "files": files}


@dataclass(frozen=True)
class RemoteModel:
    """A model on a hub, with all its forms."""

    name: str
    """As `pull` takes it: `hf:owner/name`, `ollama:name:tag`."""
    folder: str
    """Where its files go, below our own folder."""
    variants: tuple[Variant, ...]
    parameters: int | None = None
    architecture: str | None = None
    downloads: int | None = None
    notes: tuple[str, ...] = ()

    def choose(self, wanted: str | None) -> Variant:
        """The variant that is meant. Raises: ModelError."""
        if not self.variants:
            raise ModelError(
                tr("{name} has no files that can be used here", name=self.name),
                asked=self.name,
                found=tr("neither GGUF nor safetensors"),
                mend=tr("look for the same model in GGUF: fein models search"),
            )
        if wanted is None:
            return _preferred(self.variants)
        for variant in self.variants:
            if wanted.lower() in {variant.name.lower(), *(file.path.lower() for file in variant.files)}:
                return variant
        alike = [variant for variant in self.variants if quantisation_in(variant.name) == wanted.upper()]
        if len(alike) == 1:
            return alike[0]
        raise ModelError(
            tr("{name} has no variant '{wanted}'", name=self.name, wanted=wanted),
            asked=wanted,
            found=", ".join(variant.name for variant in self.variants),
            mend=tr("choose one of them"),
        )


def safe_path(path: str) -> str:
    """A path that stays below its folder. Raises: ModelError for any other: a hub does not choose where files go."""
    pure = PurePosixPath(path)
    odd = any(part in {"", ".", ".."} or part.startswith("~") for part in path.split("/"))
    if odd or pure.is_absolute() or any(c in path for c in '\\:*?"<>|') or any(ord(c) < 32 for c in path):
        raise ModelError(tr("the hub names a file in an unsafe place"), found=repr(path)[:200])
    return path


def _preferred(variants: Sequence[Variant]) -> Variant:
    for name in PREFERRED:
        for variant in variants:
            if variant.name.upper().endswith(name):
                return variant
    return min(variants, key=lambda variant: variant.bytes)
