"""Model servers that run on this machine, found by the ports that they use unless told otherwise."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import MappingProxyType

from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.endpoints.protocol import Backend
from feinschliff.errors import EndpointError, InputError
from feinschliff.i18n import tr

USUAL_PORTS: Mapping[int, Backend] = MappingProxyType(
    {11434: "ollama", 1234: "lmstudio", 8080: "llama.cpp", 9931: "llama.cpp", 8000: "vllm"}
)
"""Server software by port; `transformers serve` uses 8000 as well."""

PORTS_VARIABLE = "FEIN_PORTS"
"""Environment variable with the ports to look at instead: numbers, with commas between them."""

_CONNECT_S = 0.3
_HOST = "127.0.0.1"
_PORTS = 1 << 16


@dataclass(frozen=True)
class LocalServer:
    """A server on this machine that speaks like OpenAI's."""

    url: str
    """Base URL, as `--endpoint` takes it."""
    backend: Backend
    """What answers there, by what it tells of itself and not by its port."""
    models: tuple[str, ...]
    native: str | None
    """Ollama's own address beside that, which takes more settings; None for others."""
    trouble: str | None
    """Why it does not list its models (it wants a key, say); None where it does."""
    seconds: float
    """How long it took to list its models."""


def ports_to_look_at() -> Sequence[int]:
    """The ports of `FEIN_PORTS`, else the usual ones. Raises: InputError for what is no list of ports."""
    text = os.environ.get(PORTS_VARIABLE, "")
    if not text.strip():
        return tuple(USUAL_PORTS)
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isdigit() and 0 < int(part) < _PORTS for part in parts):
        raise InputError(
            tr("{variable} is no list of ports", variable=PORTS_VARIABLE),
            asked=f"{PORTS_VARIABLE}={text}",
            mend=tr("write numbers with commas between them, for example {ports}", ports="11434,8080"),
        )
    return tuple(dict.fromkeys(int(part) for part in parts))


def find_servers(ports: Iterable[int] | None = None, *, within_s: float = 2.0) -> list[LocalServer]:
    """What answers on these ports of the loopback (the usual ones, or those of `FEIN_PORTS`), in their order; each is
    given up after `within_s` seconds.

    Something that listens there but is no model server is left out.

    Raises: InputError for a `FEIN_PORTS` that is no list of ports.
    """
    ports = tuple(ports_to_look_at() if ports is None else ports)
    with ThreadPoolExecutor(max(1, len(ports))) as pool:
        found = pool.map(lambda port: _look(port, within_s), ports)
        return [server for server in found if server is not None]


def _look(port: int, within_s: float) -> LocalServer | None:
    try:
        socket.create_connection((_HOST, port), timeout=_CONNECT_S).close()
    except OSError:
        return None
    url = f"http://{_HOST}:{port}/v1"
    with HttpEndpoint(url, until=time.monotonic() + within_s) as endpoint:
        started = time.perf_counter()
        try:
            names = tuple(model.name for model in endpoint.models())
            seconds, backend = time.perf_counter() - started, endpoint.backend
            return LocalServer(url, backend, names, _native(port, backend), None, seconds)
        except EndpointError as error:
            backend = _software(endpoint)
            trouble = error.found or error.message
            # A web server of another kind has no list of models; one that wants a key for it is taken for one of ours.
            if backend == "unknown" and not trouble.startswith(("HTTP 401", "HTTP 403")):
                return None
            return LocalServer(url, backend, (), _native(port, backend), trouble, time.perf_counter() - started)


def _native(port: int, backend: Backend) -> str | None:
    return f"http://{_HOST}:{port}" if backend == "ollama" else None


def _software(endpoint: HttpEndpoint) -> Backend:
    try:
        return endpoint.backend
    except EndpointError:
        return "unknown"
