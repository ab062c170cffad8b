"""Replay within a search: which answers come with log-probabilities, and what they say of other settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pydantic import JsonValue

from feinschliff.generation import Payer, render_messages
from feinschliff.measure import SEVERAL, answers_each
from feinschliff.parameters.dialects import Dialect
from feinschliff.parameters.space import Space
from feinschliff.records import Answer, Example, Settings, canonical_json
from feinschliff.replay import (
    RULES,
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
from feinschliff.scorers.group import is_group
from feinschliff.scorers.protocol import Scorer

WIDTH = 20
"""Candidates asked for at each position: the most that OpenAI, Ollama and vLLM give."""

ASKED: Mapping[str, JsonValue] = {"logprobs": True, "top_logprobs": WIDTH}
"""What is sent beside the settings."""

_SAMPLING = frozenset(
    {
        *("temperature", "top_k", "top_p", "min_p", "frequency_penalty", "presence_penalty", "repeat_penalty"),
        *("repeat_last_n", "logit_bias"),
    }
)
_ENDINGS = frozenset({"max_tokens", "max_completion_tokens", "stop"})
_VOCABULARY = 32_000
"""Where the server does not tell."""
_PENALTIES = ("frequency_penalty", "presence_penalty", "repeat_penalty")

NONE_CAME = "the server returns no log-probabilities"

_LEAST_TRACED = 0.8
"""Share of the answers that must come with log-probabilities."""
_MOST_IMPOSSIBLE = 0.02
_SAME = 0.05
"""Nats: how far log-probabilities of one prompt may differ between settings where they are those before the sampler."""


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
            apart = {*_SAMPLING, *ASKED, *(_ENDINGS if self.endings else ())}
            values = {n: v for n, v in settings.values.items() if n not in apart}
            outcome = _outcome(settings) if self.endings else None
            self._sources[key] = Source(canonical_json(values), self._sampling(settings), outcome)
        return self._sources[key]

    def _sampling(self, settings: Settings) -> Sampling | None:
        offset = self.pool.offset is not None
        if answers_each(settings) > 1 or why_not(settings, self.applied, rules=self.rules, offset=offset) is not None:
            return None
        return read_sampling(settings, self.rules, self.applied)

    def take(self, answers: Sequence[tuple[Settings, Example, Answer, float]]) -> None:
        """Take in scored answers."""
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
            if trace is not None:
                self._first.setdefault((str(source.context), number), []).append(trace.top_logprobs[0])
            drawn.append(Drawn(source, number, trace, score))
        self.pool.add(drawn)

    def check(self) -> None:
        """Stand back where the answers do not bear out what replay takes for granted."""
        if self._taken and self._traced < _LEAST_TRACED * self._taken:
            self.stop(NONE_CAME)
        elif self._processed():
            self.stop("the server's log-probabilities are those after its sampler")
        elif self.pool.impossible() > _MOST_IMPOSSIBLE:
            self.stop("the server draws tokens that its settings should rule out")

    def stop(self, reason: str) -> None:
        """Stand back for good."""
        self.active, self.reason = False, reason

    def _processed(self) -> bool:
        """Whether the first token's log-probabilities change with the settings, for the same prompt."""
        apart = [
            float(np.abs(other[:3] - tops[0][:3]).max())
            for tops in self._first.values()
            for other in tops[1:]
            if np.isfinite(other[:3]).all() and np.isfinite(tops[0][:3]).all()
        ]
        return bool(apart) and float(np.median(apart)) > _SAME

    def estimates(self, settings: Sequence[Settings]) -> Estimates:
        """What the pool says of these settings, tried or not."""
        return estimate(self.pool, [self.source(s) for s in settings])

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


def replay_details(replay: Replayer | None) -> dict[str, Any] | None:
    """What is kept of replay with a result; None where it was out of the question."""
    if replay is None:
        return None
    return {"used": replay.active, "reason": replay.reason, "answers": len(replay.pool)}


def make_replayer(
    space: Space,
    payer: Payer,
    dialect: Dialect,
    examples: Sequence[Example],
    scorer: Scorer,
) -> Replayer | None:
    """A replayer where the server's sampler is known and nothing in the space is out of reach; else None.

    Not where several answers make a unit: their probabilities would have to be multiplied, and hardly one would weigh
    anything under other settings.
    """
    rules = RULES.get(dialect)
    several = SEVERAL in space.knobs or answers_each(Settings(values=dict(space.fixed))) > 1 or is_group(scorer)
    if rules is None or several or space.fixed.get("logprobs") is False or not examples:
        return None
    if not any(name in _SAMPLING or name in _ENDINGS for name in space.knobs):
        return None
    applied = payer.endpoint.defaults(payer.model)
    middle = Settings(values={n: v for n, v in space.fixed.items() if n != "repeat_penalty"})
    if why_not(middle, applied) is not None:
        return None
    penalised = any(name in space.knobs or space.fixed.get(name) for name in _PENALTIES)
    matters = penalised and (rules.prompt_counts or "repeat_penalty" in space.knobs)
    if matters and payer.endpoint.prompt_ids(payer.model, render_messages(examples[0], middle)) is None:
        return None
    by_number: dict[int, Example] = {}
    pool = Pool(
        rules, vocabulary=payer.endpoint.vocabulary(payer.model) or _VOCABULARY, score=_scored(scorer, by_number)
    )
    endings = any(name in space.knobs for name in _ENDINGS)
    return Replayer(payer, rules, applied, matters, pool, by_number, endings)


def _scored(scorer: Scorer, by_number: Mapping[int, Example]) -> Callable[[int, str], float]:
    """The score of an answer that was cut shorter; 0 for one that cannot be scored."""

    def score(number: int, text: str) -> float:
        answer = Answer(key="", example=by_number[number].id, repeat=0, text=text)
        return scorer.score([by_number[number]], [answer])[0].value or 0.0

    return score


def _outcome(settings: Settings) -> Outcome:
    limits = [settings.values.get(name) for name in ("max_tokens", "max_completion_tokens")]
    stops = settings.values.get("stop")
    return Outcome(
        limit=min((int(v) for v in limits if isinstance(v, int | float)), default=None),
        stops=(stops,) if isinstance(stops, str) else tuple(str(s) for s in stops) if isinstance(stops, list) else (),
    )
