"""A fake Hugging Face hub and Ollama registry on loopback, with a second host for the files, and faults to order.

In a test:      with FakeHub({"maker/tiny": {"tiny-q8_0.gguf": data}}) as hub: ... HF_ENDPOINT is hub.url
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, quote, unquote, urlsplit

_SMALL = 2000
"""Files below this are not in large-file storage."""


@dataclass
class Asked:
    """One request that came in."""

    host: str
    """`hub` or `files`."""
    path: str
    headers: dict[str, str]
    status: int = 0
    sent: int = 0


@dataclass
class FakeHub:
    """Both hubs at `url`; the files lie on another port. All that can be changed may be changed while it runs."""

    repositories: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)
    """Files by name, by `owner/name`."""
    ollama: Mapping[str, bytes] = field(default_factory=dict)
    """Weights by `name:tag`."""
    token: str | None = None
    """Asked for by the hub; never to be seen by the host of the files."""
    cut_after: list[int] = field(default_factory=list)
    """After so many bytes the next downloads break off, one entry each."""
    statuses: list[int] = field(default_factory=list)
    """What the next downloads answer instead of a file, one entry each."""
    troubles: list[int] = field(default_factory=list)
    """What the hub itself answers to the next questions, one entry each."""
    ranges: bool = True
    """False: a Range is not heeded."""
    spoilt: bool = False
    """True: one byte of each file is another than promised."""
    longer: bool = False
    """True: files are longer than promised."""
    piece_s: float = 0.0
    """Seconds between two pieces of 64 KiB."""
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._servers = [_server(self, "hub"), _server(self, "files")]
        self.url, self.files_url = (f"http://127.0.0.1:{server.server_address[1]}" for server in self._servers)
        # Another host name, not only another port: what goes to one must not go to the other.
        self.files_url = self.files_url.replace("127.0.0.1", "localhost")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def downloads(self) -> list[Asked]:
        """Requests to the host of the files."""
        return [asked for asked in self.asked if asked.host == "files"]


def _server(hub: FakeHub, host: str) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = Asked(host, self.path, {name.lower(): value for name, value in self.headers.items()})
            hub.asked.append(asked)
            try:
                (_answer if host == "hub" else _file)(hub, self, asked)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server


def _answer(hub: FakeHub, handler: BaseHTTPRequestHandler, asked: Asked) -> None:
    parts = urlsplit(asked.path)
    path, query = unquote(parts.path), parse_qs(parts.query)
    if hub.troubles:
        _json(handler, asked, hub.troubles.pop(0), {})
    elif hub.token is not None and asked.headers.get("authorization") != f"Bearer {hub.token}":
        _json(handler, asked, 401, {"error": "Invalid credentials"})
    elif path == "/api/models":
        words = query["search"][0].lower()
        rows = [{"id": name, "downloads": 7} for name in hub.repositories if words in name.lower()]
        _json(handler, asked, 200, rows[: int(query["limit"][0])])
    elif path.startswith("/api/models/"):
        name = path.removeprefix("/api/models/")
        files = hub.repositories.get(name)
        if files is None:
            _json(handler, asked, 404, {"error": "Repository not found"})
        else:
            blobs = query.get("blobs") == ["true"]
            _json(handler, asked, 200, {"id": name, "siblings": [_sibling(n, d, blobs) for n, d in files.items()]})
    elif "/resolve/" in path:
        _redirect(handler, asked, f"{hub.files_url}/hf{quote(path)}")
    elif path.startswith("/v2/"):
        _registry(hub, handler, asked, path)
    else:
        _json(handler, asked, 404, {})


def _sibling(name: str, data: bytes, blobs: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"rfilename": name}
    if blobs:
        row["size"] = len(data)
        row["blobId"] = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        if len(data) >= _SMALL:
            row["lfs"] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 134}
    return row


def _registry(hub: FakeHub, handler: BaseHTTPRequestHandler, asked: Asked, path: str) -> None:
    _, _, owner, name, kind, what = path.split("/", 5)
    short = name if owner == "library" else f"{owner}/{name}"
    if kind == "blobs":
        _redirect(handler, asked, f"{hub.files_url}/blobs/{quote(what)}")
        return
    data = hub.ollama.get(f"{short}:{what}")
    if data is None:
        _json(handler, asked, 404, {"errors": [{"code": "MANIFEST_UNKNOWN"}]})
        return
    layer = {"mediaType": "application/vnd.ollama.image.model", "digest": _digest(data), "size": len(data)}
    template = {"mediaType": "application/vnd.ollama.image.template", "digest": _digest(b"t"), "size": 1}
    config = {"mediaType": "application/vnd.docker.container.image.v1+json", "digest": _digest(_CONFIG), "size": 1}
    _json(handler, asked, 200, {"schemaVersion": 2, "config": config, "layers": [layer, template]})


_CONFIG = json.dumps({"model_format": "gguf", "file_type": "Q8_0"}).encode()


def _file(hub: FakeHub, handler: BaseHTTPRequestHandler, asked: Asked) -> None:
    data = _found(hub, unquote(asked.path))
    if data is None:
        _json(handler, asked, 404, {})
        return
    if hub.spoilt:
        data = data[:-1] + bytes([data[-1] ^ 1])
    if hub.longer:
        data += b"more"
    if hub.statuses and (status := hub.statuses.pop(0)):
        _json(handler, asked, status, {})
        return
    begin, status = 0, 200
    if hub.ranges and (wanted := asked.headers.get("range")):
        begin, status = int(wanted.removeprefix("bytes=").rstrip("-")), 206
    asked.status = status
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(data) - begin))
    if status == 206:
        handler.send_header("Content-Range", f"bytes {begin}-{len(data) - 1}/{len(data)}")
    handler.end_headers()
    end = begin + hub.cut_after.pop(0) if hub.cut_after else len(data)
    for place in range(begin, min(end, len(data)), 1 << 16):
        piece = data[place : min(place + (1 << 16), end)]
        handler.wfile.write(piece)
        asked.sent += len(piece)
        time.sleep(hub.piece_s)
    handler.close_connection = end < len(data)


def _found(hub: FakeHub, path: str) -> bytes | None:
    if path.startswith("/hf/"):
        name, _, file = path.removeprefix("/hf/").partition("/resolve/main/")
        return hub.repositories.get(name, {}).get(file)
    every = {_digest(data): data for data in (*hub.ollama.values(), _CONFIG)}
    return every.get(path.removeprefix("/blobs/"))


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _redirect(handler: BaseHTTPRequestHandler, asked: Asked, url: str) -> None:
    asked.status = 302
    handler.send_response(302)
    handler.send_header("Location", url)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def _json(handler: BaseHTTPRequestHandler, asked: Asked, status: int, value: Any) -> None:
    content = json.dumps(value).encode()
    asked.status = status
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)
