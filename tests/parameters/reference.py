"""A tiny sampler: what settings make of a distribution, written from the formulas alone, one function per parameter."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from feinschliff.parameters.rows import Example

Logits = list[float]
OFF = -math.inf


def sampled(example: Example, settings: Mapping[str, Any]) -> list[float]:
    """Probabilities of the example's tokens after the settings, each applied in the order given."""
    logits = [math.log(p) + example.offset for p in example.given]
    for name, value in settings.items():
        if name in PENALTIES:
            counts = example.counts or (0,) * len(logits)
            logits = PENALTIES[name](logits, counts, value)
        elif name == "dry_multiplier":
            logits = dry(logits, example.matches, settings)
        elif name in CUTS:
            logits = CUTS[name](logits, value, settings)
    return softmax(logits)


def softmax(logits: Sequence[float]) -> list[float]:
    top = max(logits)
    weights = [math.exp(z - top) for z in logits]
    return [w / sum(weights) for w in weights]


def kept(logits: Logits, tokens: Sequence[int]) -> Logits:
    return [z if i in tokens else OFF for i, z in enumerate(logits)]


def temperature(logits: Logits, value: float, settings: Mapping[str, Any]) -> Logits:
    spread = settings.get("dynatemp_range", 0.0)
    if spread > 0:
        p = [x for x in softmax(logits) if x > 0]
        share = -sum(x * math.log(x) for x in p) / math.log(len(p))
        low, high = max(0.0, value - spread), value + spread
        value = low + (high - low) * share ** settings.get("dynatemp_exponent", 1.0)
    return kept(logits, [logits.index(max(logits))]) if value == 0 else [z / value for z in logits]


def top_k(logits: Logits, value: int, _: Mapping[str, Any]) -> Logits:
    return kept(logits, ranked(logits)[: value or None])


def top_p(logits: Logits, value: float, _: Mapping[str, Any]) -> Logits:
    return kept(logits, nucleus(softmax(logits), ranked(logits), value))


def min_p(logits: Logits, value: float, _: Mapping[str, Any]) -> Logits:
    p = softmax(logits)
    return kept(logits, [i for i, x in enumerate(p) if x >= value * max(p)])


def typical_p(logits: Logits, value: float, _: Mapping[str, Any]) -> Logits:
    p = softmax(logits)
    entropy = -sum(x * math.log(x) for x in p if x)
    nearest = sorted(range(len(p)), key=lambda i: abs(-math.log(p[i]) - entropy) if p[i] else math.inf)
    return kept(logits, nucleus(p, nearest, value))


def top_n_sigma(logits: Logits, value: float, _: Mapping[str, Any]) -> Logits:
    finite = [z for z in logits if z > OFF]
    mean = sum(finite) / len(finite)
    sigma = math.sqrt(sum((z - mean) ** 2 for z in finite) / len(finite))
    return logits if value <= 0 else kept(logits, [i for i, z in enumerate(logits) if z >= max(finite) - value * sigma])


def xtc(logits: Logits, value: float, settings: Mapping[str, Any]) -> Logits:
    """Only where it strikes for certain, or never."""
    assert value in (0, 1)
    likely = [i for i in ranked(logits) if softmax(logits)[i] >= settings["xtc_threshold"]]
    return kept(logits, [i for i in range(len(logits)) if i not in likely[:-1]]) if value else logits


def mirostat(logits: Logits, value: int, settings: Mapping[str, Any]) -> Logits:
    """The first token: mu is twice tau."""
    assert value == 2
    p = softmax(logits)
    return kept(logits, [i for i, x in enumerate(p) if -math.log2(x) <= 2 * settings["mirostat_tau"]] or [0])


def logit_bias(logits: Logits, value: Mapping[str, float], _: Mapping[str, Any]) -> Logits:
    return [z + value.get(str(i + 1), 0.0) for i, z in enumerate(logits)]


def do_sample(logits: Logits, value: bool, _: Mapping[str, Any]) -> Logits:
    return logits if value else top_k(logits, 1, {})


def frequency_penalty(logits: Logits, counts: Sequence[int], value: float) -> Logits:
    return [z - n * value for z, n in zip(logits, counts, strict=True)]


def presence_penalty(logits: Logits, counts: Sequence[int], value: float) -> Logits:
    return [z - (n > 0) * value for z, n in zip(logits, counts, strict=True)]


def repeat_penalty(logits: Logits, counts: Sequence[int], value: float) -> Logits:
    return [(z / value if z > 0 else z * value) if n else z for z, n in zip(logits, counts, strict=True)]


def dry(logits: Logits, matches: Sequence[int], settings: Mapping[str, Any]) -> Logits:
    base, free = settings.get("dry_base", 1.75), settings.get("dry_allowed_length", 2)
    strength = settings["dry_multiplier"]
    return [z - strength * base ** (n - free) if n >= free else z for z, n in zip(logits, matches, strict=True)]


def ranked(logits: Logits) -> list[int]:
    return sorted(range(len(logits)), key=lambda i: -logits[i])


def nucleus(p: Sequence[float], order: Sequence[int], share: float) -> list[int]:
    """The shortest beginning of `order` whose probabilities reach `share`."""
    taken: list[int] = []
    for i in order:
        taken.append(i)
        if sum(p[t] for t in taken) >= share - 1e-12:
            break
    return taken


CUTS: Mapping[str, Callable[[Logits, Any, Mapping[str, Any]], Logits]] = {
    "temperature": temperature,
    "top_k": top_k,
    "top_p": top_p,
    "min_p": min_p,
    "typical_p": typical_p,
    "top_n_sigma": top_n_sigma,
    "xtc_probability": xtc,
    "mirostat": mirostat,
    "logit_bias": logit_bias,
    "do_sample": do_sample,
}

PENALTIES: Mapping[str, Callable[[Logits, Sequence[int], float], Logits]] = {
    "frequency_penalty": frequency_penalty,
    "presence_penalty": presence_penalty,
    "repeat_penalty": repeat_penalty,
}
