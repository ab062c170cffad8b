"""The model that all methods ask: one engine, which counts requests and tokens by its own usage."""

from __future__ import annotations

import hashlib
import http.client
import json
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from benchmarks.tuning.tasks import TuningTask
from feinschliff.endpoints import engine as parts
from feinschliff.endpoints.gguf import read_header
from feinschliff.generation import render_messages
from feinschliff.models.house import house_path
from feinschliff.records import Example, Settings

SLOTS = 4
CONTEXT_TOKENS = 768
"""Of a slot; the longest prompt with the longest answer takes about 450."""
PROMPT_CACHE_MIB = 1024
"""All prompts of a task: computed once, they cost no more. It changes low bits of an answer, and no distribution."""

_TEXTS = ("system", "prompt")


@dataclass(frozen=True)
class Reply:
    """One completion."""

    text: str
    prompt_tokens: int
    completion_tokens: int


@dataclass
class Counts:
    """What the server has done, by its own usage; one completion is one request."""

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def add(self, reply: Reply) -> None:
        """Count one reply."""
        self.requests += 1
        self.prompt_tokens += reply.prompt_tokens
        self.completion_tokens += reply.completion_tokens

    def to_dict(self) -> dict[str, int]:
        """As results keep them."""
        return dict(vars(self))


Job = tuple[Settings, Example, int]
"""Settings, example, seed of the request."""


class Ground:
    """A shipped model, served in this process.

    Args:
        model: its name.
        slots: answers made at the same time.
    """

    def __init__(self, model: str, *, slots: int = SLOTS) -> None:
        file = house_path(model)
        options = parts.EngineOptions(model, None, slots=slots, context_tokens=CONTEXT_TOKENS)
        params = parts._params(file, read_header(file), options)
        params.cache_prompt = True
        params.cache_ram_mib = PROMPT_CACHE_MIB
        self._server = parts._start(params, file)
        self.address: str = self._server.listening_address
        parts._await_loop(self.address, None)
        self.slots = slots
        self._threads = ThreadPoolExecutor(slots)
        self._local = threading.local()
        self._connections: list[http.client.HTTPConnection] = []

    def __enter__(self) -> Ground:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown()
        for connection in self._connections:
            connection.close()
        self._server = None

    def ask(self, jobs: Sequence[Job]) -> list[Reply]:
        """One reply each, in order. Raises: RuntimeError where the server refuses one."""
        return list(self._threads.map(self._one, jobs))

    def _one(self, job: Job) -> Reply:
        settings, example, seed = job
        body = {
            "messages": [turn.model_dump() for turn in render_messages(example, settings)],
            **{name: value for name, value in settings.values.items() if name not in _TEXTS},
            "seed": seed,
        }
        answer = self._post("/v1/chat/completions", body)
        usage = answer["usage"]
        text = answer["choices"][0]["message"]["content"]
        return Reply(text, usage["prompt_tokens"], usage["completion_tokens"])

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        try:
            response = self._send(path, body)
        except (ConnectionError, http.client.HTTPException):  # a connection that idled while answers were scored
            self._local.connection.close()  # it connects again by itself
            response = self._send(path, body)
        data = response.read()
        if response.status != http.HTTPStatus.OK:
            raise RuntimeError(f"HTTP {response.status}: {data[:300]!r}")
        document: dict[str, Any] = json.loads(data)
        return document

    def _send(self, path: str, body: Mapping[str, Any]) -> http.client.HTTPResponse:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection(self.address.removeprefix("http://"), timeout=600)
            self._local.connection = connection
            self._connections.append(connection)
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        response: http.client.HTTPResponse = connection.getresponse()
        return response


def score_units(
    ground: Ground, task: TuningTask, units: Sequence[tuple[Settings, Example, str]], counts: Counts | None = None
) -> list[float]:
    """Ask for each unit's answers and score them; a unit is (settings, example, its name `SEED/EXAMPLE/REPEAT`).

    `n` among the settings says how many answers the unit has; it is not sent.
    """
    jobs: list[Job] = []
    sizes: list[int] = []
    for settings, example, name in units:
        values = dict(settings.values)
        size = int(str(values.pop("n", task.answers)))
        sizes.append(size)
        jobs += [(Settings(values=values), example, request_seed(name, index)) for index in range(size)]
    replies = iter(ground.ask(jobs))
    found: list[float] = []
    for (_, example, name), size in zip(units, sizes, strict=True):
        told = [next(replies) for _ in range(size)]
        if counts is not None:
            for reply in told:
                counts.add(reply)
        found.append(task.score([reply.text for reply in told], example.target or "", example.row, name))
    return found


def request_seed(unit: str, index: int) -> int:
    """The seed of a unit's answer: 31 bits."""
    return int.from_bytes(hashlib.sha256(f"{unit}/{index}".encode()).digest()[:4], "big") >> 1
