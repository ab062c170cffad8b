"""Replay within a search: which answers come with log-probabilities, and what they say of other settings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pydantic import JsonValue

from feinschliff.generation import Payer, render_messages
from feinschliff.i18n.stored import stored
from feinschliff.measure import Gauged, answers_each, per_token
from feinschliff.records import Answer, Example, Settings, canonical_json
from feinschliff.replay import (
    ENDINGS,
    SAMPLING,
    Drawn,
    Estimates,
    Outcome,
    Pool,
    Rules,
    Sampling,
    Source,
    Vocabulary,
    estimate,
    read_sampling,
    trace_of,
    why_not,
)
from feinschliff.tuning.remains import Remains

WIDTH = 20
"""Candidates asked for at each position: the most that OpenAI, Ollama and vLLM give."""

ASKED: Mapping[str, JsonValue] = {"logprobs": True, "top_logprobs": WIDTH}
"""What is sent beside the settings."""

NONE_CAME = stored("the server returns no log-probabilities")
REFUSED = stored("the server refuses to return log-probabilities")
PROCESSED = stored("the server's log-probabilities are those after its sampler")
OTHERWISE = stored("the server draws tokens that its settings should rule out")

_LEAST_TRACED = 0.8
"""Share of the answers that must come with log-probabilities."""
_MOST_IMPOSSIBLE = 0.02
_SAME = 0.2
"""Nats: how far log-probabilities of one prompt may differ between settings where they come before the sampler.

Logits in bfloat16 lie up to an eighth apart and change with the batch; a first design moves those after the sampler by
far more."""


@dataclass
class Replayer:
    """The pool of a search, and the way from settings and answers into it."""

    payer: Payer
    rules: Rules
    applied: Mapping[str, JsonValue]
    """What the server says that applies where nothing is sent."""
    prompts_matter: bool
    """Whether penalties that count the prompt's tokens may be sent."""
    pool: Pool
    by_number: dict[int, Example]
    """Examples by their numbers in the pool."""
    endings: bool = False
    """Whether limits on the length, or stop strings, are searched."""
    active: bool = True
    reason: str | None = None
    """Why it is not active."""
    remains: Remains = field(default_factory=lambda: Remains({}))
    """What else is known of the pool's answers."""
    _vocabulary: Vocabulary = field(default_factory=Vocabulary)
    _examples: dict[str, int] = field(default_factory=dict)
    _prompts: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _sources: dict[str, Source] = field(default_factory=dict)
    _first: dict[tuple[str, int], list[np.ndarray]] = field(default_factory=dict)
    _taken: int = 0
    _traced: int = 0

    def source(self, settings: Settings) -> Source:
        """What answers of these settings are drawn from."""
        key = settings.canonical()
        if key not in self._sources:
            apart = {*SAMPLING, *ASKED, *(ENDINGS if self.endings else ())}
            values = {n: v for n, v in settings.values.items() if n not in apart}
            outcome = _outcome(settings) if self.endings else None
            self._sources[key] = Source(canonical_json(values), self._sampling(settings), outcome)
        return self._sources[key]

    def _sampling(self, settings: Settings) -> Sampling | None:
        offset = self.pool.offset is not None
        if answers_each(settings) > 1 or self._why_not(settings, offset) is not None:
            return None
        return read_sampling(settings, self.rules, self.applied)

    def _why_not(self, settings: Settings, offset: bool) -> str | None:
        return why_not(settings, self.applied, rules=self.rules, prompts=self.prompts_matter, offset=offset)

    def take(self, answers: Sequence[tuple[Settings, Example, Answer, float]], gauged: Sequence[Gauged] = ()) -> None:
        """Take in scored answers, each with what else is known of it."""
        drawn = []
        for settings, example, answer, score in answers:
            source = self.source(settings)
            trace = None
            if self.active:
                prompt, stops = self._prompt(settings, example), bool(settings.values.get("stop"))
                trace = trace_of(answer, self._vocabulary, prompt=prompt, width=WIDTH, stops=stops)
                self._taken += 1
                self._traced += trace is not None
            number = self._examples.setdefault(example.id, len(self._examples))
            self.by_number[number] = example
            if trace is not None and 0 not in trace.gaps:
                self._first.setdefault((str(source.context), number), []).append(trace.top_logprobs[0])
            drawn.append(Drawn(source, number, trace, score))
        self.pool.add(drawn)
        for one, (settings, example, answer, _), told in zip(drawn, answers, gauged, strict=bool(gauged)):
            price = self.payer.budget.prices.of(self.payer.model_of(settings))
            self.remains.take(one, example, told, per_token(answer, price))

    def check(self) -> None:
        """Stand back where the answers do not bear out what replay takes for granted."""
        if self._taken and self._traced < _LEAST_TRACED * self._taken:
            self.stop(NONE_CAME)
        elif self._processed():
            self.stop(PROCESSED)
        elif self._impossible():
            self.stop(OTHERWISE)

    def _impossible(self) -> bool:
        """Whether clearly more answers than rounding explains could not have been drawn: of few, one says nothing."""
        followed = int(self.pool.followed.sum())
        expected = _MOST_IMPOSSIBLE * followed
        return self.pool.impossible() * followed > expected + 2 * math.sqrt(expected)

    def stop(self, reason: str) -> None:
        """Stand back for good."""
        self.active, self.reason = False, reason

    def _processed(self) -> bool:
        """Whether the first token's log-probabilities change with the settings, for the same prompt."""
        apart = [_apart(other, tops[0]) for tops in self._first.values() for other in tops[1:]]
        return bool(apart) and float(np.median(apart)) > _SAME

    def estimates(self, settings: Sequence[Settings], gauge: str | None = None, *, scale: float = 1.0) -> Estimates:
        """What the pool says of these settings, tried or not: of their scores, or of what a gauge read, divided by
        `scale`."""
        sources = [self.source(s) for s in settings]
        if gauge is None:
            return estimate(self.pool, sources)
        return estimate(self.pool, sources, values=lambda outcome: self.remains.values(gauge, outcome) / scale)

    def _prompt(self, settings: Settings, example: Example) -> tuple[int, ...]:
        if not self.prompts_matter:
            return ()
        messages = render_messages(example, settings)
        key = canonical_json([[m.role, m.content] for m in messages])
        if key not in self._prompts:
            ids = self.payer.endpoint.prompt_ids(self.payer.model_of(settings), messages)
            self._prompts[key] = ids or ()
        return self._prompts[key]


def sent_with(replay: Replayer | None, settings: Settings) -> Settings:
    """With the request for log-probabilities, where replay wants them."""
    wanted = replay is not None and replay.active
    return settings.merged(Settings(values=dict(ASKED))) if wanted else settings


def replay_details(replay: Replayer | None, why_none: str | None) -> dict[str, Any] | None:
    """What is kept of replay with a result; None for a sampler that knows nothing of it."""
    if replay is None:
        return None if why_none is None else {"used": False, "reason": why_none, "answers": 0}
    return {"used": replay.active, "reason": replay.reason, "answers": len(replay.pool)}


def _outcome(settings: Settings) -> Outcome:
    limits = [settings.values.get(name) for name in ("max_tokens", "max_completion_tokens")]
    stops = settings.values.get("stop")
    return Outcome(
        limit=min((int(v) for v in limits if isinstance(v, int | float)), default=None),
        stops=(stops,) if isinstance(stops, str) else tuple(str(s) for s in stops) if isinstance(stops, list) else (),
    )


def _apart(a: np.ndarray, b: np.ndarray) -> float:
    """The largest difference among the likeliest three, nats; without end where one lists what is cut off in the
    other."""
    there = np.isfinite(a)
    if (there != np.isfinite(b)).any():
        return math.inf
    front = np.flatnonzero(there)[:3]
    return float(np.abs(a[front] - b[front]).max(initial=0.0))
