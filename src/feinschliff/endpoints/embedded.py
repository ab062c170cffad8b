"""llama.cpp in the process, for a GGUF file: no server to install, no address to know.

llama.cpp's own HTTP server runs in threads of this process and is asked over loopback like any other endpoint.
"""

from __future__ import annotations

import functools
import hashlib
import http.client
import json
import os
import secrets
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pydantic import JsonValue

from feinschliff.endpoints.gguf import GgufHeader, read_header, sampling_defaults
from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.endpoints.protocol import Backend, Endpoint, Gate, ModelInfo, Request, SendReport, Sink
from feinschliff.errors import ModelError
from feinschliff.i18n import tr
from feinschliff.parameters.dialects import Dialect

_MOST_CONTEXT = 4096
_TINY_PARAMETERS = 50_000_000
_START_S = 120.0
"""Loading a large model from a slow disk takes a while; it is read lazily, so far less than its size suggests."""


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
    ) -> None:
        file = Path(path)
        header = read_header(file)
        self._header = header
        self._alias = alias or file.stem
        self._digest = file_digest(file)
        self._context = context_tokens or min(header.context_length or _MOST_CONTEXT, _MOST_CONTEXT)
        self._slots = slots = 1 if embeds else slots
        # Loopback is open to every user of the machine: without a key all of them could ask this model.
        self._key = key = secrets.token_urlsafe(24)
        params = _params(file, self._alias, slots, threads or _threads(header), self._context, key)
        if embeds:
            _set_embedding(params, header, self._context)
        self._engine: Any = _start(params, file)
        _await_loop(self._engine.listening_address, key)
        self._http = HttpEndpoint(
            f"{self._engine.listening_address}/v1", api_key=key, concurrency=slots, identity=self.identity
        )

    def __repr__(self) -> str:
        return f"EmbeddedEndpoint({self._alias!r}, slots={self._slots})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def identity(self) -> str:
        """`embedded:` and the SHA-256 of the file: the same file gives the same answers wherever it lies."""
        return f"embedded:{self._digest}"

    @property
    def backend(self) -> Backend:
        """Always `llama.cpp`."""
        return "llama.cpp"

    def dialect(self, model: str) -> Dialect:
        """Always `llama.cpp`."""
        return "llama.cpp"

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

    def send(self, requests: Iterable[Request], *, gate: Gate, sink: Sink) -> SendReport:
        """As for any endpoint."""
        return self._http.send(requests, gate=gate, sink=sink)

    def connect(self) -> HttpEndpoint:
        """A client of its own for the engine's address, which finds everything out as for a foreign server."""
        return HttpEndpoint(f"{self._engine.listening_address}/v1", api_key=self._key)

    def close(self) -> None:
        """Stop the engine; safe to call twice."""
        self._http.close()
        self._engine = None  # there is no other way to stop it than to drop the last reference


def file_digest(path: Path) -> str:
    """Hex SHA-256 of a file; computed once per path, size and modification time."""
    stat = path.stat()
    return _digest(str(path.resolve()), stat.st_size, stat.st_mtime_ns)


@functools.lru_cache(maxsize=64)
def _digest(path: str, _size: int, _mtime_ns: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _threads(header: GgufHeader) -> int:
    return 1 if header.parameters < _TINY_PARAMETERS else max(1, (os.cpu_count() or 2) // 2)


def _library() -> Any:
    """llama.cpp's bindings; there are machines that they are not built for. Raises: ModelError."""
    try:
        import xllamacpp
    except (ImportError, OSError) as error:
        raise ModelError(
            tr("the embedded engine (xllamacpp) cannot be loaded on this machine"),
            asked="import xllamacpp",
            found=str(error)[:300],
            mend=tr("give --endpoint URL of a server, or install xllamacpp where there is a build of it"),
        ) from None
    return xllamacpp


def _params(file: Path, alias: str, slots: int, threads: int, context: int, key: str) -> Any:
    """llama.cpp's parameters, hardened: it comes with a web page, open CORS and an 8 GiB prompt cache."""
    xllamacpp = _library()
    params = xllamacpp.CommonParams()
    params.model.path = str(file)
    params.model_alias = {alias}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [key]
    params.ui = False
    params.cors_origins = ""
    params.cors_credentials = False
    params.endpoint_slots = False
    params.endpoint_props = False
    params.endpoint_metrics = False
    params.cache_ram_mib = 0
    params.n_parallel = slots
    # With a KV cache shared by the slots, repeated seeded answers differ; without it the context is divided by them.
    params.kv_unified = False
    params.n_ctx = slots * context
    # An answer must not depend on what else is under way. Flash attention splits its sums by the batch, and a prompt
    # taken from the cache was computed in another batch: each changes low bits, and then answers (design/embedded.md).
    params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    params.cache_prompt = False
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    params.fit_params = False
    params.warmup = False
    params.verbosity = 0
    return params


def _set_embedding(params: Any, header: GgufHeader, context: int) -> None:
    """Turn an engine into one for embeddings: the mean over a text's tokens, where the file knows no way of its own."""
    params.embedding = True
    if not any(name.endswith(".pooling_type") for name in header.metadata):
        params.pooling_type = _library().llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    # A text goes through in one piece, so one batch must hold the longest.
    params.n_batch = params.n_ubatch = context


def _start(params: Any, file: Path) -> Any:
    try:
        return _library().Server(params)
    except RuntimeError as error:
        raise ModelError(
            tr("llama.cpp cannot load {file}", file=file),
            asked=str(file),
            found=str(error).strip() or None,
            mend=tr("the file may be damaged, or its architecture newer than this llama.cpp"),
        ) from error


def _await_loop(address: str, key: str) -> None:
    """Wait until the engine has done its first piece of work, one token.

    Dropped before its task loop runs, it waits for itself for ever. `/health` is answered before that; a completion
    goes through the loop.

    Raises: ModelError when it does not come up.
    """
    host, _, port = address.removeprefix("http://").rpartition(":")
    deadline = time.monotonic() + _START_S
    body = json.dumps({"prompt": "a", "n_predict": 1, "cache_prompt": False})
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(host, int(port), timeout=_START_S)
        try:
            connection.request("POST", "/completion", body, {"Authorization": f"Bearer {key}"})
            if connection.getresponse().status != http.HTTPStatus.SERVICE_UNAVAILABLE:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.005)
    raise ModelError(
        tr("the embedded engine does not come up"),
        found=tr("no answer in {START_S:.0f} s", START_S=_START_S),
        mend=tr("try again"),
    )
