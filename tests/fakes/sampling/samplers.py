"""The samplers, as llama.cpp and vLLM have them: what becomes of the logits before a token is drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tests.fakes.sampling.language import Logits

OFF: Mapping[str, Any] = {
    "temperature": 1.0,
    "top_k": 0,
    "top_p": 1.0,
    "min_p": 0.0,
    "typical_p": 1.0,
    "top_n_sigma": -1.0,
    "frequency_penalty": 0.0,
    "presence_penalty": 0.0,
    "repetition_penalty": 1.0,
    "repeat_last_n": 64,
    "logit_bias": {},
    "dry_multiplier": 0.0,
    "dry_base": 1.75,
    "dry_allowed_length": 2,
    "xtc_probability": 0.0,
    "xtc_threshold": 0.1,
    "dynatemp_range": 0.0,
    "mirostat": 0,
    "mirostat_tau": 5.0,
}
"""Every sampler's setting at which it does nothing."""

_BANNED = -1e30


def penalised(logits: Logits, made: Sequence[int], prompt: Sequence[int], p: Mapping[str, Any]) -> Logits:
    """Bias and penalties: vLLM's frequency and presence count the answer, the repetition penalty the prompt as well."""
    out = logits.copy()
    counts = Counter(made)
    for token, times in counts.items():
        out[token] -= p["frequency_penalty"] * times + p["presence_penalty"]
    if p["repetition_penalty"] != 1.0 and p["repeat_last_n"] != 0:
        window = [*prompt, *made][-int(p["repeat_last_n"]) :] if p["repeat_last_n"] > 0 else [*prompt, *made]
        for token in set(window):
            out[token] = (
                out[token] / p["repetition_penalty"] if out[token] > 0 else out[token] * p["repetition_penalty"]
            )
    for token, bias in p["logit_bias"].items():
        if 0 <= token < len(out):
            out[token] = _BANNED if bias <= -100 else out[token] + bias
    return dry(out, [*prompt, *made], p) if p["dry_multiplier"] > 0 else out


def dry(logits: Logits, seen: Sequence[int], p: Mapping[str, Any]) -> Logits:
    """Do not repeat yourself: what would prolong a repeated run of n tokens loses multiplier * base^(n - allowed)."""
    for end in range(1, len(seen)):
        length = 0
        while length < end and seen[end - 1 - length] == seen[len(seen) - 1 - length]:
            length += 1
        if length >= max(1, p["dry_allowed_length"]):
            logits[seen[end]] -= p["dry_multiplier"] * p["dry_base"] ** min(20, length - p["dry_allowed_length"])
    return logits


def truncated(logits: Logits, p: Mapping[str, Any]) -> Logits:
    """top-n-sigma, top-k, typical, top-p, min-p: what they cut is banned."""
    out = logits
    if p["top_n_sigma"] > 0:
        live = out[out > _BANNED / 2]
        out = np.where(out >= live.max() - p["top_n_sigma"] * live.std(), out, _BANNED)
    if p["top_k"] > 0:
        order = np.argsort(-out, kind="stable")
        out = _only(out, order[: int(p["top_k"])])
    if p["typical_p"] < 1.0:
        probabilities = softmax(out)
        information = -np.log(np.maximum(probabilities, 1e-300))
        order = np.argsort(np.abs(information - (probabilities * information).sum()), kind="stable")
        out = _only(out, _nucleus(order, probabilities, p["typical_p"]))
    if p["top_p"] < 1.0:
        probabilities = softmax(out)
        out = _only(out, _nucleus(np.argsort(-probabilities, kind="stable"), probabilities, p["top_p"]))
    if p["min_p"] > 0.0:
        probabilities = softmax(out)
        out = np.where(probabilities >= p["min_p"] * probabilities.max(), out, _BANNED)
    return out


def without_top(logits: Logits, p: Mapping[str, Any], rng: np.random.Generator) -> Logits:
    """XTC: with its probability all tokens above the threshold but the least likely of them are cut."""
    if p["xtc_probability"] <= 0 or rng.random() >= p["xtc_probability"]:
        return logits
    probabilities = softmax(logits)
    above = np.flatnonzero(probabilities >= p["xtc_threshold"])
    if len(above) < 2:
        return logits
    out = logits.copy()
    out[[i for i in above if i != above[np.argmin(probabilities[above])]]] = _BANNED
    return out


def heated(logits: Logits, p: Mapping[str, Any]) -> Logits:
    """The temperature; a dynamic one lies the higher in its range, the greater the entropy."""
    temperature = p["temperature"]
    if p["dynatemp_range"] > 0:
        probabilities = softmax(logits)
        entropy = -(probabilities * np.log(np.maximum(probabilities, 1e-300))).sum() / np.log(len(logits))
        low, high = max(0.0, temperature - p["dynatemp_range"]), temperature + p["dynatemp_range"]
        temperature = low + (high - low) * entropy
    return logits / max(temperature, 1e-6)


def draw(logits: Logits, p: Mapping[str, Any], rng: np.random.Generator, *, style: str) -> tuple[int, Logits]:
    """(token, processed log-probabilities). `style`: `llama.cpp` cuts before it heats, `vllm` after; both draw from the
    cumulative probabilities; `gumbel` takes the largest of noised logits."""
    if p["temperature"] <= 0 and p["dynatemp_range"] <= 0 and style != "llama.cpp":
        return int(np.argmax(logits)), log_softmax(logits)
    logits = without_top(logits, p, rng)
    if p["temperature"] <= 0 and p["dynatemp_range"] <= 0:
        return int(np.argmax(logits)), log_softmax(logits)
    out = heated(truncated(logits, p), p) if style == "llama.cpp" else truncated(heated(logits, p), p)
    if p["mirostat"]:
        out = heated(_mirostat(logits, p), p)
    if style == "gumbel":
        return int(np.argmax(out + rng.gumbel(size=len(out)))), log_softmax(out)
    probabilities = softmax(out)
    order = np.argsort(-probabilities, kind="stable")
    place = int(np.searchsorted(np.cumsum(probabilities[order]), rng.random(), side="right"))
    return int(order[min(place, len(order) - 1)]), log_softmax(out)


def softmax(logits: Logits) -> Logits:
    weights = np.exp(logits - logits.max())
    return np.asarray(weights / weights.sum())


def log_softmax(logits: Logits) -> Logits:
    shifted = logits - logits.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()))


def _mirostat(logits: Logits, p: Mapping[str, Any]) -> Logits:
    """Mirostat 2 without its memory: tokens that surprise by more than tau bits are cut."""
    surprise = -log_softmax(logits) / np.log(2)
    return np.where(surprise <= max(p["mirostat_tau"], surprise.min()), logits, _BANNED)


def _only(logits: Logits, kept: Any) -> Logits:
    out = np.full_like(logits, _BANNED)
    out[kept] = logits[kept]
    return out


def _nucleus(order: Any, probabilities: Logits, share: float) -> Any:
    reached = np.cumsum(probabilities[order])
    return order[: 1 + int(np.searchsorted(reached, share, side="left"))]
