"""All model files that lie on this machine, whoever put them there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from feinschliff.i18n import tr
from feinschliff.models.file_types import shard_of
from feinschliff.models.house import house_models, house_path
from feinschliff.models.look import LocalModel, look_at_folder, look_at_gguf
from feinschliff.models.places import (
    hugging_face_folder,
    llama_cpp_folder,
    lm_studio_folders,
    ollama_folders,
    own_folder,
)

_OLLAMA_HOST = "registry.ollama.ai"
_MODEL_LAYER = "application/vnd.ollama.image.model"
_TENSOR_LAYER = "application/vnd.ollama.image.tensor"


def local_models() -> list[LocalModel]:
    """Everything that is found, damaged files with the reason; a file that two programs share is listed once."""
    every = [*_shipped(), *_own(), *_ollama(), *_lm_studio(), *_hugging_face(), *_llama_cpp()]
    seen: dict[Path, LocalModel] = {}
    for model in every:
        seen.setdefault(_resolved(model.path), model)
    return list(seen.values())


def _shipped() -> Iterator[LocalModel]:
    for name in house_models():
        yield look_at_gguf(name, "feinschliff", [house_path(name)])


def _own() -> Iterator[LocalModel]:
    yield from _below(own_folder(), "feinschliff")


def _lm_studio() -> Iterator[LocalModel]:
    for folder in lm_studio_folders():
        yield from _below(folder, "lm studio")


def _llama_cpp() -> Iterator[LocalModel]:
    yield from _below(llama_cpp_folder(), "llama.cpp")


def _below(folder: Path, source: str) -> Iterator[LocalModel]:
    """GGUF files, and folders with safetensors files, by their path below `folder`."""
    files = _files(folder, "*.gguf")
    yield from _ggufs(files, source, lambda file: file.relative_to(folder).as_posix())
    for place in sorted({file.parent for file in _files(folder, "*.safetensors")}):
        yield look_at_folder(place.relative_to(folder).as_posix(), source, place)


def _ggufs(files: Iterable[Path], source: str, name: Any) -> Iterator[LocalModel]:
    """Each file, or the parts of a model as one; what only helps another model to see or guess is left out."""
    groups: dict[Path, list[Path]] = {}
    for file in files:
        if not file.name.lower().startswith("mmproj"):
            shard = shard_of(file.name)
            groups.setdefault(file if shard is None else file.with_name(shard[0]), []).append(file)
    for whole, parts in groups.items():
        shards = [shard for part in parts if (shard := shard_of(part.name)) is not None]
        wanted = shards[0][2] if shards else 1
        title = name(whole).removesuffix(".gguf")
        if len(parts) < wanted:
            problem = tr("{n} of {wanted} parts are missing", n=wanted - len(parts), wanted=wanted)
            size = sum(part.stat().st_size for part in parts if part.exists())
            yield LocalModel(title, "gguf", size, None, parts[0], source, problem=problem)
        else:
            yield look_at_gguf(title, source, sorted(parts))


def _hugging_face() -> Iterator[LocalModel]:
    root = hugging_face_folder()
    for place in _entries(root):
        if not place.name.startswith("models--"):
            continue
        title = place.name.removeprefix("models--").replace("--", "/")
        snapshot = _snapshot(place)
        if snapshot is None:
            yield from _begun(title, place)
            continue
        ggufs = _files(snapshot, "*.gguf")
        yield from _ggufs(
            ggufs, "hugging face", lambda file, t=title, s=snapshot: f"{t}/{file.relative_to(s).as_posix()}"
        )
        folders = sorted({file.parent for file in _files(snapshot, "*.safetensors")})
        for folder in folders:
            inner = folder.relative_to(snapshot).as_posix()
            yield look_at_folder(title if inner == "." else f"{title}/{inner}", "hugging face", folder)
        if not ggufs and not folders:
            yield from _begun(title, place)


def _snapshot(place: Path) -> Path | None:
    """The revision that `main` means, else the newest."""
    try:
        named = place / "snapshots" / (place / "refs" / "main").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        named = None
    if named is not None and named.is_dir():
        return named
    found = [entry for entry in _entries(place / "snapshots") if entry.is_dir()]
    return max(found, key=lambda entry: entry.stat().st_mtime, default=None)


def _begun(title: str, place: Path) -> Iterator[LocalModel]:
    """A download that was not finished."""
    parts = _files(place / "blobs", "*.incomplete")
    if parts:
        size = sum(part.stat().st_size for part in parts)
        problem = tr("its download was not finished")
        yield LocalModel(title, "safetensors", size, None, place, "hugging face", problem=problem)


def _ollama() -> Iterator[LocalModel]:
    for root in ollama_folders():
        manifests = root / "manifests"
        for file in _files(manifests, "*"):
            pieces = file.relative_to(manifests).parts
            if len(pieces) >= 3:
                yield _ollama_model(root, file, _ollama_name(pieces))


def _ollama_name(pieces: tuple[str, ...]) -> str:
    host, *names, tag = pieces
    if host == _OLLAMA_HOST:
        names = names[1:] if names[0] == "library" else names
        return "/".join(names) + f":{tag}"
    return "/".join([host, *names]) + f":{tag}"


def _ollama_model(root: Path, file: Path, name: str) -> LocalModel:
    try:
        layers = [layer for layer in json.loads(file.read_text(encoding="utf-8"))["layers"] if isinstance(layer, dict)]
        kinds = [str(layer["mediaType"]).partition(";")[0] for layer in layers]
        blobs = [root / "blobs" / str(layer["digest"]).replace(":", "-") for layer in layers]
        sizes = [int(layer["size"]) for layer in layers]
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = tr("its manifest cannot be read ({error})", error=str(error)[:100])
        return LocalModel(name, "gguf", 0, None, file, "ollama", problem=problem)
    weights = [index for index, kind in enumerate(kinds) if kind == _MODEL_LAYER]
    if weights:
        first = weights[0]
        if not blobs[first].is_file():
            problem = tr("its weights are missing ({blob})", blob=blobs[first].name[:24])
            return LocalModel(name, "gguf", 0, None, blobs[first], "ollama", problem=problem)
        return look_at_gguf(name, "ollama", [blobs[index] for index in weights[:1]], expected=sizes[first])
    tensors = [index for index, kind in enumerate(kinds) if kind == _TENSOR_LAYER]
    missing = sum(not blobs[index].is_file() for index in tensors)
    gone = tr("its weights are missing ({blob})", blob=tr("{n} files", n=missing)) if missing or not tensors else None
    size = sum(sizes[index] for index in tensors)
    return LocalModel(name, "safetensors", size, None, file, "ollama", problem=gone)


def _files(folder: Path, pattern: str) -> list[Path]:
    """Files below a folder, links whose target is gone among them; nothing where it cannot be looked at."""
    try:
        return sorted(entry for entry in folder.rglob(pattern) if entry.is_symlink() or entry.is_file())
    except OSError:
        return []


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path
