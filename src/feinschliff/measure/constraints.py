"""What answers have to keep to, whatever they score: `tokens <= 300`, `latency <= 200 ms`, `json >= 95 %`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from feinschliff.errors import ParameterError, ScorerError
from feinschliff.i18n import tr
from feinschliff.measure.gauges import COST, LATENCY, TOKENS, Gauge
from feinschliff.scorers.group import is_group
from feinschliff.scorers.protocol import Scorer, needs_target, scoring_costs
from feinschliff.scorers.registry import make_scorer

TRUSTED = 0.9
"""A setting may be recommended where it holds each constraint with this probability."""

_TAKEN = (TOKENS, LATENCY, COST)
_PARTS = re.compile(r"(?P<name>.+?)\s*(?P<op><=|>=|≤|≥)\s*(?P<limit>[^<>=≤≥]+)")
_NUMBER = r"(?P<number>\d+(?:\.\d+)?|\.\d+)"
_LIMITS = {
    TOKENS: rf"{_NUMBER}\s*(?P<unit>|tokens?)",
    LATENCY: rf"{_NUMBER}\s*(?P<unit>ms|s)",
    COST: rf"\$?\s*{_NUMBER}\s*(?:USD|\$)?\s*(?P<unit>|(?:/|per)\s*(?:1,?000|1k|answer))",
    "": rf"{_NUMBER}\s*(?P<unit>|%)",
}
_WRITTEN = {TOKENS: "300", LATENCY: "200 ms", COST: "0.002 USD", "": "95 %"}


@dataclass(frozen=True)
class Constraint:
    """A limit on the mean of a quantity, over the answers of a setting."""

    gauge: Gauge
    op: Literal["<=", ">="]
    limit: float
    """In tokens, seconds, USD per answer, or 0 to 1 for a score."""

    @property
    def unit(self) -> Literal["tokens", "s", "USD", "score"]:
        """What the limit counts."""
        units: dict[str, Literal["tokens", "s", "USD"]] = {TOKENS: "tokens", LATENCY: "s", COST: "USD"}
        return units.get(self.gauge.name, "score")

    @property
    def text(self) -> str:
        """As it could be written: `tokens <= 300`. Equal constraints have equal texts."""
        if self.unit == "s" and self.limit < 1:
            return f"{self.gauge.name} {self.op} {1000 * self.limit:.12g} ms"
        unit = f" {self.unit}" if self.unit in ("s", "USD") else ""
        return f"{self.gauge.name} {self.op} {self.limit:.12g}{unit}"

    @property
    def identity(self) -> str:
        """Changes whenever the meaning changes; scorers by their own names."""
        name = self.gauge.name if self.gauge.scorer is None else self.gauge.scorer.name
        return f"{name} {self.op} {self.limit:.12g}"

    @property
    def doubt(self) -> float:
        """Variance of a score of 0 or 1 whose mean is the limit; 0 for other quantities.

        Where all of some answers are valid, their spread says nothing of how sure that is.
        """
        return self.limit * (1 - self.limit) if self.gauge.scorer is not None else 0.0

    def slack(self, value: float) -> float:
        """How far a value is on the right side of the limit; below 0: on the wrong one."""
        return self.limit - value if self.op == "<=" else value - self.limit


def parse_constraints(texts: Sequence[str], *, targets: Sequence[str] = ()) -> tuple[Constraint, ...]:
    """Constraints as they are written, each once.

    `QUANTITY OP LIMIT`: quantity `tokens`, `latency`, `cost` or any scorer as for the score; `<=` or `>=`; a limit with
    its unit. `targets`: what scorers are fitted on.

    Raises: ParameterError for one that cannot be read, or two that no answer can hold at once.
    """
    found = {c.text: c for c in (parse_constraint(text, targets=targets) for text in texts)}
    for high in (c for c in found.values() if c.op == "<="):
        for low in found.values():
            if low.op == ">=" and low.gauge.name == high.gauge.name and low.limit > high.limit:
                raise ParameterError(
                    tr("no answer can hold both '{one}' and '{other}'", one=low.text, other=high.text),
                    asked=f"{low.text}, {high.text}",
                    mend=tr("leave out one of the two"),
                )
    return tuple(found.values())


def parse_constraint(text: str, *, targets: Sequence[str] = ()) -> Constraint:
    """One constraint; see `parse_constraints`. Raises: ParameterError."""
    found = _PARTS.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        raise ParameterError(
            tr("'{text}' is no constraint", text=text),
            asked=str(text),
            found=tr("wanted are a quantity, <= or >=, and a limit"),
            mend=tr("write {example}", example="'tokens <= 300', 'latency <= 200 ms', 'json >= 95 %'"),
        )
    name = found["name"]
    gauge = Gauge(name) if name in _TAKEN else Gauge(name, _scorer(name, text, targets))
    op: Literal["<=", ">="] = "<=" if found["op"] in ("<=", "≤") else ">="
    return Constraint(gauge, op, _limit(name if name in _TAKEN else "", found["limit"].strip(), text))


def _limit(kind: str, written: str, text: str) -> float:
    found = re.fullmatch(_LIMITS[kind], written)
    if found is None:
        raise ParameterError(
            tr("'{limit}' is no limit for '{text}'", limit=written, text=text),
            asked=text,
            found=tr("a time needs its unit, ms or s") if kind == LATENCY else written,
            mend=tr("write {example}", example=_WRITTEN[kind]),
        )
    number, unit = float(found["number"]), found["unit"]
    if unit in ("ms", "%") or unit.endswith(("000", "k")):
        number /= 100 if unit == "%" else 1000
    if not kind and number > 1:
        raise ParameterError(
            tr("a score lies between 0 and 1, and the limit is {limit}", limit=written),
            asked=text,
            mend=tr("write {example}", example="0.95, 95 %"),
        )
    return number


def _scorer(name: str, text: str, targets: Sequence[str]) -> Scorer:
    try:
        scorer = make_scorer(name, targets=targets)
    except ScorerError as error:
        near = difflib.get_close_matches(name.lower(), _TAKEN, n=1)
        raise ParameterError(
            tr("'{text}': {message}", text=text, message=error.message),
            asked=text,
            found=tr("quantities are tokens, latency, cost, and every scorer"),
            mend=tr("did you mean '{nearest}'?", nearest=near[0]) if near else error.mend,
        ) from None
    if is_group(scorer):
        problem = tr("'{name}' scores several answers together, and a constraint is held by one", name=name)
    elif scoring_costs(scorer):
        problem = tr("'{name}' asks a server for every score, which a constraint does not pay for", name=name)
    elif needs_target(scorer) and not targets:
        problem = tr("'{name}' compares with a target, and there is none", name=name)
    else:
        return scorer
    raise ParameterError(
        problem,
        asked=text,
        mend=tr(
            "use a scorer that runs here and needs no more than the answer: {names}",
            names="json, length:5-10, verbatim, format, language:de, module:callable",
        ),
    )
