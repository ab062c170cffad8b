"""Tokens per second as `fein models fit` states them, and as the embedded engine makes them.

python -m benchmarks.speed.run --out benchmarks/speed/results.json
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.fakes.model_files import Sizes, write_model

from benchmarks.common import ROOT, machine_record, model_record
from benchmarks.memory.run import check_room
from feinschliff.endpoints.engine import Engine, EngineOptions
from feinschliff.models.fit import fit, read_candidate
from feinschliff.models.hardware import bandwidth
from feinschliff.models.house import house_path
from feinschliff.models.memory import kv_by_layer
from feinschliff.models.plan import Plan
from feinschliff.models.speed import speed_of

SHAPES = {
    "31 M": Sizes(8, 512, 8, 4, 1536, 16384),
    "107 M": Sizes(12, 768, 12, 4, 2304, 32000),
    "316 M": Sizes(16, 1152, 18, 6, 3840, 32000),
    "938 M": Sizes(16, 2048, 32, 8, 7168, 32000),
}
KINDS = ("f16", "q8_0", "q4_0")
CONTEXT, LARGE_CONTEXT, LARGE = 256, 128, 500_000_000
"""Tokens of a slot, and for models of more parameters than that: longer ones would take an hour to fill."""
SHORT, ANSWER, AGAIN = 8, 40, 3
"""Tokens of the short prompt and of each answer, and how often each is made."""
SHARE = 0.9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", help="part of a model's name: measure it again, and keep the other rows of --out")
    parser.add_argument("--one", type=Path, help="answer times of one file, for the process that measures it alone")
    parser.add_argument("--context", type=int, default=CONTEXT)
    options = parser.parse_args()
    if options.one is not None:
        print(json.dumps(answers(options.one, options.context)), flush=True)
        os._exit(0)
    rows: list[dict[str, Any]] = []
    if options.only:
        rows = [kept for kept in json.loads(options.out.read_text())["rows"] if options.only not in kept["model"]]
    for name in ("house-1", "house-2"):
        if not options.only or options.only in name:
            rows.append(row(name, house_path(name)))
    with tempfile.TemporaryDirectory() as folder:
        for size, shape in SHAPES.items():
            for kind in KINDS:
                name = f"{size}, {kind}"
                if options.only and options.only not in name:
                    continue
                check_room(Path(folder))
                file = write_model(Path(folder) / "model.gguf", replace(shape, kind=kind))
                rows.append(row(name, file))
                file.unlink()
    result = summary(rows)
    print(json.dumps({key: value for key, value in result.items() if key != "rows"}, indent=2))
    if options.out is not None:
        options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def row(name: str, file: Path) -> dict[str, Any]:
    """One model: what is stated, with the bandwidth measured before and after, and what its answers took."""
    candidate = read_candidate(file)
    context = LARGE_CONTEXT if candidate.weights.parameters > LARGE else CONTEXT
    plan = Plan(context, 1, "f16")
    found = fit(candidate, plan, gpu=None, room=None)
    per_slot = sum(kv_by_layer(candidate.shape, plan))
    before = bandwidth(1)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.speed.run", "--one", str(file), "--context", str(context)],
        capture_output=True, text=True, cwd=ROOT, check=True,
    )  # fmt: skip
    after = bandwidth(1)
    told = json.loads(done.stdout.strip().splitlines()[-1])
    stated = speed_of(
        found.placement, per_slot, card_bandwidth=None, main_bandwidth=max(before, after), bits=candidate.bits
    )
    assert stated is not None
    short, full = statistics.median(told["short"]), statistics.median(told["full"])
    alone_short, alone_full = (statistics.median(told[f"alone_{name}"]) for name in ("short", "full"))
    made = {
        "model": name,
        "parameters": candidate.weights.parameters,
        "context": context,
        "read_mib": round(found.placement.main_read / 2**20, 1),
        "gb_per_s": [round(before / 1e9, 1), round(after / 1e9, 1)],
        "ceiling": round(stated.ceiling, 1),
        "low": round(stated.low, 1),
        "high": round(stated.high, 1),
        "short": round(short, 1),
        "full": round(full, 1),
        "alone_short": round(alone_short, 1),
        "alone_full": round(alone_full, 1),
        "of_ceiling": round(alone_short / stated.ceiling, 3),
        "inside": all(stated.low <= rate <= stated.high for rate in (alone_short, alone_full)),
        "runs": told,
        "load": round(os.getloadavg()[0], 2),
    }
    print(json.dumps({key: value for key, value in made.items() if key != "runs"}), flush=True)
    return made


def answers(file: Path, context: int) -> dict[str, list[float]]:
    """Tokens per second of answers after a short prompt, and at the end of a full context, by two clocks.

    `alone_`: by the process's processor time, which other work on the machine does not lengthen; the engine computes
    with one thread here.
    """
    engine = Engine(file, EngineOptions("model", None, context_tokens=context, threads=1))
    ask(engine.address, SHORT, ANSWER)  # the first reads a mapped file
    told: dict[str, list[float]] = {}
    for name, prompt in (("short", SHORT), ("full", context - ANSWER - SHORT)):
        for _ in range(AGAIN):
            first, _ = ask(engine.address, prompt, 1)
            whole, rate = ask(engine.address, prompt, ANSWER)
            told.setdefault(name, []).append(round(rate, 2))
            told.setdefault(f"alone_{name}", []).append(round((ANSWER - 1) / (whole - first), 2))
    return told


def ask(address: str, prompt: int, answer: int) -> tuple[float, float]:
    """(seconds of processor time in all, tokens per second as the engine tells them: without reading the prompt)."""
    host, _, port = address.removeprefix("http://").rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=900.0)
    body = {
        "prompt": [7 + n % 89 for n in range(prompt)],
        "n_predict": answer,
        "ignore_eos": True,
        "cache_prompt": False,
        "seed": 1,
    }
    started = time.process_time()
    try:
        connection.request("POST", "/completion", json.dumps(body))
        told = json.loads(connection.getresponse().read())["timings"]
    finally:
        connection.close()
    assert told["predicted_n"] == answer, told
    return time.process_time() - started, float(told["predicted_per_second"])


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What the claim rests on."""
    inside = sum(row["inside"] for row in rows)
    return {
        **machine_record(),
        "house": [model_record(name) for name in ("house-1", "house-2")],
        "cases": len(rows),
        "inside": inside,
        "above_the_ceiling": [row["model"] for row in rows if row["of_ceiling"] > 1],
        "held": inside / len(rows) >= SHARE,
        "rows": rows,
    }


if __name__ == "__main__":
    main()
