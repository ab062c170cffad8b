"""llama.cpp in the process, for a GGUF file: no server to install, no address to know.

llama.cpp's own HTTP server runs in threads of this process and is asked over loopback like any other endpoint.
"""

from __future__ import annotations

import functools
import hashlib
import os
import secrets
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path

from pydantic import JsonValue

from feinschliff.endpoints.engine import Engine, EngineOptions
from feinschliff.endpoints.gguf import read_header, sampling_defaults
from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.endpoints.limits import RateLimit
from feinschliff.endpoints.protocol import EMBEDDED, Backend, Endpoint, Gate, ModelInfo, Request, SendReport, Sink
from feinschliff.parameters.dialects import Dialect
from feinschliff.records import Message


class EmbeddedEndpoint(Endpoint):
    """A GGUF file, served within this process.

    Args:
        path: the GGUF file.
        slots: answers made at the same time.
        threads: CPU threads; None: one for models below 50 M parameters (more only make them wait for each other),
            else half the processors.
        context_tokens: tokens of prompt and answer together, per slot; None: the model's own, at most 4096.
        alias: the model's name; None: the file's name without its ending.
        embeds: for embeddings instead of answers; then one text at a time, since what else is computed with it changes
            the last bits of a vector.
        timeout_s, rate: as for `HttpEndpoint`.

    Raises: ModelError for a file that is no model, or one that llama.cpp cannot load.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        slots: int = 4,
        threads: int | None = None,
        context_tokens: int | None = None,
        alias: str | None = None,
        embeds: bool = False,
        timeout_s: float = 120.0,
        rate: RateLimit | None = None,
    ) -> None:
        file = Path(path)
        header = read_header(file)
        self._header = header
        self._alias = alias or file.stem
        self._digest = file_digest(file)
        self._slots = slots = 1 if embeds else slots
        # Loopback is open to every user of the machine: without a key all of them could ask this model.
        self._key = key = secrets.token_urlsafe(24)
        options = EngineOptions(
            self._alias, key, slots=slots, context_tokens=context_tokens, threads=threads, embeds=embeds
        )
        self._context = options.context(header)
        self._engine = Engine(file, options, header)
        self._http = HttpEndpoint(
            f"{self._engine.address}/v1",
            api_key=key,
            concurrency=slots,
            timeout_s=timeout_s,
            rate=rate,
            identity=self.identity,
        )

    def __repr__(self) -> str:
        return f"EmbeddedEndpoint({self._alias!r}, slots={self._slots})"

    @property
    def identity(self) -> str:
        """`embedded:` and the SHA-256 of the file: the same file gives the same answers wherever it lies."""
        return f"{EMBEDDED}{self._digest}"

    @property
    def backend(self) -> Backend:
        """Always `llama.cpp`."""
        return "llama.cpp"

    def dialect(self, model: str) -> Dialect:
        """Always `llama.cpp`."""
        return "llama.cpp"

    @property
    def version(self) -> str | None:
        """The version of llama.cpp's bindings."""
        return metadata.version("xllamacpp")

    @property
    def concurrency(self) -> int:
        """The number of slots: requests beyond it would only queue."""
        return self._slots

    def models(self) -> list[ModelInfo]:
        """The one model, with the file's SHA-256 as digest."""
        return [ModelInfo(self._alias, self._digest, self._context)]

    def defaults(self, model: str) -> dict[str, JsonValue]:
        """llama.cpp's sampling defaults, and over them those in the file."""
        return self._http.defaults(model) | sampling_defaults(self._header.metadata)

    def prompt_ids(self, model: str, messages: Sequence[Message]) -> tuple[int, ...] | None:
        """As the file's chat template and its vocabulary make them."""
        return self._http.prompt_ids(model, messages)

    def vocabulary(self, model: str) -> int | None:
        """Tokens in the file's vocabulary."""
        return self._http.vocabulary(model)

    def send(self, requests: Iterable[Request], *, gate: Gate, sink: Sink) -> SendReport:
        """As for any endpoint."""
        return self._http.send(requests, gate=gate, sink=sink)

    def connect(self) -> HttpEndpoint:
        """A client of its own for the engine's address, which finds everything out as for a foreign server."""
        return HttpEndpoint(f"{self._engine.address}/v1", api_key=self._key)

    def close(self) -> None:
        """Stop the engine; safe to call twice."""
        self._http.close()
        self._engine.close()


def file_digest(path: Path) -> str:
    """Hex SHA-256 of a file; computed once per path, size and modification time."""
    stat = path.stat()
    return _digest(str(path.resolve()), stat.st_size, stat.st_mtime_ns)


@functools.lru_cache(maxsize=64)
def _digest(path: str, _size: int, _mtime_ns: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
