"""The real engine: llama.cpp's server inside this process, asked over HTTP."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xllamacpp

SLOTS = 8


@dataclass(frozen=True)
class Answer:
    """What came back for one prompt."""

    text: str
    stopped: bool
    """Whether the model ended the line itself."""
    tokens: int


class Engine:
    """A llama.cpp server on a free port."""

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.n_parallel = SLOTS
        params.n_ctx = SLOTS * 1024
        params.kv_unified = False
        params.cpuparams.n_threads = threads
        params.cpuparams_batch.n_threads = threads
        params.warmup = False
        params.verbosity = -1
        params.port = 0
        self._server = xllamacpp.Server(params)
        self.address = self._server.listening_address

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """One JSON request."""
        request = urllib.request.Request(
            self.address + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=120) as response:
            return dict(json.load(response))

    def ask(
        self, prompts: Sequence[str], *, system: str | None, seed: int = 0, max_tokens: int = 32, **settings: float
    ) -> list[Answer]:
        """One answer to each prompt, in order."""

        def one(index: int) -> Answer:
            messages = [{"role": "system", "content": system}] if system else []
            messages.append({"role": "user", "content": prompts[index]})
            body = {"messages": messages, "max_tokens": max_tokens, "seed": seed + index, **settings}
            reply = self.post("/v1/chat/completions", body)
            choice = reply["choices"][0]
            return Answer(
                choice["message"]["content"] or "",
                choice["finish_reason"] == "stop",
                reply["usage"]["completion_tokens"],
            )

        with ThreadPoolExecutor(SLOTS) as pool:
            return list(pool.map(one, range(len(prompts))))
