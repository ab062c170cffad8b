"""Model servers that run on this machine, found by the ports that they use unless told otherwise."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import MappingProxyType

from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.endpoints.protocol import Backend
from feinschliff.errors import EndpointError

USUAL_PORTS: Mapping[int, Backend] = MappingProxyType(
    {11434: "ollama", 1234: "lmstudio", 8080: "llama.cpp", 8000: "vllm"}
)
"""Port by server software."""

_CONNECT_S = 0.3
_HOST = "127.0.0.1"


@dataclass(frozen=True)
class LocalServer:
    """A server on this machine that speaks like OpenAI's."""

    url: str
    """Base URL, as `--endpoint` takes it."""
    backend: Backend
    """What answers there, by what it tells of itself and not by its port."""
    models: tuple[str, ...]
    trouble: str | None
    """Why it does not list its models (it wants a key, say); None where it does."""
    seconds: float
    """How long it took to list its models."""


def find_servers(ports: Mapping[int, Backend] = USUAL_PORTS, *, within_s: float = 2.0) -> list[LocalServer]:
    """What answers on these ports of the loopback, in their order; each is given up after `within_s` seconds.

    Something that listens there but is no model server is left out.
    """
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
            return LocalServer(url, endpoint.backend, names, None, time.perf_counter() - started)
        except EndpointError as error:
            backend = _software(endpoint)
            trouble = error.found or error.message
            # A web server of another kind has no list of models; one that wants a key for it is taken for one of ours.
            if backend == "unknown" and not trouble.startswith(("HTTP 401", "HTTP 403")):
                return None
            return LocalServer(url, backend, (), trouble, time.perf_counter() - started)


def _software(endpoint: HttpEndpoint) -> Backend:
    try:
        return endpoint.backend
    except EndpointError:
        return "unknown"
