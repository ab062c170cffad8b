"""A fake server that bills: it counts what it was asked and what it made, also for answers that never arrived whole."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.openai_server import FAULTS, FakeServer, Stream, http_response

AFTERWARDS = frozenset({"500", "garbage", "html", "no-choices", "wrong-types", "cut", "silence"})
"""Faults that strike when the answer has been made; the others refuse the request before."""


@dataclass
class MeteredServer(FakeServer):
    """As expensive as a tokenizer can be: a token for each byte, and a template around every turn."""

    template: int = 40
    """Tokens that its template adds once."""
    slowest_s: float = 0.0
    """Answers take a random time up to this."""
    asked: int = 0
    """Requests for an answer that came in."""
    made: Counter[str] = field(default_factory=Counter)
    """Tokens by model, prompts and completions together: what the bill says."""
    prompts: Counter[str] = field(default_factory=Counter)
    """Tokens of prompts by model."""
    last_at: float = 0.0
    """When the last of them came, monotonic."""
    switches: int = 0
    """How often a request was for another model than the one before."""
    loaded: str | None = None

    async def _respond(
        self, method: str, path: str, headers: dict[str, str], body: dict[str, Any]
    ) -> bytes | Stream | None:
        """Questions about itself are answered without faults: they are no part of any bill."""
        if method == "GET":
            return http_response(*self._regular(path, headers, body))
        return await super()._respond(method, path, headers, body)

    def _pause_s(self, body: Mapping[str, Any]) -> float:
        if "model" not in body:
            return 0.0
        self.asked += 1
        self.last_at = time.monotonic()
        self.switches += self.loaded not in {None, body["model"]}
        self.loaded = str(body["model"])
        return self.latency_s + self._rng.random() * self.slowest_s

    async def _broken(self, kind: str, body: Mapping[str, Any]) -> bytes | None:
        if kind in AFTERWARDS and "model" in body:
            self._complete(body, chat=True)
        return await super()._broken(kind, body)

    def _count(self, body: Mapping[str, Any], text: str) -> dict[str, int]:
        turns = body.get("messages") or [{"content": body.get("prompt", "")}]
        prompt = self.template + sum(len(str(turn["content"]).encode()) + 4 for turn in turns)
        most = int(body.get("max_tokens") or 64)
        completion = most if len(text) % 4 == 0 else random.Random(text).randint(1, most)
        self.made[str(body["model"])] += prompt + completion
        self.prompts[str(body["model"])] += prompt
        return {"prompt_tokens": prompt, "completion_tokens": completion}

    @property
    def tokens(self) -> int:
        """All tokens of the bill."""
        return self.made.total()

    def usd(self, prices: Mapping[str, tuple[float, float]]) -> float:
        """The bill, with prices per million prompt and completion tokens."""
        return sum(
            (self.prompts[m] * prices[m][0] + (self.made[m] - self.prompts[m]) * prices[m][1]) / 1e6 for m in self.made
        )


def random_faults(rng: random.Random) -> dict[str, float]:
    """A random share of faults, up to 40 %, over a random choice of kinds."""
    kinds = rng.sample(FAULTS, rng.randint(1, len(FAULTS)))
    share = rng.uniform(0.0, 0.4)
    return {kind: share / len(kinds) for kind in kinds}
