"""Memory as estimated and as measured: house models, named shapes up to 1 B parameters, and drawn ones.

nice -n 19 python -m benchmarks.memory.run --out benchmarks/memory/results.json
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.fakes.model_files import Sizes, write_model

from benchmarks.common import machine_record, model_record
from benchmarks.memory import shapes
from feinschliff.models.fit import read_candidate
from feinschliff.models.hardware import usable_memory
from feinschliff.models.house import house_path
from feinschliff.models.measuring import measure
from feinschliff.models.memory import Range, memory_of
from feinschliff.models.plan import Plan
from feinschliff.models.sizes import GIB, MIB

DRAWN = 20
WIDEST, SHARE = 0.15, 0.95


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", default="", help="pattern of names: measure these, and keep the other rows of --out")
    options = parser.parse_args()
    rows = [
        row
        for name in ("house-1", "house-2")
        if re.search(options.only, name)
        for row in measured(name, house_path(name), shapes.HOUSE_PLANS, fill_s=60.0)
    ]
    with tempfile.TemporaryDirectory() as folder:
        for name, sizes, plans in cases():
            if not re.search(options.only, name):
                continue
            check_room(Path(folder))
            file = write_model(Path(folder) / "model.gguf", sizes)
            large = file.stat().st_size > GIB // 4
            rows += measured(name, file, shapes.LARGE_PLANS if large else plans, fill_s=120.0 if large else 60.0)
            file.unlink()
    if options.only and options.out.exists():
        done = {row["model"] for row in rows}
        rows += [kept for kept in json.loads(options.out.read_text())["rows"] if kept["model"] not in done]
    result = summary(rows)
    print(json.dumps({key: value for key, value in result.items() if key not in ("rows", "shapes")}, indent=2))
    options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def cases() -> Iterator[tuple[str, Sizes, list[Plan]]]:
    """Generated models: the small ones first."""
    for name, sizes in shapes.SMALL.items():
        yield name, sizes, shapes.small_plans(sizes)
    yield from shapes.drawn(DRAWN)
    for name, sizes in shapes.LARGE.items():
        yield name, sizes, shapes.PLANS


def check_room(folder: Path) -> None:
    """Leave the machine alone where it is short of memory or disk."""
    free = usable_memory()[1]
    assert free is None or free > 6 * GIB, f"only {free} bytes of memory are free"
    assert shutil.disk_usage(folder).free > 6 * GIB, "the disk is nearly full"


def measured(name: str, file: Path, plans: list[Plan], *, fill_s: float) -> list[dict[str, Any]]:
    """One model under each plan: estimated, then loaded alone in a process of its own."""
    candidate = read_candidate(file)
    rows = []
    for plan in plans:
        memory = memory_of(candidate.shape, candidate.weights, plan)
        done = measure(file, slots=plan.slots, context_tokens=plan.context_tokens, kv=plan.kv, fill_s=fill_s)
        rows.append(
            {
                "model": name,
                "parameters": candidate.weights.parameters,
                "slots": plan.slots,
                "context": plan.context_tokens,
                "kv": plan.kv,
                "answered": compared(memory.answered, done.answered),
                "full": None if done.full is None else compared(memory.full, done.full),
                "kv_mib": mib(memory.kv),
                "kv_told_mib": mib(done.told.get("kv", 0)),
            }
        )
        print(json.dumps(rows[-1]), flush=True)
    return rows


def compared(stated: Range, found: int) -> dict[str, Any]:
    """One moment's range, and what was measured then."""
    return {
        "low_mib": mib(stated.low),
        "high_mib": mib(stated.high),
        "half_width": round((stated.high - stated.low) / (stated.high + stated.low), 4),
        "measured_mib": mib(found),
        "from_middle": round(found / stated.middle - 1, 4),
        "inside": stated.low <= found <= stated.high,
    }


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What the bars ask for."""
    moments = {name: [row[name] for row in rows if row[name] is not None] for name in ("answered", "full")}
    told = {
        name: {
            "measured": len(found),
            "inside": sum(one["inside"] for one in found),
            "inside_share": round(sum(one["inside"] for one in found) / len(found), 4),
            "widest_half_width": max(one["half_width"] for one in found),
            "farthest_from_middle": max((one["from_middle"] for one in found), key=abs),
        }
        for name, found in moments.items()
    }
    equal = sum(abs(row["kv_mib"] - row["kv_told_mib"]) <= 0.02 for row in rows)
    held = all(one["inside_share"] >= SHARE and one["widest_half_width"] <= WIDEST for one in told.values())
    return {
        **machine_record(),
        "house": [model_record(name) for name in ("house-1", "house-2")],
        "shapes": {name: {k: v for k, v in asdict(sizes).items() if v} for name, sizes, _ in cases()},
        "cases": len(rows),
        **told,
        "kv_equal": equal,
        "bars": {"inside_share": SHARE, "half_width": WIDEST, "kv_equal": len(rows)},
        "held": held and equal == len(rows),
        "rows": rows,
    }


def mib(size: int) -> float:
    return round(size / MIB, 2)


if __name__ == "__main__":
    main()
