"""Random quirk servers: a real sampler behind a random set of honoured, clamped, dropped, renamed and refused knobs."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.fakes.sampling.backends import MODEL
from tests.fakes.sampling.language import LanguageModel
from tests.fakes.sampling.quirks import Manners, Quirk
from tests.fakes.sampling.server import SamplingServer

SETS: Mapping[str, tuple[str, str]] = {
    "temperature": ("temperature", "number"),
    "top_p": ("top_p", "number"),
    "top_k": ("top_k", "int"),
    "min_p": ("min_p", "number"),
    "typical_p": ("typical_p", "number"),
    "frequency_penalty": ("frequency_penalty", "number"),
    "presence_penalty": ("presence_penalty", "number"),
    "repeat_penalty": ("repetition_penalty", "number"),
    "seed": ("seed", "int"),
    "max_tokens": ("max_tokens", "int"),
    "stop": ("stop", "text"),
    "n": ("n", "int"),
    "logit_bias": ("logit_bias", "any"),
    "logprobs": ("logprobs", "bool"),
    "xtc_probability": ("xtc_probability", "number"),
    "dynatemp_range": ("dynatemp_range", "number"),
}
"""Knob to (the sampler's setting, kind)."""

CLAMPS: Mapping[str, tuple[tuple[float, float], ...]] = {
    "temperature": ((0.0, 1.0), (0.0, 2.0), (0.5, 1.5), (0.4, 5.0)),
    "top_p": ((0.0, 0.9), (0.3, 1.0), (0.2, 0.9)),
    "top_k": ((1, 40), (5, 100), (1, 20)),
    "min_p": ((0.0, 0.3), (0.05, 1.0), (0.0, 0.5)),
    "frequency_penalty": ((-1.0, 1.0), (0.0, 1.0), (0.0, 2.0), (-2.0, 2.0)),
    "presence_penalty": ((-1.0, 1.0), (0.0, 1.0), (0.0, 2.0), (-2.0, 2.0)),
    "repeat_penalty": ((1.0, 1.5), (0.5, 2.0), (1.0, 1.3)),
    "max_tokens": ((16, 4096), (1, 32), (8, 4096)),
}
"""Ranges that values are moved into."""

RANGES: Mapping[str, tuple[float, float]] = {
    "temperature": (0.0, 2.0),
    "top_p": (0.0, 1.0),
    "min_p": (0.0, 1.0),
    "frequency_penalty": (-2.0, 2.0),
    "presence_penalty": (-2.0, 2.0),
    "n": (1, 8),
}
"""Ranges outside which some servers refuse."""

_OTHER_NAMES = {"max_tokens": "max_new_tokens", "repeat_penalty": "rep_pen", "stop": "stop_sequences"}


@dataclass(frozen=True)
class Drawn:
    """A server and the truth about its knobs."""

    server: SamplingServer
    truth: Mapping[str, str]
    kinds: Mapping[str, str]
    """What was drawn for each knob: honoured, clamped, dropped, renamed, rejected."""
    told: Mapping[str, Any]


def draw_server(seed: int) -> Drawn:
    """The server of a seed."""
    rng = random.Random(f"probe/{seed}")
    fields: dict[str, Quirk] = {}
    truth: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for name, (sets, kind) in SETS.items():
        drawn = _kind(rng, name)
        kinds[name] = drawn
        quirk = Quirk(sets, kind, turn=_ids if name == "logit_bias" else None)  # type: ignore[arg-type]
        truth[name] = {"dropped": "inert", "renamed": "inert"}.get(drawn, drawn)
        if drawn == "honoured":
            low, high = RANGES.get(name, (None, None))
            fields[name] = replace(quirk, low=low, high=high, outside=rng.choice([None, "reject"]) if high else None)
        elif drawn == "clamped":
            low, high = rng.choice(CLAMPS[name])
            fields[name] = replace(quirk, low=low, high=high, outside="clamp")
        elif drawn == "rejected":
            fields[name] = replace(quirk, rejected=True)
        elif drawn == "renamed":
            fields[_OTHER_NAMES.get(name, f"{name}_value")] = quirk
        elif rng.random() < 0.5:
            fields[name] = replace(quirk, sets="")  # read, its type looked at, and nothing done with it
    if "logprobs" in fields:
        fields["top_logprobs"] = Quirk("top_logprobs", "int")
    manners = Manners(
        unknown="rejected" if rng.random() < 0.3 else "ignored",
        status=rng.choice([400, 422]),
        names=rng.random() < 0.5,
        checks_types=rng.random() < 0.7,
        random=rng.random() < 0.8,
        noise=rng.choice([0.0] * 8 + [0.02, 0.1]),
        style=rng.choice(["llama.cpp", "vllm", "gumbel"]),
        logprobs=rng.choice(["raw", "processed"]),
        usage=rng.choice(["all", "all", "one", None]),
        echo=rng.random() < 0.1,
        context=rng.choice([None, None, 2048]),
        defaults=rng.choice([{}, {}, {"top_k": 40, "top_p": 0.95}, {"temperature": 0.8, "top_p": 0.9}]),
    )
    if manners.unknown == "rejected":
        for name in kinds:
            if name not in fields:
                truth[name] = "rejected"
    language = LanguageModel(
        seed=seed, size=rng.randint(160, 211), spread=rng.uniform(1.3, 3.0), end=rng.uniform(-6.0, -2.0)
    )
    server = SamplingServer(models=(MODEL,), language=language, fields=fields, manners=manners, seed=seed, keep=False)
    seeded = kinds["seed"] == "honoured" or not manners.random
    repeats = "no" if not seeded else "with noise" if manners.noise else "yes"
    told = {
        "repeats": repeats,
        "unknown": manners.unknown,
        "noise": manners.noise,
        "style": manners.style,
        "usage": manners.usage,
    }
    return Drawn(server, truth, kinds, told)


def _kind(rng: random.Random, name: str) -> str:
    kinds = ["honoured"] * 5 + ["dropped"] * 2 + ["renamed", "rejected"]
    if name in CLAMPS:
        kinds += ["clamped"] * 2
    if name in ("seed", "temperature"):  # without them little can be told apart, and few servers lack them
        kinds += ["honoured"] * 10
    return rng.choice(kinds)


def _ids(bias: Any) -> dict[int, float]:
    return {int(k): float(v) for k, v in bias.items()} if isinstance(bias, dict) else {}
