"""llama.cpp's own HTTP server, started in this process for a GGUF file, with the settings that we stand by.

Small on purpose: who only serves a model loads nothing else.
"""

from __future__ import annotations

import http.client
import json
import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from feinschliff.endpoints.gguf import GgufHeader, read_header
from feinschliff.errors import ModelError
from feinschliff.i18n import tr

MOST_CONTEXT = 4096
"""Tokens of a slot where nobody says how many, and the model does not stand fewer."""

MICRO_BATCH = 128
"""Tokens of a prompt that are computed together on processors.

llama.cpp's 512 is made for GPUs. On processors 128 take the same time, give the same bits, and need a quarter of the
buffers (design/memory.md).
"""

KV_TYPES = ("f16", "bf16", "f32", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl")
"""Number formats of the cache of keys and values."""

_TINY_PARAMETERS = 50_000_000
_START_S = 120.0
"""Loading a large model from a slow disk takes a while; it is read lazily, so far less than its size suggests."""
_ARM = ("arm64", "aarch64")
_REPACKED = {"q4_0", "q4_k", "q2_k", "iq4_nl"}
_REPACKED_ARM = _REPACKED | {"q5_k", "q6_k", "q8_0", "mxfp4"}
_NUMBERS = {2: "q4_0", 8: "q8_0", 10: "q2_k", 12: "q4_k", 13: "q5_k", 14: "q6_k", 20: "iq4_nl", 39: "mxfp4"}


@dataclass(frozen=True)
class EngineOptions:
    """How a model is served."""

    alias: str
    """Its name."""
    key: str | None
    """What every request must bring; None: nothing."""
    slots: int = 1
    """Answers made at the same time."""
    context_tokens: int | None = None
    """Tokens of prompt and answer together, per slot; None: the model's own, at most `MOST_CONTEXT`."""
    kv: str = "f16"
    """Number format of the cache, one of `KV_TYPES`; the quantised ones need flash attention, which is then on."""
    threads: int | None = None
    """None: one below 50 M parameters, where more only wait for each other, else half the processors."""
    host: str = "127.0.0.1"
    port: int = 0
    """0: a free one."""
    embeds: bool = False
    """For embeddings instead of answers."""
    verbosity: int = 0
    """4: llama.cpp tells on stderr what it allocates."""

    def context(self, header: GgufHeader) -> int:
        """Tokens per slot."""
        return self.context_tokens or min(header.context_length or MOST_CONTEXT, MOST_CONTEXT)


class Engine:
    """A running server. There is no other way to stop it than to drop the last reference to it.

    Raises: ModelError for a file that is no model, or one that llama.cpp cannot load.
    """

    def __init__(self, file: Path, options: EngineOptions, header: GgufHeader | None = None) -> None:
        header = read_header(file) if header is None else header
        self._server: Any = _start(_params(file, header, options), file)
        self.address: str = self._server.listening_address
        """`http://host:port`."""
        _await_loop(self.address, options.key)

    def close(self) -> None:
        """Stop it; safe to call twice."""
        self._server = None


def repacked(kind: str) -> bool:
    """Whether this machine's processor gets weights of this format in another order, as a copy in memory."""
    return kind in (_REPACKED_ARM if platform.machine().lower() in _ARM else _REPACKED)


def on_processors() -> bool:
    """Whether llama.cpp knows no GPU here. Raises: ModelError where it cannot be loaded."""
    library = _library()
    cpu = library.ggml_backend_dev_type.GGML_BACKEND_DEVICE_TYPE_CPU
    return all(device["type"] == cpu for device in library.get_device_info())


def threads_for(parameters: int, processors: int) -> int:
    """Processors that compute a model of so many parameters, where nobody says how many (`EngineOptions.threads`)."""
    return 1 if parameters < _TINY_PARAMETERS else max(1, processors // 2)


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


def _params(file: Path, header: GgufHeader, options: EngineOptions) -> Any:
    """llama.cpp's parameters, hardened: it comes with a web page, open CORS and an 8 GiB prompt cache."""
    xllamacpp = _library()
    context = options.context(header)
    params = xllamacpp.CommonParams()
    params.model.path = str(file)
    params.model_alias = {options.alias}
    params.hostnames = [options.host]
    params.port = options.port
    params.api_keys = [] if options.key is None else [options.key]
    params.ui = False
    params.cors_origins = ""
    params.cors_credentials = False
    params.endpoint_slots = False
    params.endpoint_props = False
    params.endpoint_metrics = False
    params.cache_ram_mib = 0
    params.n_parallel = options.slots
    # With a KV cache shared by the slots, repeated seeded answers differ; without it the context is divided by them.
    params.kv_unified = False
    params.n_ctx = options.slots * context
    params.cache_type_k = params.cache_type_v = getattr(xllamacpp.ggml_type, f"GGML_TYPE_{options.kv.upper()}")
    # An answer must not depend on what else is under way. Flash attention splits its sums by the batch, and a prompt
    # taken from the cache was computed in another batch: each changes low bits, and then answers (design/embedded.md).
    # A quantised cache of values works with flash attention only.
    flash = xllamacpp.llama_flash_attn_type
    quantised = options.kv not in ("f16", "bf16", "f32")
    params.flash_attn_type = flash.LLAMA_FLASH_ATTN_TYPE_ENABLED if quantised else flash.LLAMA_FLASH_ATTN_TYPE_DISABLED
    params.cache_prompt = False
    params.n_ctx_checkpoints = 0  # copies of a window's or a state's cache, for prompts taken from the cache
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = options.threads or threads_for(
        header.parameters, os.cpu_count() or 2
    )
    if on_processors():
        params.n_ubatch = MICRO_BATCH
        if any(repacked(_NUMBERS.get(kind, "")) for kind in header.types):
            # Mapped, the file would lie in memory a second time beside the repacked copy.
            params.load_mode = xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_NONE
    params.fit_params = False
    params.warmup = False
    params.verbosity = options.verbosity
    if options.embeds:
        _set_embedding(params, header, context)
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


def _await_loop(address: str, key: str | None) -> None:
    """Wait until the engine has done its first piece of work, one token.

    Dropped before its task loop runs, it waits for itself for ever. `/health` is answered before that; a completion
    goes through the loop.

    Raises: ModelError when it does not come up.
    """
    host, _, port = address.removeprefix("http://").rpartition(":")
    host = {"0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(host, host)  # noqa: S104 - not bound here: where it is asked
    deadline = time.monotonic() + _START_S
    body = json.dumps({"prompt": "a", "n_predict": 1, "cache_prompt": False})
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(host.strip("[]"), int(port), timeout=_START_S)
        try:
            connection.request("POST", "/completion", body, headers)
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
