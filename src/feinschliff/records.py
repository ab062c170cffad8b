"""The records: all that is stored, sent around or scored. Frozen, and unknown fields are refused."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

_RECORD = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")

Flag = Literal["truncated", "empty", "refused", "looping", "prompt_cut", "stopped_early"]
"""What can be odd about an answer that did arrive."""


class Message(BaseModel):
    """One turn of a conversation."""

    model_config = _RECORD

    role: str
    """`system`, `user`, `assistant`, or another role that the server knows."""
    content: str
    """The turn's text."""


class Example(BaseModel):
    """One row of the user's data."""

    model_config = _RECORD

    id: str
    """Stable name of the row: its `id` column, else a hash of its content; unique within a data set."""
    row: dict[str, JsonValue] = Field(default_factory=dict)
    """All columns by name: the template's variables."""
    target: str | None = None
    """The wanted answer, if there is one."""
    messages: tuple[Message, ...] = ()
    """A whole conversation, where the data holds one."""


class Settings(BaseModel):
    """What a request is made with: parameters by catalogue name, and `model`, `system`, `prompt` where they are set."""

    model_config = _RECORD

    values: dict[str, JsonValue] = Field(default_factory=dict)
    """Catalogue name (or `extra.NAME`) to value; what is absent is not sent."""

    def canonical(self) -> str:
        """The settings as sorted, compact JSON: equal settings give equal text."""
        return canonical_json(self.values)

    def merged(self, other: Settings) -> Settings:
        """These settings, overridden by those of `other`."""
        return Settings(values={**self.values, **other.values})


class TopLogprob(BaseModel):
    """One candidate of a token position."""

    model_config = _RECORD

    token: str
    logprob: float | None
    id: int | None = None
    """The token's number in the model's vocabulary, where the server tells it."""


class TokenLogprob(BaseModel):
    """The chosen token of a position, its log-probability (nats) and the likeliest candidates."""

    model_config = _RECORD

    token: str
    logprob: float | None
    """None where the server gave no finite number."""
    id: int | None = None
    """The token's number, where the server tells it."""
    top: tuple[TopLogprob, ...] = ()


class Answer(BaseModel):
    """One paid answer: a sampled completion, or the record of why there is none."""

    model_config = _RECORD

    key: str
    """Hex SHA-256 of everything that makes this answer what it is, its repeat included."""
    example: str
    """Id of the example it answers."""
    repeat: int
    """0, 1, 2 ...: which sample of the same request this is."""
    text: str
    """The answer proper, without reasoning."""
    reasoning: str | None = None
    """What the model thought aloud (`<think>` blocks, `reasoning_content`), kept apart."""
    finish_reason: str | None = None
    """`stop`, `length`, ... as the server says."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    tokens_estimated: bool = False
    """True where the server told no usage and the counts are estimates."""
    logprobs: tuple[TokenLogprob, ...] | None = None
    latency_s: float = 0.0
    """Seconds from sending to the last byte, of the attempt that succeeded."""
    first_token_s: float | None = None
    """Seconds from sending to the first piece of the answer; None where it came in one piece."""
    attempts: int = 1
    """HTTP requests that this answer took, failures included."""
    flags: tuple[Flag, ...] = ()
    failure: str | None = None
    """Why there is no answer (the text is then empty); None for an answer that arrived."""
    applied: dict[str, JsonValue] | None = None
    """What the server says that it applied (llama.cpp's echo), where it says so."""
    fingerprint: str | None = None
    """The server's `system_fingerprint`."""
    choices: int = 1
    """Completions that came back for the one request; the text is the first one's."""

    @property
    def tokens_per_s(self) -> float | None:
        """Tokens per second once the first was there; None where the answer came in one piece or was a single token."""
        if self.first_token_s is None or self.completion_tokens < 2 or self.latency_s <= self.first_token_s:
            return None
        return (self.completion_tokens - 1) / (self.latency_s - self.first_token_s)


class Score(BaseModel):
    """How good one answer is, 0 to 1 where the measure allows, higher is better."""

    model_config = _RECORD

    value: float | None
    """None: could not be scored; never 0 for that, and never NaN."""
    reason: str | None = None
    """Why `value` is None, or a note."""
    parts: dict[str, float | None] = Field(default_factory=dict)
    """Values of the parts of a weighted sum, by scorer name."""
    transient: bool = False
    """True for a None that another attempt may mend (the budget ended, a server was silent): it is not kept."""


class Trial(BaseModel):
    """One setting that a search tried, with what it has seen of it so far."""

    model_config = _RECORD

    settings: Settings
    origin: str
    """Where the setting came from: `baseline`, `greedy`, `grid`, `model`, `random` ..."""
    round: int
    """The search round that first asked for it; 0 is the first design."""
    scores: dict[str, float | None]
    """Score by `example:repeat`."""
    mean: float | None
    """Mean of the per-example means; None without any score."""
    stderr: float | None
    """Standard error of that mean over examples; None with fewer than two."""


def canonical_json(value: Any) -> str:
    """Sorted, compact JSON in UTF-8 text; refuses NaN and infinities."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(value: Any) -> str:
    """Hex SHA-256 of the canonical JSON of `value`."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
