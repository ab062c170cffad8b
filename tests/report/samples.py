"""Runs made by hand, as the store would give them back."""

from __future__ import annotations

import math
from typing import Any

from feinschliff.store import Run

NASTY = '<script>alert("x")</script><img src=https://evil.example/a.png onerror=alert(1)> & "quoted" \x07 ünïcode'

KNOBS = {"temperature": [0.0, 1.5], "top_p": [0.1, 1.0], "top_k": [1, 100], "system": {"choices": ["Be brief.", NASTY]}}
BEST = {"temperature": 0.2099731, "top_p": 0.93, "top_k": 12, "max_tokens": 32, "system": NASTY, "prompt": "{{ post }}"}
TODAY = {
    "temperature": 0.8,
    "top_p": None,
    "top_k": 40,
    "max_tokens": 32,
    "system": "Be brief.",
    "prompt": "{{ post }}",
}


def result(verdict: str | None = "better", **changes: Any) -> dict[str, Any]:
    """A result document with the numbers of that verdict."""
    low, mean, high = {"better": (0.031, 0.056, 0.081), "worse": (-0.09, -0.056, -0.02)}.get(
        verdict or "", (-0.02, 0.006, 0.032)
    )
    document = {
        "run": "3f2a9c0d1e4b",
        "name": "spring",
        "verdict": verdict,
        "settings": BEST,
        "baseline_settings": TODAY,
        "recommended": BEST if verdict == "better" else TODAY,
        "held_out": {
            "unit": "examples",
            "n": 60,
            "best": {"mean": 0.612 + mean, "stderr": 0.014},
            "baseline": {"mean": 0.612, "stderr": 0.016},
            "difference": {"mean": mean, "low": low, "high": high},
            "detectable": 0.03,
        },
        "knobs": {"temperature": "honoured", "top_k": "inert"},
        "spent": {"requests": 800, "prompt_tokens": 70123, "completion_tokens": 9876, "seconds": 38.2, "usd": None},
        "warnings": [f"The first failure: {NASTY}"],
        "report": "/tmp/report.html",
    }
    return {**document, **changes}


def nothing_measured() -> dict[str, Any]:
    """A result in which no pair could be scored."""
    level = {"mean": None, "stderr": None}
    empty = {"mean": None, "low": None, "high": None}
    held_out = {"unit": "examples", "n": 0, "best": level, "baseline": level, "difference": empty, "detectable": None}
    return result(None, held_out=held_out, warnings=[])


def details() -> dict[str, Any]:
    """What a finished tuning run keeps for its report."""
    xs = [i / 40 * 1.5 for i in range(41)]
    ks = [round(math.exp(i / 40 * math.log(100))) for i in range(41)]
    flat = {"mean": [0.6] * 41, "low": [0.55] * 41, "high": [0.65] * 41}
    return {
        **comparison_details(),
        "sampler": "fein",
        "split": {"search": 90, "held_out": 60, "shared": False},
        "space": {"knobs": KNOBS, "fixed": {"max_tokens": 32, "prompt": "{{ post }}"}},
        "block": 16,
        "trials": [
            _trial(TODAY, "baseline", 0.61, 60),
            _trial(BEST, "model", 0.67, 60),
            _trial({**BEST, "temperature": 0.0}, "greedy", 0.64, 1),
            _trial({**BEST, "temperature": 1.4}, "random", None, 0),
        ],
        "history": [
            {"round": i, "answers": 60 + 70 * i, "mean": 0.6 + 0.01 * i, "deviation": 0.03 / (i + 1), "settings": BEST}
            for i in range(6)
        ],
        "effects": {
            "temperature": {"kind": "range", "x": xs, **flat, "winner": BEST["temperature"]},
            "top_k": {"kind": "range", "x": ks, **flat, "winner": 12},
            "system": {
                "kind": "choices",
                "x": ["Be brief.", NASTY],
                "mean": [0.6, 0.65],
                "low": [0.55, 0.6],
                "high": [0.65, 0.7],
                "winner": NASTY,
            },
        },
        "search_flags": {"answers": 600, "failed": 1, "truncated": 24, "empty": 2},
    }


def comparison_details() -> dict[str, Any]:
    """What a comparison keeps for its report."""
    return {
        "task": {"name": "subject lines", "examples": 150, "system": "Be brief.", "prompt": "{{ post }}"},
        "endpoint": {"identity": "http://localhost:11434/v1", "backend": "ollama", "model": "llama3.2"},
        "scorer": "similarity",
        "seed": 0,
        "versions": {"feinschliff": "0.1.0", "Python": "3.12.1"},
        "scores": [[f"post-{i}", 1_000_000, 0.5 + (i % 7 - 2) / 10, 0.5] for i in range(60)],
        "samples": [_pair(i, (i % 7 - 2) / 10) for i in range(12)]
        + [{**_pair(12, 0.0), "best": None}, {**_pair(13, 0.0), "baseline": _side("", None, failure="timed out")}],
        "best_flags": {"answers": 60, "failed": 0},
        "baseline_flags": {"answers": 60, "failed": 0, "looping": 3},
    }


def run(result: dict[str, Any] | None, details: dict[str, Any] | None, **changes: Any) -> Run:
    """A row of the runs table."""
    row: dict[str, Any] = {
        "id": "3f2a9c0d1e4b",
        "name": "spring",
        "kind": "tune",
        "status": "done" if result else "interrupted",
        "salt": "",
        "facts": None,
        "spec": {"kind": "tune", "endpoint": "http://localhost:11434/v1", "model": "llama3.2", "scorer": "similarity"},
        "created_s": 1_780_000_000.0,
        "seconds": 38.2,
        "budget": {"requests": 800, "tokens": None},
        "result": result,
        "details": details,
    }
    return Run(**{**row, **changes})


def _trial(settings: dict[str, Any], origin: str, mean: float | None, n: int) -> dict[str, Any]:
    stderr = 0.02 if n > 1 else None
    return {"settings": settings, "origin": origin, "round": 0, "mean": mean, "stderr": stderr, "n": n}


def _pair(i: int, difference: float) -> dict[str, Any]:
    return {
        "example": f"post-{i}",
        "repeat": 1_000_000,
        "prompt": f"Subject line for this post: {NASTY}",
        "target": f"Target {i}",
        "best": _side(f"Best {i} {NASTY}", 0.5 + difference),
        "baseline": {**_side(f"Baseline {i}", 0.5), "flags": ["truncated"], "reasoning": NASTY},
    }


def _side(text: str, score: float | None, failure: str | None = None) -> dict[str, Any]:
    reason = "no answer" if score is None else None
    answer = {"text": text, "reasoning": None, "flags": [], "failure": failure}
    return {**answer, "score": score, "reason": reason, "tokens": 7, "latency_s": 0.25}
