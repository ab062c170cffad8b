"""How long `fein` takes to answer: wall and processor time of new processes, medians.

python -m benchmarks.startup.run --out benchmarks/startup/results.json
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

BAR_S = 0.3
LINES = {
    "python -c pass": ["-c", "pass"],
    "import typer": ["-c", "import typer"],
    "fein --version": ["-m", "feinschliff", "--version"],
    "fein --help": ["-m", "feinschliff", "--help"],
    "fein tune --help": ["-m", "feinschliff", "tune", "--help"],
    "fein data posts --help": ["-m", "feinschliff", "data", "posts", "--help"],
    "fein runs --json": ["-m", "feinschliff", "runs", "--json", "--store", "sqlite://"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in LINES}
    for round_ in range(options.rounds + 1):
        for name, arguments in LINES.items():
            measured = once(arguments)
            if round_:  # the first one fills the caches
                times[name].append(measured)
    result = {
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "rounds": options.rounds,
        "lines": {name: summary(values) for name, values in times.items()},
        "bar_s": BAR_S,
        "held": statistics.median(wall for wall, _ in times["fein --help"]) <= BAR_S,
    }
    print(json.dumps(result, indent=2))
    if options.out is not None:
        options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def once(arguments: list[str]) -> tuple[float, float]:
    """(wall, processor) seconds of one new process."""
    environment = {**os.environ, "FEIN_LANG": "en", "PYTHONDONTWRITEBYTECODE": ""}
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, arguments
    return wall, usage.ru_utime + usage.ru_stime


def summary(values: list[tuple[float, float]]) -> dict[str, float]:
    """Medians, and the slowest."""
    walls = [wall for wall, _ in values]
    return {
        "wall_s": round(statistics.median(walls), 4),
        "wall_slowest_s": round(max(walls), 4),
        "processor_s": round(statistics.median(cpu for _, cpu in values), 4),
    }


if __name__ == "__main__":
    main()
