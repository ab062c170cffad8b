"""Model files as they are named on a command line: a path, a shipped model, one that `fein models list` lists."""

from __future__ import annotations

import re
from pathlib import Path

from feinschliff.errors import ModelError
from feinschliff.i18n import tr
from feinschliff.models.house import house_models, house_path


def model_path(name: str, *, mend: str | None = None) -> Path:
    """The file or folder that a name means; `mend`: what else to advise. Raises: ModelError where there is none."""
    if name in house_models():
        return house_path(name)
    path = Path(name).expanduser()
    if not path.exists():
        listed = _listed(name)
        if listed is not None:
            return listed
        raise ModelError(
            tr("there is no file {path}", path=path),
            asked=name,
            found=tr("the shipped models are {names}", names=", ".join(house_models())),
            mend=mend or tr("look at the path, or fetch the model first"),
        )
    return path


def _listed(name: str) -> Path | None:
    """The sound model of this name that somebody has fetched: Ollama's `llama3.2:1b`, a file of the hub's cache."""
    from feinschliff.models.listing import local_models

    wanted = name.removeprefix("hf:").removeprefix("ollama:").lower()
    sound = [model for model in local_models() if model.problem is None]
    for model in sound:
        if wanted in {model.name.lower(), model.name.lower() + ".gguf", model.name.lower().removesuffix(":latest")}:
            return model.path
    return None


def gguf_in(path: Path) -> Path | None:
    """The GGUF file that a path means: itself, or the only model in a folder; None for a folder without one.

    Raises: ModelError for a folder with several.
    """
    if not path.is_dir():
        return path
    files = sorted(path.glob("*.gguf"))
    if not files or (path / "config.json").is_file() or any(path.glob("*.safetensors")):
        return None
    if len(files) > 1 and len(parts_of(files[0])) != len(files):
        raise ModelError(
            tr("{path} holds several models", path=path),
            asked=str(path),
            found=", ".join(file.name for file in files[:8]),
            mend=tr("name one of the files"),
        )
    return files[0]


def parts_of(path: Path) -> list[Path]:
    """All parts of a model that is split over files (`name-00001-of-00003.gguf`); the file itself where it is whole.

    Raises: ModelError where a part is missing.
    """
    found = re.fullmatch(r"(.*)-(\d{5})-of-(\d{5})(\.\w+)", path.name)
    if found is None:
        return [path]
    stem, count, ending = found[1], int(found[3]), found[4]
    parts = [path.with_name(f"{stem}-{n:05d}-of-{count:05d}{ending}") for n in range(1, count + 1)]
    missing = [part.name for part in parts if not part.is_file()]
    if missing:
        raise ModelError(
            tr("{path} is split over {n} files, and {missing} is not there", path=path, n=count, missing=missing[0]),
            asked=str(path),
            found=tr("{n} of {count} parts", n=count - len(missing), count=count),
            mend=tr("fetch the missing parts too"),
        )
    return parts
