"""Model files as they are named on a command line: a path, a shipped model, the first of several parts."""

from __future__ import annotations

import re
from pathlib import Path

from feinschliff.errors import ModelError
from feinschliff.i18n import tr
from feinschliff.models.house import house_models, house_path


def model_path(name: str) -> Path:
    """The file or folder that a name means. Raises: ModelError where there is none."""
    if name in house_models():
        return house_path(name)
    path = Path(name).expanduser()
    if not path.exists():
        raise ModelError(
            tr("there is no file {path}", path=path),
            asked=name,
            found=tr("the shipped models are {names}", names=", ".join(house_models())),
            mend=tr("look at the path, or fetch the model first"),
        )
    return path


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
