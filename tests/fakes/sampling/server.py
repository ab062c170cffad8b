"""The server around the sampler: chat completions, and Ollama's own `/api/chat`."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.fakes.answers import prompt_of
from tests.fakes.openai_server import FakeServer
from tests.fakes.sampling.language import END, LanguageModel, prompt_number
from tests.fakes.sampling.quirks import Manners, Quirk, Refused, read_fields
from tests.fakes.sampling.samplers import OFF, draw, log_softmax, penalised

_LONGEST = 256
"""Tokens where nobody limits an answer."""


@dataclass(frozen=True)
class Choice:
    """One sampled answer."""

    tokens: list[int]
    text: str
    finish: str
    logprobs: list[dict[str, Any]]


@dataclass
class SamplingServer(FakeServer):
    """A fake server whose answers are drawn from a language model under the settings that it takes over."""

    language: LanguageModel = field(default_factory=LanguageModel)
    fields: Mapping[str, Quirk] = field(default_factory=dict)
    manners: Manners = field(default_factory=Manners)
    native: Mapping[str, Quirk] | None = None
    """Fields of `options` at `/api/chat`; None: there is no such address."""
    native_manners: Manners = field(default_factory=Manners)

    def __post_init__(self) -> None:
        self._luck = random.Random(f"luck/{self.seed}")

    def _regular(self, path: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> tuple[int, Any]:
        if path == "/api/chat" and self.native is not None:
            return self._native_chat(body)
        return super()._regular(path, headers, body)

    def _complete(self, body: Mapping[str, Any], *, chat: bool) -> tuple[int, Any]:
        if body.get("model") not in self.models:
            return 404, {"error": {"message": f"model '{body.get('model')}' not found"}}
        try:
            settings = {**OFF, **self.manners.defaults, **read_fields(body, self.fields, self.manners)}
            choices, read = self._choices(body, settings, self.manners)
        except Refused as refused:
            return refused.status, {"error": {"message": str(refused)}}
        counted = choices if self.manners.usage == "all" else choices[:1]
        made = sum(len(choice.tokens) for choice in counted)
        value: dict[str, Any] = {
            "object": "chat.completion",
            "choices": [self._choice(i, choice, settings, chat) for i, choice in enumerate(choices)],
            "system_fingerprint": self.manners.fingerprint,
        }
        if self.manners.usage is not None:
            value["usage"] = {"prompt_tokens": read, "completion_tokens": made, "total_tokens": read + made}
        if self.manners.echo and body.get("verbose"):
            value["__verbose"] = {"generation_settings": self._applied(settings)}
        return 200, value

    def _choice(self, index: int, choice: Choice, settings: Mapping[str, Any], chat: bool) -> dict[str, Any]:
        made: dict[str, Any] = {"index": index, "finish_reason": choice.finish, "logprobs": None}
        made |= {"message": {"role": "assistant", "content": choice.text}} if chat else {"text": choice.text}
        if settings.get("logprobs") and self.manners.logprobs is not None:
            made["logprobs"] = {"content": choice.logprobs}
        return made

    def _applied(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Every field that this server knows with the value that it has."""
        return {name: settings.get(quirk.sets) for name, quirk in self.fields.items() if quirk.sets}

    def _native_chat(self, body: Mapping[str, Any]) -> tuple[int, Any]:
        assert self.native is not None
        manners = self.native_manners
        try:
            top = {k: v for k, v in body.items() if k in ("logprobs", "top_logprobs", "format")}
            options = {**dict(body.get("options") or {}), **top}
            settings = {**OFF, **manners.defaults, **read_fields(options, self.native, manners)}
            (choice, *_), read = self._choices(body, {**settings, "n": 1}, manners)
        except Refused as refused:
            return refused.status, {"error": str(refused)}
        value = {
            "model": body.get("model"),
            "message": {"role": "assistant", "content": choice.text},
            "done": True,
            "done_reason": choice.finish,
            "prompt_eval_count": read,
            "eval_count": len(choice.tokens),
        }
        if settings.get("logprobs"):
            value["logprobs"] = choice.logprobs
        if body.get("stream", True):
            return 200, json.dumps(value).encode() + b"\n"
        return 200, value

    def _choices(
        self, body: Mapping[str, Any], settings: Mapping[str, Any], manners: Manners
    ) -> tuple[list[Choice], int]:
        """(the answers, tokens of the prompt that were read)"""
        prompt = prompt_of(body)
        tokens = self.language.encode(prompt)
        if manners.context is not None:
            tokens = tokens[-manners.context :]
        seed = settings.get("seed") if manners.seeded else None
        if seed is None or seed == -1:
            seed = self._luck.getrandbits(31) if manners.random else 0
        return [
            self._sampled(prompt_number(prompt), tokens, settings, manners, int(seed) * 97 + i)
            for i in range(int(settings.get("n") or 1))
        ], len(tokens)

    def _sampled(
        self, number: int, prompt: list[int], settings: Mapping[str, Any], manners: Manners, seed: int
    ) -> Choice:
        rng = np.random.default_rng(seed % 2**63)
        shaken = self._luck.random() < manners.noise
        stops = settings.get("stop") or []
        stops = [stops] if isinstance(stops, str) else stops
        limit = settings.get("max_tokens")
        limit = _LONGEST if limit is None or limit < 0 else max(1, int(limit))
        made: list[int] = []
        shown: list[dict[str, Any]] = []
        for _ in range(limit):
            logits = self.language.logits(number, made)
            if shaken:
                logits = logits + np.array([self._luck.gauss(0, 0.5) for _ in range(len(logits))])
            token, processed = draw(penalised(logits, made, prompt, settings), settings, rng, style=manners.style)
            made.append(token)
            if settings.get("logprobs"):
                after = processed if manners.logprobs == "processed" else log_softmax(logits)
                shown.append(self._shown(token, after, min(settings.get("top_logprobs") or 0, manners.most_logprobs)))
            if token == END:
                return self._ended(made, self.language.decode(made), "stop", shown, settings)
            text = self.language.decode(made) if stops else ""
            if cut := [text.index(stop) for stop in stops if stop and stop in text]:
                return self._ended(made, text[: min(cut)], "stop", shown, settings)
        return self._ended(made, self.language.decode(made), "length", shown, settings)

    def _ended(
        self, made: list[int], text: str, finish: str, shown: list[dict[str, Any]], settings: Mapping[str, Any]
    ) -> Choice:
        wanted = settings.get("response_format")
        if isinstance(wanted, dict) and wanted.get("type") in ("json_object", "json_schema"):
            text = json.dumps({"text": text})
        return Choice(made, text, finish, shown)

    def _shown(self, token: int, after: Any, top: int) -> dict[str, Any]:
        words = self.language.words
        best = np.argsort(-after)[:top]
        return {
            "token": words[token],
            "logprob": float(after[token]),
            "top_logprobs": [{"token": words[i], "logprob": float(after[i])} for i in best],
        }
