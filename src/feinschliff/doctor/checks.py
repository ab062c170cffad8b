"""One line of the doctor's report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from feinschliff.errors import FeinschliffError

Status = Literal["ok", "missing", "broken"]
"""`missing` is what one may do without; `broken` is there (or wanted) and does not work."""


@dataclass(frozen=True)
class Check:
    """What was looked at, and what came of it."""

    name: str
    """Key for programs: `python`, `engine`, `extra.postgres` ..."""
    title: str
    """The same in the user's language."""
    status: Status
    found: str
    """One line."""
    mend: str | None = None
    """What to do; None where nothing is to be done."""
    needed: bool = False
    """True where the main job cannot run without it."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """The same for programs."""

    def to_dict(self) -> dict[str, Any]:
        """As `fein doctor --json` prints it."""
        return {
            "name": self.name,
            "status": self.status,
            "needed": self.needed,
            "found": self.found,
            "mend": self.mend,
            "facts": dict(self.facts),
        }


def broken(name: str, title: str, error: FeinschliffError, *, needed: bool) -> Check:
    """A check that ended with an error."""
    found = error.message if error.found is None else f"{error.message}: {error.found}"
    return Check(name, title, "broken", found, error.mend, needed)
