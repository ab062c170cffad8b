"""What else is known of a pool's answers (tokens, time, money, further scores), also where an outcome shortens them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from feinschliff.measure import TOKENS, Gauged
from feinschliff.records import Answer, Example
from feinschliff.replay import Drawn, Outcome
from feinschliff.replay.outcome import shorten
from feinschliff.scorers.protocol import Scorer
from feinschliff.tuning.process import Array


@dataclass
class Remains:
    """Values by answer, in the order of the pool.

    They count for other settings by the same weights as the score: of one model, what a text takes does not depend on
    the parameters that it was drawn with.
    """

    scorers: Mapping[str, Scorer]
    """Of the gauges that score."""
    _rows: list[tuple[Drawn, Example, Gauged, Gauged]] = field(default_factory=list)
    _known: dict[tuple[str, Outcome | None], list[float]] = field(default_factory=dict)

    def take(self, drawn: Drawn, example: Example, told: Gauged, per_token: Gauged) -> None:
        """One more answer. `per_token`: what a token less would have saved."""
        self._rows.append((drawn, example, told, per_token))

    def values(self, gauge: str, outcome: Outcome | None) -> Array:
        """Of every answer as this outcome would have left it; NaN where nothing is known."""
        known = self._known.setdefault((gauge, outcome), [])
        for row in self._rows[len(known) :]:
            value = self._value(gauge, outcome, *row)
            known.append(np.nan if value is None else value)
        return np.array(known, dtype=np.float64)

    def _value(
        self, gauge: str, outcome: Outcome | None, drawn: Drawn, example: Example, told: Gauged, per_token: Gauged
    ) -> float | None:
        own, trace, source = told.get(gauge), drawn.trace, drawn.source
        if own is None or outcome is None or source.outcome is None or trace is None:
            return own
        left = shorten(trace, source.outcome, outcome)
        lost = len(trace.tokens) - left.tokens
        if lost <= 0 and left.text is None:
            return own
        if gauge == TOKENS:
            return float(left.tokens)
        if gauge in self.scorers:
            if left.text is None:
                return own
            answer = Answer(key="", example=example.id, repeat=0, text=left.text)
            return self.scorers[gauge].score([example], [answer])[0].value
        each = per_token.get(gauge)
        return None if each is None else max(0.0, own - lost * each)
