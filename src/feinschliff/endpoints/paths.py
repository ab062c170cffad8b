"""The paths that only one server software has: asked side by side, and of a silent server no more than twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from feinschliff.endpoints.protocol import Backend
from feinschliff.endpoints.transport import AttemptFailed

LIMITS_S = (2.0, 8.0)
"""How long an answer is waited for: by all paths at first, then by those that did not answer."""

PATHS: Mapping[str, tuple[str, Backend]] = MappingProxyType(
    {
        "/props": ("default_generation_settings", "llama.cpp"),
        "/api/version": ("version", "ollama"),
        "/api/v0/models": ("data", "lmstudio"),
        "/version": ("version", "vllm"),
    }
)
"""A field of the answer, and whose it is. Ollama comes before vLLM, whose path is common."""

Probe = Callable[[str, str, float], Awaitable[dict[str, Any]]]
"""The JSON object with a field at a path, within so many seconds; {} where there is none. Raises: AttemptFailed where
nobody answered."""


@dataclass(frozen=True)
class Told:
    """What came of the questions."""

    answers: Mapping[str, dict[str, Any]]
    """By path; {} where the server has none. Paths that nobody answered at are missing."""
    silent: bool
    """True where the server took a question and did not answer in time."""

    @property
    def backend(self) -> Backend | None:
        """Whose software it is; None where none of the paths tells."""
        return next((backend for path, (_, backend) in PATHS.items() if self.answers.get(path)), None)

    def at(self, path: str) -> dict[str, Any]:
        """The answer at a path; {} where there is none."""
        return self.answers.get(path, {})


async def ask_paths(probe: Probe) -> Told:
    """All are asked at the same time; those that were silent once more, and longer, unless another has told."""
    told = Told({}, silent=False)
    for limit_s in LIMITS_S:
        missing = [path for path in PATHS if path not in told.answers]
        found = await asyncio.gather(*(_in_time(probe, path, limit_s) for path in missing))
        answers = {path: answer for path, answer in zip(missing, found, strict=True) if isinstance(answer, dict)}
        silent = any(isinstance(answer, AttemptFailed) and answer.kind == "timeout" for answer in found)
        told = Told({**told.answers, **answers}, silent=told.silent or silent)
        if told.backend is not None or not silent:
            break
    return told


async def _in_time(probe: Probe, path: str, limit_s: float) -> dict[str, Any] | AttemptFailed:
    try:
        return await probe(path, PATHS[path][0], limit_s)
    except AttemptFailed as failed:
        return failed
