"""Where the model's file of a run lies: what the embedded engine was given, as long as it is the same still."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from feinschliff.endpoints.embedded import file_digest
from feinschliff.endpoints.protocol import EMBEDDED
from feinschliff.i18n import tr
from feinschliff.models.house import house_models, house_path
from feinschliff.store import Run, Store, update_run

_FILES = "files"
"""Key of a run's details: path of each file by the model's name."""


@dataclass(frozen=True)
class ModelFile:
    """The file of a run's model, or why there is none."""

    path: Path | None
    why_not: str = ""
    """A sentence where a file was kept and cannot be used any more; empty where none was kept."""


def keep_files(store: Store, run: Run, files: Mapping[str, Path]) -> None:
    """Note where the files lie that this run has asked, by the names of its models."""
    noted = {name: str(file.resolve()) for name, file in files.items()}
    if noted and (run.details or {}).get(_FILES) != noted:
        update_run(store, run.id, details={**(run.details or {}), _FILES: noted})


def model_file(run: Run, identity: str, model: str) -> ModelFile:
    """The file that was asked as `model` at this endpoint: one that ships with the package, else the user's own."""
    if not identity.startswith(EMBEDDED):
        return ModelFile(None)
    noted = ((run.details or {}).get(_FILES) or {}).get(model)
    digest = _digest(run, model) or identity.removeprefix(EMBEDDED)
    shipped = next((path for name in house_models() if file_digest(path := house_path(name)) == digest), None)
    if shipped is not None or noted is None:
        return ModelFile(shipped)
    path = Path(noted)
    try:
        same = file_digest(path) == digest
    except OSError:
        return ModelFile(None, tr("the model's file {path} is not there any more", path=path))
    if same:
        return ModelFile(path)
    return ModelFile(None, tr("the model's file {path} is another one than that of the run", path=path))


def _digest(run: Run, model: str) -> str | None:
    """SHA-256 of the file when it was asked."""
    return (run.spec.get("files") or {run.spec.get("model"): run.spec.get("digest")}).get(model)
