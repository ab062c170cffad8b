"""What benchmarks share: a task for the fake server, `fein tune` as a process of its own, and the model's name."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

from feinschliff.models.hardware import processor_name
from feinschliff.models.house import house_path
from feinschliff.models.residuals import engine_name

ROOT = Path(__file__).parent.parent

WORDS = (
    *("Rad", "Helm", "Katze", "Markt", "Garten", "Lampe", "Tisch", "Ufer"),
    *("Brief", "Schule", "Wagen", "Turm", "Park", "Kanal", "Platz", "Baum"),
)


def write_data(path: Path, rows: int) -> None:
    """Rows with a question and the answer that a good setting gives."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "post", "subject"])
        for i in range(rows):
            subject = " ".join(WORDS[(i * k + i // 16) % len(WORDS)] for k in (1, 3, 5, 7, 11))
            writer.writerow([f"r{i}", f"Frage {i}", subject])


def tune_command(data: Path, store: Path, url: str, *, requests: int, concurrency: int, extra: list[str]) -> list[str]:
    """`fein tune` on that task."""
    return [
        sys.executable, "-m", "feinschliff", "tune", str(data), "--prompt", "{{ post }} ANSWER: {{ subject }}",
        "--target", "subject", "-p", "temperature=0:1.5", "-p", "top_p=0.1:1", "-p", "max_tokens=32",
        "--endpoint", url, "--store", str(store), "--requests", str(requests), "--concurrency", str(concurrency),
        "--json", *extra,
    ]  # fmt: skip


def run_to_end(command: list[str]) -> tuple[int, dict[str, Any]]:
    """(exit code, JSON document) of one command."""
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    return done.returncode, json.loads(done.stdout)


def outcome(document: dict[str, Any]) -> dict[str, Any]:
    """All that must not depend on faults and interruptions: everything but what it cost, where it lies, and how long
    answers took."""
    return {name: value for name, value in document.items() if name not in {"spent", "report", "run", "pareto"}}


def machine_record() -> dict[str, Any]:
    """What figures of a machine depend on."""
    return {
        "engine": engine_name(),
        "processor": processor_name(),
        "processors": os.cpu_count(),
        "python": platform.python_version(),
    }


def model_record(name: str) -> dict[str, str]:
    """Name and SHA-256 of a shipped model, as every results file keeps them."""
    return {"name": name, "sha256": hashlib.sha256(house_path(name).read_bytes()).hexdigest()}
