"""How far the estimates of memory were off on this machine: measured, kept, and shown beside the next estimate."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import time
from pathlib import Path
from typing import Any

import platformdirs

from feinschliff.models.measuring import Measured
from feinschliff.models.memory import Memory
from feinschliff.models.plan import Plan

_KEPT = 200


def engine_name() -> str:
    """The engine that the figures are of: name, version, kind of processor."""
    try:
        version = importlib.metadata.version("xllamacpp")
    except importlib.metadata.PackageNotFoundError:
        version = "-"
    return f"xllamacpp {version} {platform.system()} {platform.machine()}"


def off(memory: Memory, measured: Measured) -> tuple[float, float | None]:
    """How far memory lies outside its range, after a short answer and in full use; 0 within, negative below.

    As parts of the ranges' ends; None for full use where that was not measured.
    """
    full = None if measured.full is None else memory.full.off(measured.full)
    return memory.answered.off(measured.answered), full


def residual(memory: Memory, measured: Measured) -> float:
    """The larger of the two ways that `off` tells."""
    return max(off(memory, measured), key=lambda way: abs(way or 0.0)) or 0.0


def from_middle(memory: Memory, measured: Measured) -> float:
    """How far memory in full use lies from the middle of its range, as a part of it; else that after the answer."""
    if measured.full is None:
        return measured.answered / memory.answered.middle - 1
    return measured.full / memory.full.middle - 1


def keep_residual(model: str, plan: Plan, memory: Memory, measured: Measured) -> Path:
    """Add a measurement to the user's file; returns its path. What was measured before of the same is replaced."""
    path = _path()
    row = {
        "engine": engine_name(),
        "model": model,
        "context": plan.context_tokens,
        "slots": plan.slots,
        "kv": plan.kv,
        "low": memory.full.low,
        "high": memory.full.high,
        "answered_low": memory.answered.low,
        "answered_high": memory.answered.high,
        "answered": measured.answered,
        "full": measured.full,
        "residual": residual(memory, measured),
        "from_middle": from_middle(memory, measured),
        "at": time.time(),
    }
    same = ("engine", "model", "context", "slots", "kv")
    rows = [old for old in _rows() if any(old.get(key) != row[key] for key in same)]
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps([*rows, row][-_KEPT:], indent=1) + "\n", encoding="utf-8")
    os.replace(fresh, path)
    return path


def known_residuals() -> list[float]:
    """The residuals of this engine on this machine, the newest last; not those of one range for both moments."""
    name = engine_name()
    values = [row.get("residual") for row in _rows() if row.get("engine") == name and "answered_low" in row]
    return [float(value) for value in values if isinstance(value, int | float)]


def _rows() -> list[dict[str, Any]]:
    try:
        rows = json.loads(_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _path() -> Path:
    return Path(platformdirs.user_data_path("feinschliff")) / "memory.json"
