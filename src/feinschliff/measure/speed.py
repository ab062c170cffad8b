"""How long answers took: what a user waits for, and how fast the server is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from feinschliff.records import Answer

Quantiles = dict[str, float]
"""By name (`p50` is the median), rounded to 4 digits behind the point."""


def speed(answers: Sequence[Answer]) -> dict[str, Quantiles | None]:
    """Seconds and rates over answers that arrived; None for what no answer tells.

    `latency_s`: from sending to the last byte. `first_token_s`: to the first piece, of streamed answers.
    `tokens_per_s`: from there on; `p5` is the rate that 95 % of the answers reach.
    """
    arrived = [answer for answer in answers if answer.failure is None]
    return {
        "latency_s": _quantiles([a.latency_s for a in arrived if a.latency_s > 0], 50, 95),
        "first_token_s": _quantiles([a.first_token_s for a in arrived], 50, 95),
        "tokens_per_s": _quantiles([a.tokens_per_s for a in arrived], 50, 5),
    }


def _quantiles(values: Sequence[float | None], *percents: int) -> Quantiles | None:
    known = [value for value in values if value is not None]
    if not known:
        return None
    return {f"p{p}": round(float(q), 4) for p, q in zip(percents, np.percentile(known, percents), strict=True)}
