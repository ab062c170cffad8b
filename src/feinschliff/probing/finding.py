"""What a probe says of a knob, and how a test of one is written."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from pydantic import JsonValue

from feinschliff.i18n import tr
from feinschliff.records import Answer

Status = Literal["honoured", "clamped", "inert", "rejected", "unknown"]
"""honoured: it acts; clamped: it acts, but values outside a range are moved into it without a word; inert: accepted,
and nothing comes of it; rejected: an error; unknown: what was asked does not tell."""


@dataclass(frozen=True)
class Finding:
    """The status of a knob, and what it rests on in a sentence or two."""

    status: Status
    evidence: str
    low: float | None = None
    """Smallest value that the server takes, where a smaller one was moved or refused."""
    high: float | None = None
    """Largest value, likewise."""
    taken: tuple[float, float] | None = None
    """The smallest and the largest value that was sent and not refused; None: no number was."""
    tested: bool = True
    """False where nothing was asked."""

    def to_dict(self) -> dict[str, Any]:
        """As `fein probe --json` has it."""
        made: dict[str, Any] = {"status": self.status, "evidence": self.evidence}
        made |= {k: v for k, v in (("low", self.low), ("high", self.high)) if v is not None}
        return made | ({} if self.taken is None else {"taken": list(self.taken)})


@dataclass(frozen=True)
class Wish:
    """A request that a test needs: values by catalogue name (or `extra.NAME`), for the how manieth time."""

    values: Mapping[str, JsonValue]
    repeat: int = 0


@dataclass(frozen=True)
class Heard:
    """What came of a wish."""

    answer: Answer

    @property
    def refused(self) -> bool:
        """True where there is no answer but an error."""
        return self.answer.failure is not None

    @property
    def why(self) -> str:
        """The error, at most 160 characters."""
        words = self.answer.failure or ""
        return words if len(words) <= 160 else words[:157] + "..."

    @property
    def text(self) -> str | None:
        """All that the model said, its reasoning included; None for an error."""
        if self.answer.failure is not None:
            return None
        return "\n".join(part for part in (self.answer.reasoning, self.answer.text) if part)

    @property
    def words(self) -> list[str]:
        """The text cut at blanks, or into characters where it has none."""
        text = self.text or ""
        return text.split() if len(text.split()) > 1 else list(text)


@dataclass(frozen=True)
class Step:
    """The next wishes of a test, and its finding if nothing more may be asked."""

    wishes: Sequence[Wish]
    otherwise: Finding = field(
        default_factory=lambda: Finding("unknown", tr("The requests that were allowed did not reach for it."))
    )


Test: TypeAlias = Generator[Step, list[Heard], Finding]
"""Yields steps, is sent what came of them, and returns the finding."""


def shown(value: JsonValue) -> str:
    """A value as evidence shows it."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def likeness(a: Sequence[str], b: Sequence[str]) -> float:
    """Share of places at which two texts have the same word, 0 to 1; of the longer one."""
    if not a or not b:
        return 1.0 if a == b else 0.0
    return sum(x == y for x, y in zip(a, b, strict=False)) / max(len(a), len(b))
