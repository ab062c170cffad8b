"""What the fake server answers: text whose quality depends on the settings in a known way."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any

BEST = {"temperature": 0.4, "top_p": 0.9, "frequency_penalty": 0.0, "presence_penalty": 0.0}
"""The settings under which `noisy_echo` makes the fewest errors; whatever else is sent changes nothing."""

_WEIGHTS = {"temperature": 0.7, "top_p": 0.5, "frequency_penalty": 0.15, "presence_penalty": 0.15}
_DEFAULTS = {"temperature": 1.0, "top_p": 1.0, "frequency_penalty": 0.0, "presence_penalty": 0.0}
_WORDS = ("lorem", "ipsum", "dolor", "amet", "elit", "sed", "tempor", "magna")


def error_share(body: Mapping[str, Any]) -> float:
    """Probability that a word of the answer is wrong, 0.05 at `BEST`."""
    settings = {name: float(body.get(name, default)) for name, default in _DEFAULTS.items()}
    return min(0.95, 0.05 + sum(weight * abs(settings[n] - BEST[n]) for n, weight in _WEIGHTS.items()))


def noisy_echo(body: Mapping[str, Any]) -> str:
    """The text after the last `ANSWER:` of the prompt (else its last eight words) with some words replaced.

    The same messages, settings and seed give the same text; at temperature 0 the seed does not matter.
    """
    prompt = prompt_of(body)
    target = prompt.rpartition("ANSWER:")[2].split() if "ANSWER:" in prompt else prompt.split()[-8:]
    seed = None if body.get("temperature") == 0 else body.get("seed")
    settings = {name: body.get(name) for name in sorted(_DEFAULTS)}
    rng = random.Random(json.dumps([seed, prompt, settings]))
    share = error_share(body)
    return " ".join(rng.choice(_WORDS) if rng.random() < share else word for word in target)


def prompt_of(body: Mapping[str, Any]) -> str:
    """All texts of the request, joined."""
    if "prompt" in body:
        return str(body["prompt"])
    return "\n".join(str(message.get("content")) for message in body.get("messages", []))
