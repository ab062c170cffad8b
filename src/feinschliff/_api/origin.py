"""Where a run asked, and how that is reached again."""

from __future__ import annotations

from dataclasses import dataclass

from feinschliff.build import Endpoint
from feinschliff.endpoints.protocol import EMBEDDED
from feinschliff.endpoints.shelf import SHELF
from feinschliff.errors import InputError
from feinschliff.i18n import tr
from feinschliff.report import model_file
from feinschliff.store import Run


@dataclass(frozen=True)
class Origin:
    """Where a run asked."""

    url: str | None
    """None for the embedded engine."""
    model: str | None
    """For the embedded engine the file, or one of several; None where unknown."""
    omit: tuple[str, ...] = ()
    """Fields that the server refused."""
    stream: bool = False
    """Whether answers came in pieces, and those that looped were ended."""
    no_file: str = ""
    """Why the file that the run has asked cannot be asked again, where that is known."""

    def endpoint(self) -> Endpoint:
        """The same again; keys and headers were not kept. Raises: InputError where the model file is not known."""
        if self.url is None and self.model is None:
            raise InputError(
                tr("the run was made with a model file, and it is not known where that lies"),
                asked=tr("the model of the run"),
                found=self.no_file or None,
                mend=tr("give it again: --model FILE.gguf"),
            )
        return Endpoint(self.url, model=self.model, omit=self.omit, stream=self.stream)


def origin(run: Run) -> Origin:
    """Where a run asked, as far as the store knows."""
    identity, model = str(run.spec["endpoint"]), run.spec.get("model")
    kept = (run.details or {}).get("check") or {}
    omit, stream = tuple(kept.get("omit", ())), bool(run.spec.get("stream"))
    if not identity.startswith(EMBEDDED):
        return Origin(identity, model, omit, stream)
    if identity == SHELF:
        return Origin(None, model, omit, stream)  # its settings name the files
    file = model_file(run, identity, str(model))
    return Origin(None, None if file.path is None else str(file.path), omit, stream, file.why_not)
