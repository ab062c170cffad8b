"""Memory as estimated and as measured: house models and generated ones of six other shapes, up to 1 B parameters.

nice -n 19 python -m benchmarks.memory.run --out benchmarks/memory/results.json
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.fakes.model_files import Sizes, write_model

from benchmarks.common import model_record
from feinschliff.models.fit import read_candidate
from feinschliff.models.hardware import processor_name, usable_memory
from feinschliff.models.house import house_path
from feinschliff.models.measuring import measure
from feinschliff.models.memory import Plan, memory_of
from feinschliff.models.residuals import engine_name
from feinschliff.models.sizes import GIB, MIB

SHAPES = {
    "21 M, 8 of 8 heads, q8_0": Sizes(6, 512, 8, 8, 1408, 4096),
    "100 M, 4 of 12 heads, 32,000 tokens, q8_0": Sizes(12, 768, 12, 4, 2048, 32000),
    "152 M, 4 of 16 heads, f16": Sizes(12, 1024, 16, 4, 2816, 16384, kind="f16"),
    "175 M, window of 1024 in 5 of 6 layers, q4_k": Sizes(
        12, 1024, 8, 4, 2816, 32768, head=128, kind="q4_k", architecture="gemma3",
        more={"attention.sliding_window": 1024},
    ),
    "497 M, 16 experts of which 2, q8_0": Sizes(
        12, 768, 12, 4, 1024, 32000, architecture="qwen3moe", experts=16, experts_used=2
    ),
    "938 M, 8 of 32 heads, q8_0": Sizes(16, 2048, 32, 8, 7168, 32000, head=64),
}  # fmt: skip
HOUSE_PLANS = [Plan(2048, 1, "f16"), Plan(2048, 4, "f16"), Plan(1024, 1, "q8_0"), Plan(2048, 2, "q4_0")]
PLANS = [Plan(1024, 1, "f16"), Plan(512, 4, "f16"), Plan(1024, 1, "q8_0"), Plan(512, 2, "q4_0")]
LARGE_PLANS = [Plan(256, 2, "f16"), Plan(256, 1, "q8_0"), Plan(4096, 1, "q4_0")]
"""Short contexts, or filling them would take an hour; the last one is not filled."""
WIDEST, SHARE = 0.15, 0.95


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", help="part of a shape's name: measure it again, and keep the other rows of --out")
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    if options.only:
        rows = [kept for kept in json.loads(options.out.read_text())["rows"] if options.only not in kept["model"]]
    for name in ("house-1", "house-2"):
        for plan in HOUSE_PLANS if not options.only else []:
            rows.append(row(name, house_path(name), plan, fill_s=60.0))
    with tempfile.TemporaryDirectory() as folder:
        for name, sizes in SHAPES.items():
            if options.only and options.only not in name:
                continue
            check_room(Path(folder))
            file = write_model(Path(folder) / "model.gguf", sizes)
            large = file.stat().st_size > GIB // 4
            for plan in LARGE_PLANS if large else PLANS:
                rows.append(row(name, file, plan, fill_s=120.0 if large else 60.0))
            file.unlink()
    result = summary(rows)
    print(json.dumps({key: value for key, value in result.items() if key != "rows"}, indent=2))
    if options.out is not None:
        options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def check_room(folder: Path) -> None:
    """Leave the machine alone where it is short of memory or disk."""
    free = usable_memory()[1]
    assert free is None or free > 6 * GIB, f"only {free} bytes of memory are free"
    assert shutil.disk_usage(folder).free > 6 * GIB, "the disk is nearly full"


def row(name: str, file: Path, plan: Plan, *, fill_s: float) -> dict[str, Any]:
    """One model under one plan: estimated, then loaded alone in a process of its own."""
    candidate = read_candidate(file)
    memory = memory_of(candidate.shape, candidate.weights, plan)
    done = measure(file, slots=plan.slots, context_tokens=plan.context_tokens, kv=plan.kv, fill_s=fill_s)
    points = [point for point in (done.answered, done.full) if point is not None]
    made = {
        "model": name,
        "parameters": candidate.weights.parameters,
        "slots": plan.slots,
        "context": plan.context_tokens,
        "kv": plan.kv,
        "low_mib": mib(memory.low),
        "high_mib": mib(memory.high),
        "half_width": round((memory.high - memory.low) / (memory.high + memory.low), 4),
        "answered_mib": mib(done.answered),
        "full_mib": None if done.full is None else mib(done.full),
        "inside": all(memory.low <= point <= memory.high for point in points),
        "kv_mib": mib(memory.kv),
        "kv_told_mib": mib(done.told.get("kv", 0)),
    }
    print(json.dumps(made), flush=True)
    return made


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What the bars ask for."""
    inside = sum(row["inside"] for row in rows)
    widest = max(row["half_width"] for row in rows)
    equal = sum(abs(row["kv_mib"] - row["kv_told_mib"]) <= 0.02 for row in rows)
    return {
        "engine": engine_name(),
        "processor": processor_name(),
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "house": [model_record(name) for name in ("house-1", "house-2")],
        "shapes": {name: {k: v for k, v in asdict(sizes).items() if v} for name, sizes in SHAPES.items()},
        "cases": len(rows),
        "inside": inside,
        "inside_share": round(inside / len(rows), 4),
        "widest_half_width": widest,
        "kv_equal": equal,
        "bars": {"inside_share": SHARE, "half_width": WIDEST, "kv_equal": len(rows)},
        "held": inside / len(rows) >= SHARE and widest <= WIDEST and equal == len(rows),
        "rows": rows,
    }


def mib(size: int) -> float:
    return round(size / MIB, 2)


if __name__ == "__main__":
    main()
