"""What a run will probably cost, from its forecast and the store; and the question whether to begin it."""

from __future__ import annotations

import datetime
import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from feinschliff._api.common import Watch
from feinschliff.build import Connection
from feinschliff.errors import NotStarted
from feinschliff.generation import Ask, Caps, Estimate, Pace, Payer, Work, look_up, make_estimate
from feinschliff.i18n.stored import stored
from feinschliff.store import Past, Spent, read_past
from feinschliff.tuning import Forecast

_MOST_LOOKED = 4000
"""Answers that are looked up one by one; of a larger job, as many spread over all of it."""
_SCORED_AT_ONCE = 24
"""Answers of one round, about: their embeddings come in one request."""
_ENOUGH = 10
"""Answers of the run itself from which on its own means count."""


def ask_first(watch: Watch, estimate: Estimate) -> float:
    """Tell of the estimate; returns the seconds that the answer took. Raises: NotStarted where it is no."""
    if watch.on_estimate is None:
        return 0.0
    asked = time.monotonic()
    if not watch.on_estimate(estimate):
        raise NotStarted(estimate=estimate.to_dict())
    return time.monotonic() - asked


def nothing_left(caps: Caps) -> Estimate:
    """Of a run that is finished."""
    note = stored("This run is finished: its result is kept, and nothing is asked.")
    return Estimate(0, 0, 0, None, 0.0, limits=caps.to_dict(), notes=(note,))


def estimate_run(forecast: Forecast, link: Connection, payer: Payer, *, spent: Spent, spent_s: float) -> Estimate:
    """What is left to do of what was forecast; `payer` shows what is in the store, and sends nothing."""
    known = _look(forecast, payer)
    past = {m: p for m in forecast.models if (p := read_past(payer.store, payer.endpoint.identity, m)) is not None}
    each, note = _answer_tokens(forecast, spent, past, known.max_tokens)
    whole = len(forecast.known) >= forecast.answers
    shares = known.missing if whole else dict.fromkeys(forecast.models, 1.0)
    in_store = known.found if whole else min(forecast.answers, max(known.found, spent.answers))
    left = sum(shares.values()) if whole else forecast.answers - in_store
    each_share = left / max(1.0, sum(shares.values()))
    work = [Work(model, share * each_share, known.prompt_tokens, each) for model, share in shares.items()]
    notes = [note, *forecast.notes]
    if forecast.scoring_costs:
        notes.append(
            stored(
                "The score's own requests come on top: about {n}, with the tokens of the answers once more.",
                n=math.ceil(left / _SCORED_AT_ONCE),
            )
        )
    today = datetime.datetime.now(datetime.UTC).date()
    return make_estimate(
        work if left else [],
        caps=payer.budget.caps,
        spent=spent,
        spent_s=spent_s,
        prices=link.prices,
        pace=Pace(link.endpoint.concurrency, link.config.rpm, link.config.tpm, past),
        in_store=in_store,
        notes=notes if left else [],
        warnings=link.prices.warnings(forecast.models, today=today),
    )


@dataclass
class _Known:
    """What is known of the answers that are wanted in any case."""

    found: int
    missing: dict[str, float]
    """Requests to be made, by model."""
    prompt_tokens: float
    """Mean of the prompts, by estimate or as they were counted."""
    max_tokens: float


def _look(forecast: Forecast, payer: Payer) -> _Known:
    asks = _spread(forecast.known)
    found, requests = look_up(asks, payer)
    tokens = sum(a.prompt_tokens for a in found) + sum(r.prompt_tokens for r in requests)
    missing = Counter(r.model for r in requests)
    scale = len(forecast.known) / max(1, len(asks))
    return _Known(
        found=round(len(found) * scale),
        missing={m: missing[m] * scale for m in dict.fromkeys([*forecast.models, *missing])},
        prompt_tokens=tokens / max(1, len(found) + len(requests)),
        max_tokens=sum(r.max_tokens for r in requests) / max(1, len(requests)),
    )


def _spread(asks: Sequence[Ask]) -> Sequence[Ask]:
    step = len(asks) / _MOST_LOOKED
    return asks if step <= 1 else [asks[int(i * step)] for i in range(_MOST_LOOKED)]


def _answer_tokens(forecast: Forecast, spent: Spent, past: dict[str, Past], max_tokens: float) -> tuple[float, str]:
    """(expected length of an answer, what it rests on): this run's own, the targets', earlier runs', half the limit."""
    if spent.answers >= _ENOUGH:
        return spent.completion_tokens / spent.answers, stored("Length of an answer: as in this run so far.")
    if forecast.answer_tokens is not None:
        return min(forecast.answer_tokens, max_tokens or forecast.answer_tokens), stored(
            "Length of an answer: that of the targets."
        )
    if past:
        mean = sum(p.completion_tokens for p in past.values()) / len(past)
        return mean, stored("Length of an answer: as in earlier runs with this model.")
    return max_tokens / 2, stored("Length of an answer: half of max_tokens, since nothing is known of it.")
