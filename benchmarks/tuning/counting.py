"""A way to the engine that counts what goes through: for programs that ask a server by themselves."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from benchmarks.tuning.ground import Counts, Ground, Reply
from benchmarks.tuning.tasks import TuningTask
from feinschliff.generation import render_messages

PARTS = ("search", "held_out", "other")
"""By the example that a request asks about; `other` are those about none, as probes are."""

_COMPLETIONS = "/v1/chat/completions"


def _without(body: bytes, names: Sequence[str]) -> bytes:
    document: dict[str, Any] = json.loads(body)
    return json.dumps({name: value for name, value in document.items() if name not in names}).encode()


class Counting:
    """Forwards to the engine, and counts completions by the usage that the engine tells.

    `blind`: log-probabilities do not come through, as from a server that has none and ignores the wish.
    """

    def __init__(self, ground: Ground, task: TuningTask, *, blind: bool = False) -> None:
        self._host = ground.address.removeprefix("http://")
        search = {example.id for example in task.search}
        self._part = {}
        for example in task.pool:
            asked = render_messages(example, task.start)[-1].content
            self._part[asked] = "search" if example.id in search else "held_out"
        self._lock = threading.Lock()
        self.counts = {part: Counts() for part in PARTS}
        counting = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                """Nothing is logged."""

            def do_GET(self) -> None:
                self._forward("GET", None)

            def do_POST(self) -> None:
                self._forward("POST", self.rfile.read(int(self.headers.get("Content-Length", 0))))

            def setup(self) -> None:
                super().setup()
                self._engine = http.client.HTTPConnection(counting._host, timeout=600)

            def finish(self) -> None:
                self._engine.close()
                super().finish()

            def _forward(self, verb: str, body: bytes | None) -> None:
                if blind and body is not None and self.path == _COMPLETIONS:
                    body = _without(body, ("logprobs", "top_logprobs"))
                status, data = self._asked(verb, body)
                if self.path == _COMPLETIONS and body is not None and status == http.HTTPStatus.OK:
                    counting.count(json.loads(body), json.loads(data))
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def _asked(self, verb: str, body: bytes | None) -> tuple[int, bytes]:
                for last in (False, True):
                    try:
                        self._engine.request(verb, self.path, body, {"Content-Type": "application/json"})
                        response = self._engine.getresponse()
                        return response.status, response.read()
                    except (ConnectionError, http.client.HTTPException):  # a connection that has idled too long
                        self._engine.close()
                        if last:
                            raise
                raise AssertionError

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> Counting:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def count(self, asked: dict[str, Any], answered: dict[str, Any]) -> None:
        """Count the completions of one request; each is a request of its own, however they are asked for."""
        part = self._part.get(asked["messages"][-1]["content"], "other")
        usage, several = answered["usage"], len(answered["choices"])
        with self._lock:
            self.counts[part].add(Reply("", usage["prompt_tokens"], usage["completion_tokens"]))
            self.counts[part].requests += several - 1
