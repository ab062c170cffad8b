"""What a server makes of each field of a request: honoured, clamped, dropped, refused, turned into another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["number", "int", "text", "bool", "any"]


class Refused(Exception):
    """The request is answered with this status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Quirk:
    """What becomes of one field."""

    sets: str = ""
    """The sampler's setting that it sets; empty: it is read, and does nothing."""
    kind: Kind = "number"
    low: float | None = None
    high: float | None = None
    outside: Literal["clamp", "reject"] | None = None
    rejected: bool = False
    """The field is refused whatever its value."""
    turn: Callable[[Any], Any] | None = None
    """Applied to the value before it is set."""

    def value(self, name: str, value: Any, manners: Manners) -> Any:
        """The value that is set. Raises: Refused."""
        if self.rejected:
            raise manners.refusal(name, f"Unsupported parameter: '{name}' is not supported with this model.")
        if manners.checks_types and not _fits(value, self.kind):
            raise manners.refusal(name, f"'{name}': Input should be a valid {self.kind}")
        if not _fits(value, self.kind):
            return None
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = self._in_range(name, value, manners)
        return value if self.turn is None else self.turn(value)

    def _in_range(self, name: str, value: float, manners: Manners) -> float:
        low, high = self.low, self.high
        if (low is None or value >= low) and (high is None or value <= high):
            return value
        if self.outside == "reject":
            raise manners.refusal(name, f"'{name}' must be in [{low}, {high}], got {value}")
        if self.outside == "clamp":
            return low if low is not None and value < low else high  # type: ignore[return-value]
        return value


@dataclass(frozen=True)
class Manners:
    """How a server behaves beyond its fields."""

    unknown: Literal["ignored", "rejected"] = "ignored"
    status: int = 400
    """Of its refusals."""
    names: bool = True
    """Whether a refusal names the field."""
    checks_types: bool = True
    seeded: bool = True
    """False: a request's seed does nothing."""
    random: bool = True
    """False: without a (working) seed the same request gives the same answer every time."""
    noise: float = 0.0
    """Share of the answers that come out a little different for no reason, as with changing batches on a GPU."""
    style: Literal["llama.cpp", "vllm", "gumbel"] = "vllm"
    echo: bool = False
    """Tells with `verbose: true` what it applied."""
    logprobs: Literal["raw", "processed"] | None = "raw"
    most_logprobs: int = 20
    usage: Literal["all", "one"] | None = "all"
    """Whether the tokens of all choices are counted, of one, or none told."""
    context: int | None = None
    """Longer prompts are cut to so many tokens, without a word."""
    fingerprint: str | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Settings that apply where nothing is sent, where they are not off."""

    def refusal(self, name: str, message: str) -> Refused:
        """The refusal of a field, in this server's words."""
        return Refused(self.status, message if self.names else "Invalid request.")


def read_fields(body: Mapping[str, Any], fields: Mapping[str, Quirk], manners: Manners) -> dict[str, Any]:
    """The settings that a body makes. Raises: Refused."""
    made: dict[str, Any] = {}
    for name, value in body.items():
        if name in _CARRIERS or value is None:
            continue
        quirk = fields.get(name)
        if quirk is None:
            if manners.unknown == "rejected":
                raise manners.refusal(name, f"Unrecognized request argument supplied: {name}")
            continue
        value = quirk.value(name, value, manners)
        if quirk.sets and value is not None:
            made[quirk.sets] = value
    return made


_CARRIERS = frozenset({"model", "messages", "prompt", "stream", "stream_options", "verbose"})


def _fits(value: Any, kind: Kind) -> bool:
    if kind == "any":
        return True
    if kind == "text":
        return isinstance(value, str) or (isinstance(value, list) and all(isinstance(v, str) for v in value))
    if kind == "bool":
        return isinstance(value, bool)
    return isinstance(value, int | float) and not isinstance(value, bool)
