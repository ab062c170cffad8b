"""What an endpoint is: something that turns a batch of requests into replies, and says what it knows of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Protocol, Self

from pydantic import JsonValue

from feinschliff.parameters.dialects import Dialect
from feinschliff.records import Message, TokenLogprob

Backend = Literal[
    "llama.cpp", "ollama", "lmstudio", "vllm", "transformers", "openai", "openrouter", "anthropic", "unknown"
]
"""Server software, as far as it could be told; decides the wire names in `parameters.wire`."""

EMBEDDED = "embedded:"
"""How the identity of an engine in this process begins; the SHA-256 of its file follows."""


class Listener(Protocol):
    """Hears an answer while it is being made; called from the endpoint's thread, and must be quick."""

    def piece(self, text: str, thought: str) -> None:
        """The next part of the answer and of its reasoning; one of them is mostly empty. Either may end within a
        character (half of a surrogate pair)."""
        ...

    def broken(self, why: str) -> None:
        """The attempt has failed; if there is another one, its answer begins anew."""
        ...


@dataclass(frozen=True, slots=True)
class Streaming:
    """That an answer is to be sent in pieces, and what is done with them."""

    stop_loops: bool = False
    """The request is ended as soon as the answer is stuck in a loop for certain (`text.stuck`)."""
    listener: Listener | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request to be made: everything but the address and the key."""

    id: str
    """Opaque to the endpoint; comes back with the reply."""
    model: str
    messages: tuple[Message, ...]
    fields: Mapping[str, JsonValue]
    """Wire fields beside `model` and `messages`, ready to send (`temperature`, `seed`, `max_tokens`, ...)."""
    prompt_tokens: int
    """Estimate of the prompt's tokens."""
    max_tokens: int
    """Most tokens that the answer can have; what a token budget reserves."""
    streaming: Streaming | None = None
    """None: the answer comes in one piece."""
    embeds: bool = False
    """True: no answer is wanted but the embedding of each message's text."""
    trial: bool = False
    """True: it is asked to see whether the server takes its fields; a 500 that stays the same is an answer, too."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back for one request, or why nothing did."""

    request: Request
    text: str = ""
    """Content as sent, reasoning blocks included."""
    reasoning: str | None = None
    """`reasoning_content` (or `reasoning`) of the message, where the server sends one."""
    finish_reason: str | None = None
    prompt_tokens: int | None = None
    """As the server counts; None where it does not say."""
    completion_tokens: int | None = None
    logprobs: tuple[TokenLogprob, ...] | None = None
    latency_s: float = 0.0
    attempts: int = 1
    failure: str | None = None
    """None for a usable reply; else one sentence (a 4xx with the server's own words, or retries used up)."""
    transient: bool = False
    """True for a failure that may pass: retries are used up, but the server never refused this request as such."""
    refusal: str | None = None
    """The message's `refusal` field, where the server sends one."""
    applied: Mapping[str, JsonValue] | None = None
    """llama.cpp: `__verbose.generation_settings` when the request held `verbose: true`."""
    fingerprint: str | None = None
    first_token_s: float | None = None
    """Seconds from sending to the first piece of the answer; None where it came in one piece."""
    pieces: int = 0
    """Pieces that it came in: at least so many tokens were made."""
    stopped_early: bool = False
    """True where the request was ended because the answer looped; the text ends where that was certain."""
    choices: int = 1
    """Completions that came back; only the first one's text is kept."""
    vectors: tuple[tuple[float, ...], ...] = ()
    """The embeddings that were asked for, one per message, all of one length."""


class Gate(Protocol):
    """Asked before every HTTP attempt, first or retry. Called from one thread only."""

    def admit(self, request: Request) -> bool:
        """True: go ahead, the attempt is charged. False: the budget is used up; the attempt must not be made."""
        ...

    def time_left_s(self) -> float | None:
        """Seconds that an attempt may still take; None without a limit. What takes longer is given up."""
        ...

    def settle(self, request: Request, reply: Reply | None, *, lost: bool = False) -> None:
        """The attempt is over; `reply` is None where it failed.

        `lost`: it failed in a way that leaves open whether the server had begun, or even finished, an answer.
        """
        ...


Sink = Callable[[Reply, Callable[[], None]], None]
"""Takes a reply and a callback to be called (from any thread) once the reply is durable. The connection that brought
the reply is not used for the next request before that, so a kill loses at most `concurrency` answers."""


@dataclass(frozen=True)
class ModelInfo:
    """One model that an endpoint lists."""

    name: str
    digest: str | None = None
    """Content hash, where the server tells one (Ollama, the embedded engine)."""
    context_length: int | None = None
    """Tokens per request, where the server tells."""


@dataclass(frozen=True)
class SendReport:
    """How a batch ended."""

    sent: int = 0
    """HTTP attempts made."""
    unsent: tuple[Request, ...] = ()
    """Requests that the gate did not admit (in their order)."""
    failed_attempts: Mapping[str, int] = field(default_factory=dict)
    """Count of failed attempts by kind: `429`, `500`, `timeout`, `connection`, `broken_body`, ..."""


class Endpoint(Protocol):
    """An open connection to one server. Synchronous outside, concurrent inside; usable as a context manager."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def identity(self) -> str:
        """What the answer key holds: the redacted base URL, or `embedded:` + SHA-256 of the model file."""
        ...

    @property
    def backend(self) -> Backend: ...

    @property
    def version(self) -> str | None:
        """The server software's version, where it tells one: what a probe has found is found anew for another."""
        return None

    @property
    def concurrency(self) -> int:
        """Requests in flight at most."""
        ...

    def dialect(self, model: str) -> Dialect:
        """How settings are written for this model here: the backend's own, in one of its two forms."""
        ...

    def models(self) -> list[ModelInfo]:
        """What the server lists. Raises: EndpointError when it cannot be reached."""
        ...

    def defaults(self, model: str) -> dict[str, JsonValue]:
        """Sampling defaults that the server tells of itself, by catalogue name; empty where it tells none."""
        ...

    def prompt_ids(self, model: str, messages: Sequence[Message]) -> tuple[int, ...] | None:
        """Ids of the prompt's tokens as the server makes it from messages; None where it does not tell.

        Raises: EndpointError when it cannot be reached.
        """
        return None

    def vocabulary(self, model: str) -> int | None:
        """Tokens that the model knows; None where that is not told. Raises: EndpointError when it cannot be reached."""
        return None

    def send(self, requests: Iterable[Request], *, gate: Gate, sink: Sink) -> SendReport:
        """Send all, retrying what can be retried; each reply goes to `sink` as it comes.

        Raises:
            EndpointGone: too many failures in a row; replies so far have gone to the sink.
            RequestRefused: the server refuses this kind of request for good (401 to 404, or every request with 4xx).
            Interrupted: Ctrl-C; replies so far have gone to the sink, those in flight are given up.
        """
        ...

    def close(self) -> None: ...
