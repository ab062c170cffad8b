"""Several model files behind one endpoint: each is loaded into the embedded engine when it is first asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import JsonValue

from feinschliff.endpoints.embedded import EmbeddedEndpoint, file_digest
from feinschliff.endpoints.gguf import read_header
from feinschliff.endpoints.limits import RateLimit
from feinschliff.endpoints.protocol import EMBEDDED, Backend, Endpoint, Gate, ModelInfo, Request, SendReport, Sink
from feinschliff.errors import ModelError
from feinschliff.i18n import tr
from feinschliff.parameters.dialects import Dialect
from feinschliff.records import Message

SHELF = EMBEDDED + "files"
"""Its identity: which file an answer is from stands in the model's digest."""

_SMALL_BYTES = 2 << 30
"""Files that are no larger together stay loaded all at once; of others only one."""


class EmbeddedShelf(Endpoint):
    """GGUF files by the names that settings ask for them.

    An answer is known by the file's SHA-256 and its name here, so that comparisons with different partners share it.

    Args:
        files: file by name.
        slots: answers made at the same time, by each.
        timeout_s, rate: as for `HttpEndpoint`; the rate is that of all files together.

    Raises: ModelError for a file that is no model.
    """

    def __init__(
        self,
        files: Mapping[str, Path],
        *,
        slots: int = 4,
        timeout_s: float = 120.0,
        rate: RateLimit | None = None,
    ) -> None:
        self._files = dict(files)
        self._slots = slots
        self._timeout_s = timeout_s
        self._rate = rate
        headers = {name: read_header(file) for name, file in self._files.items()}
        self._infos = [ModelInfo(n, file_digest(f), headers[n].context_length) for n, f in self._files.items()]
        self._stay = sum(file.stat().st_size for file in self._files.values()) <= _SMALL_BYTES
        self._open: dict[str, EmbeddedEndpoint] = {}

    def __repr__(self) -> str:
        return f"EmbeddedShelf({list(self._files)!r})"

    @property
    def identity(self) -> str:
        """Always `SHELF`."""
        return SHELF

    @property
    def backend(self) -> Backend:
        """Always `llama.cpp`."""
        return "llama.cpp"

    @property
    def concurrency(self) -> int:
        """The number of slots of each file."""
        return self._slots

    def dialect(self, model: str) -> Dialect:
        """Always llama.cpp's."""
        return "llama.cpp"

    def models(self) -> list[ModelInfo]:
        """All files, with their SHA-256 as digest."""
        return list(self._infos)

    def defaults(self, model: str) -> dict[str, JsonValue]:
        """Those of one file."""
        engine = self._engine(model)
        return engine.defaults(engine.models()[0].name)

    def prompt_ids(self, model: str, messages: Sequence[Message]) -> tuple[int, ...] | None:
        """As that file makes them."""
        return self._engine(model).prompt_ids(model, messages)

    def vocabulary(self, model: str) -> int | None:
        """Tokens in that file's vocabulary."""
        return self._engine(model).vocabulary(model)

    def send(self, requests: Iterable[Request], *, gate: Gate, sink: Sink) -> SendReport:
        """As for any endpoint, one model after the other."""
        by_model: dict[str, list[Request]] = {}
        for request in requests:
            by_model.setdefault(request.model, []).append(request)
        sent, failed = 0, Counter[str]()
        unsent: list[Request] = []
        for model, wanted in by_model.items():
            report = self._engine(model).send(wanted, gate=gate, sink=sink)
            sent += report.sent
            unsent += report.unsent
            failed.update(report.failed_attempts)
        return SendReport(sent, tuple(unsent), dict(failed))

    def close(self) -> None:
        """Stop all engines; safe to call twice."""
        for engine in self._open.values():
            engine.close()
        self._open.clear()

    def _engine(self, model: str) -> EmbeddedEndpoint:
        if model not in self._files:
            raise ModelError(
                tr("there is no model '{model}' here", model=model), asked=model, found=", ".join(self._files)
            )
        if model not in self._open:
            if not self._stay:
                self.close()
            self._open[model] = EmbeddedEndpoint(
                self._files[model], slots=self._slots, alias=model, timeout_s=self._timeout_s, rate=self._rate
            )
        return self._open[model]
