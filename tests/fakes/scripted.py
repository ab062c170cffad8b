"""An endpoint in the process whose answers are a function of the request: for what a real one cannot show on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pydantic import JsonValue

from feinschliff.endpoints.protocol import Backend, Gate, ModelInfo, Reply, Request, SendReport, Sink
from feinschliff.parameters.dialects import Dialect, dialect_of

AnswerFunction = Callable[[Request], str | Reply]


class ScriptedEndpoint:
    """Answers at once, one request after the other, and counts them."""

    backend: Backend = "unknown"
    version: str | None = None
    concurrency = 4

    def __init__(
        self,
        answer: AnswerFunction,
        *,
        identity: str = "scripted",
        told: dict[str, JsonValue] | None = None,
        models: tuple[str, ...] = ("toy",),
    ) -> None:
        self.identity = identity
        self.requests: list[Request] = []
        self._answer = answer
        self._told = told or {}
        self._models = models

    def models(self) -> list[ModelInfo]:
        return [ModelInfo(name) for name in self._models]

    def dialect(self, model: str) -> Dialect:
        return dialect_of(self.backend, model=model)

    def defaults(self, model: str) -> dict[str, JsonValue]:
        return dict(self._told)

    def send(self, requests: Iterable[Request], *, gate: Gate, sink: Sink) -> SendReport:
        unsent = []
        for request in requests:
            if not gate.admit(request):
                unsent.append(request)
                continue
            self.requests.append(request)
            made = self._answer(request)
            reply = made if isinstance(made, Reply) else Reply(request, text=made, finish_reason="stop")
            gate.settle(request, reply)
            sink(reply, lambda: None)
        return SendReport(sent=len(self.requests), unsent=tuple(unsent))

    def close(self) -> None:
        """Nothing is open."""
