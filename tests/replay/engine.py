"""The real engine, asked twice for the same answer: with log-probabilities before and with probabilities after the
sampler."""

from __future__ import annotations

import json
import math
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any

from feinschliff.endpoints.engine import Engine, EngineOptions
from feinschliff.endpoints.parse import parse_answer
from feinschliff.models.house import house_path
from feinschliff.records import Answer, Settings
from feinschliff.replay import RULES, Trace, Vocabulary, read_sampling, trace_of
from feinschliff.replay.chain import follow
from feinschliff.replay.traces import Batch

SIZE = 2048
"""Tokens of the house models' vocabulary."""

LLAMA = RULES["llama.cpp"]

OPEN: Mapping[str, Any] = {"temperature": 1.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0}
"""The model's own distribution."""

POSTS = (
    "Ein Helm liegt am Kanal. Er ist rot. Wer hat ihn verloren?",
    "The market moves to the old school. It opens at nine.",
    "Im Park fehlt eine Lampe. Der Turm ist dunkel.",
    "A cat was found near the tower, and a second one near the school.",
)


class Asked:
    """An engine without a key."""

    def __init__(self) -> None:
        self._engine = Engine(house_path(), EngineOptions("house", None, slots=1, context_tokens=512, threads=1))

    def close(self) -> None:
        """Stop it."""
        self._engine.close()

    def post(self, path: str, body: Mapping[str, Any]) -> bytes:
        """The body of what it answers."""
        data = json.dumps(body).encode()
        request = urllib.request.Request(self._engine.address + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as response:
            content: bytes = response.read()
        return content

    def prompt(self, post: str) -> list[int]:
        """Ids of the prompt's tokens."""
        text = json.loads(self.post("/apply-template", {"messages": turns(post)}))["prompt"]
        body = {"content": text, "add_special": True, "parse_special": True}
        ids: list[int] = json.loads(self.post("/tokenize", body))["tokens"]
        return ids

    def answer(self, post: str, *, top: int = 40, **fields: Any) -> Answer:
        """An answer with its log-probabilities before the sampler."""
        parsed = parse_answer(self.post("/v1/chat/completions", self._body(post, top, fields)))
        return Answer(
            key="k",
            example="e",
            repeat=0,
            text=parsed.text,
            finish_reason=parsed.finish_reason,
            completion_tokens=parsed.completion_tokens or 0,
            logprobs=parsed.logprobs,
        )

    def trace(self, post: str, *, top: int = 40, **fields: Any) -> Trace:
        """The trace of an answer."""
        found = trace_of(self.answer(post, top=top, **fields), Vocabulary(), prompt=self.prompt(post), width=top)
        assert found is not None
        return found

    def probabilities(self, post: str, *, top: int = 40, **fields: Any) -> list[float]:
        """Of each token, as the server says after its sampler."""
        body = {**self._body(post, top, fields), "post_sampling_probs": True}
        choice = json.loads(self.post("/v1/chat/completions", body))["choices"][0]
        return [position["prob"] for position in choice["logprobs"]["content"]]

    @staticmethod
    def _body(post: str, top: int, fields: Mapping[str, Any]) -> dict[str, Any]:
        bias = fields.get("logit_bias")
        pairs = {"logit_bias": [[int(i), b] for i, b in bias.items()]} if bias else {}
        return {
            "messages": turns(post),
            "max_tokens": 24,
            "logprobs": True,
            "top_logprobs": top,
            **OPEN,
            **fields,
            **pairs,
        }


def turns(post: str) -> list[dict[str, str]]:
    """The messages of a subject line."""
    system = "You write subject lines. Answer with one subject line in the language of the post."
    return [
        {"role": "system", "content": system},
        {"role": "user", "content": f"Subject line for this post:\n{post}"},
    ]


def computed(traces: Sequence[Trace], *, offset: float | None = None, **fields: Any) -> list[float]:
    """Of the traces' tokens, by replay; without those that the engine told nothing of."""
    sampling = read_sampling(Settings(values={**OPEN, **fields}), LLAMA, {})
    found = follow(Batch(traces, SIZE), [sampling], LLAMA, offset=offset)[0]
    told = [row not in trace.gaps for trace in traces for row in range(len(trace.tokens))]
    return [math.exp(value) for value, known in zip(found, told, strict=True) if known]
