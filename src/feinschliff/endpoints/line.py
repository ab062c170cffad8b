"""What all batches of one endpoint share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import JsonValue

from feinschliff.endpoints.limits import Breaker, Patience, RateLimit
from feinschliff.endpoints.protocol import Backend, Streaming
from feinschliff.endpoints.stream import AnswerStream
from feinschliff.endpoints.transport import AttemptFailed


@dataclass(frozen=True)
class Line:
    """The way to one server's completions."""

    shown: str
    """The endpoint's redacted URL, for messages."""
    plain: bool
    """True: plain completions."""
    concurrency: int
    post: Callable[[bytes, float], Awaitable[bytes]]
    """Body and seconds to the response's body. Raises: AttemptFailed."""
    stream: Callable[[bytes, float, AnswerStream], Awaitable[None]]
    """The same for a response in pieces, handed over as they come. Raises: AttemptFailed, BrokenBody."""
    backend: Callable[[], Awaitable[Backend]]
    dialect: StreamDialect
    redact: Callable[[str], str]
    breaker: Breaker
    patience: Patience
    rate: RateLimit
    embed: Callable[[bytes, float], Awaitable[bytes]] | None = None
    """As `post`, for embeddings."""
    native: bool = False
    """True: Ollama's own chat."""


class StreamDialect:
    """The fields that ask this server for a stream; learns from a refusal."""

    def __init__(self) -> None:
        self._options = True

    def fields(self, streaming: Streaming, backend: Backend) -> dict[str, JsonValue]:
        """Fields of the request: a stream with its usage at the end.

        Who ends a request early never sees that end: llama.cpp and vLLM can tell beside every piece.
        """
        fields: dict[str, JsonValue] = {"stream": True}
        if self._options:
            options: dict[str, JsonValue] = {"include_usage": True}
            if streaming.stop_loops and backend == "vllm":
                options["continuous_usage_stats"] = True
            fields["stream_options"] = options
        if streaming.stop_loops and backend == "llama.cpp":
            fields["timings_per_token"] = True
        return fields

    def learns_from(self, failed: AttemptFailed) -> bool:
        """Whether a refusal was one of `stream_options`, which is not sent any more then: older servers lack it."""
        if failed.status not in (400, 422, 500) or "stream_options" not in str(failed):
            return False
        self._options = False
        return True
