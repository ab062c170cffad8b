"""What a tuning run came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue

from feinschliff.measure import Difference, HeldOut, Level, VerdictText


@dataclass(frozen=True)
class Result:
    """The outcome of `tune` or `compare`; `to_dict()` is the command line's JSON document."""

    run: str
    name: str | None
    verdict: VerdictText | None
    settings: dict[str, JsonValue]
    """The search's winner, which `held_out.best` measured."""
    baseline_settings: dict[str, JsonValue]
    """The same parameters as used today; None for what is unknown and was not sent."""
    recommended: dict[str, JsonValue]
    """`settings` if better, else `baseline_settings`; but never the side that breaks a constraint which the other does
    not break."""
    held_out: HeldOut
    knobs: dict[str, str]
    """Status by parameter: honoured, clamped, inert, rejected or unknown."""
    spent: dict[str, float | int | None]
    warnings: list[str]
    report: str | None = None
    constraints: list[dict[str, Any]] = field(default_factory=list)
    """What was to be held, measured on both sides (see `Held.to_dict`)."""
    recommendation: dict[str, Any] | None = None
    """By which rule `settings` were chosen among those tied with the best, and why (see `tuning.preferred`); None where
    nothing was searched."""
    pareto: list[dict[str, Any]] = field(default_factory=list)
    """Settings that no other one is ahead of in score, cost and time (see `tuning.pareto`)."""
    details: dict[str, Any] = field(default_factory=dict)
    """Trials, history, effects, answers side by side: what the report shows."""

    def to_dict(self) -> dict[str, Any]:
        """As `fein tune --json` prints it."""
        return {
            "run": self.run,
            "name": self.name,
            "verdict": self.verdict,
            "settings": self.settings,
            "baseline_settings": self.baseline_settings,
            "recommended": self.recommended,
            "recommendation": self.recommendation,
            "held_out": self.held_out.to_dict(),
            "constraints": self.constraints,
            "pareto": self.pareto,
            "knobs": self.knobs,
            "spent": self.spent,
            "warnings": self.warnings,
            "report": self.report,
        }


def from_dict(document: dict[str, Any], details: dict[str, Any] | None = None) -> Result:
    """The result that `to_dict` wrote."""
    h = document["held_out"]
    measured = HeldOut(
        unit=h["unit"],
        n=h["n"],
        best=Level(**h["best"]),
        baseline=Level(**h["baseline"]),
        difference=Difference(**h["difference"]),
        detectable=h["detectable"],
    )
    return Result(**{**document, "held_out": measured}, details=details or {})
