"""What a smaller house model loses: `python -m benchmarks.quantise.run --out benchmarks/quantise/results.json`.

Everything goes through the command line: `fein models quantise` makes the files and measures perplexity, `fein compare`
scores each against float16 in pairs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import xllamacpp

from benchmarks.common import ROOT, model_record
from feinschliff.datasets.bundled import BUNDLED
from feinschliff.endpoints.ask import ask
from feinschliff.endpoints.engine import Engine, EngineOptions
from feinschliff.models.house import house_training_folder

MODEL = "house-2"
KINDS = ("q8_0", "q6_k", "q5_k_m", "q4_k_m", "q4_k_s", "q4_0")
TASKS = ("subjects", "posts")
SETTINGS = "temperature=0"
ROUNDS = 15
PREDICTED = 256


def main() -> None:
    """Parse the arguments, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = folder / "f16.gguf"
        fein("models", "quantise", house_training_folder(MODEL), whole, "--to", "f16")
        rows = {"f16": {"bytes": whole.stat().st_size, "bits": 16.0}}
        for kind in KINDS:
            rows[kind] = measured(whole, folder / f"{kind}.gguf", kind, folder / "store.db")
            print(kind, json.dumps(rows[kind]), file=sys.stderr, flush=True)
        for kind, speed in speeds({kind: folder / f"{kind}.gguf" for kind in rows}).items():
            rows[kind] |= speed
    document = {
        "model": model_record(MODEL),
        "engine": f"xllamacpp {xllamacpp.__version__}",
        "settings": SETTINGS,
        "rounds": ROUNDS,
        "tasks": {task: len(BUNDLED[task].rows()) for task in TASKS},
        "kinds": rows,
    }
    options.out.write_text(json.dumps(document, indent=2) + "\n")


def measured(whole: Path, out: Path, kind: str, store: Path) -> dict[str, Any]:
    """Size, errors, perplexity of the subject lines, and the score on both tasks."""
    made = fein(
        *("models", "quantise", whole, out, "--to", kind, "--score", "subjects", "--settings", SETTINGS),
        *("--store", store),
    )
    row: dict[str, Any] = {
        "bytes": made["bytes_after"],
        "bits": made["bits"],
        "error": {part["part"]: round(part["relative"], 6) for part in made["parts"] if part["relative"]},
        "formats": {part["part"]: part["kinds"] for part in made["parts"] if part["relative"]},
        "fallbacks": [f"{f['tensor']}: {f['wanted']} -> {f['kind']}" for f in made["fallbacks"]],
        "perplexity": made["perplexity"],
        "scores": {},
    }
    for task in TASKS:
        result = fein(
            *("compare", task, "--a", f"model={out},{SETTINGS}", "--b", f"model={whole},{SETTINGS}"),
            *("--requests", 400, "--store", store, "--report", out.with_suffix(".html")),
        )
        row["scores"][task] = {"verdict": result["verdict"], **result["held_out"]}
    return row


def speeds(files: dict[str, Path]) -> dict[str, dict[str, float]]:
    """Tokens per second of processor time, one request at a time on one thread; the files take turns.

    Processor time, since the machine has other work; of the rounds the best counts, since that work still takes caches.
    """
    post = BUNDLED["subjects"].rows()[0]["post"]
    read = {"prompt": f"{post} " * 8, "n_predict": 1, "cache_prompt": False}
    write = {"prompt": "Subject", "n_predict": PREDICTED, "ignore_eos": True, "cache_prompt": False, "seed": 1}
    found: dict[str, list[tuple[float, float]]] = {kind: [] for kind in files}
    for _ in range(ROUNDS):
        for kind, file in files.items():
            with closing(Engine(file, EngineOptions("model", None))) as engine:
                found[kind].append((timed(engine, read, "prompt_n"), timed(engine, write, "predicted_n")))
    return {
        kind: {
            "prompt_tokens_per_s": round(max(prompt for prompt, _ in values)),
            "tokens_per_s": round(max(answer for _, answer in values)),
        }
        for kind, values in found.items()
    }


def timed(engine: Engine, body: dict[str, Any], count: str) -> float:
    """Tokens per second of this process's time, Python's part in it."""
    started = time.process_time()
    told = ask(f"{engine.address}/completion", body)
    spent = time.process_time() - started
    assert told is not None
    return float(told["timings"][count] / spent)


def fein(*arguments: object) -> dict[str, Any]:
    """One command and its JSON document."""
    command = [sys.executable, "-m", "feinschliff", *map(str, arguments), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    main()
