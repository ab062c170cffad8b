"""Random budgets under random faults: is any limit ever exceeded, by the server's own books?

    python -m benchmarks.budgets.run --cases 200 --out benchmarks/budgets/results.json

Each case draws a verb, a mix of limits (requests, tokens, seconds, USD), faults, a pace, a concurrency, and for a part
of them `kill -9` at random moments with a resume after each. The server counts a token for each byte of a prompt, adds
a template of its own, and counts answers as made although they broke on the way: that is the bill.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fakes.metered import MeteredServer, random_faults

from benchmarks.common import ROOT, write_data

PRICES = {"small": (1.0, 2.0), "large": (10.0, 40.0)}
ROWS = 40
LIMIT_S = 90.0
"""A run whose limits reach further is killed in the end as well."""


@dataclass(frozen=True)
class Case:
    """What is drawn for one seed."""

    seed: int
    verb: str
    limits: Mapping[str, float]
    options: tuple[str, ...]
    server: Mapping[str, Any]
    kills_s: tuple[float, ...]
    """After how many seconds a process is killed; the last one is left to end."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="seed of the first case")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--prefix", default="", help="put before each command, as 'chrt -r 1' on a busy machine")
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_data(folder / "data.csv", ROWS)
        (folder / "prices.toml").write_text(price_table(), encoding="utf-8")
        for seed in range(options.first, options.first + options.cases):
            rows.append(run_case(draw(seed), folder, prefix=options.prefix.split()))
            print(json.dumps(rows[-1]), flush=True)
            if options.out is not None:
                options.out.write_text(document(rows), encoding="utf-8")
    print(json.dumps(summary(rows), indent=2))
    if any(row["exceeded"] for row in rows):
        sys.exit(1)


def draw(seed: int) -> Case:
    """The case of a seed."""
    rng = random.Random(f"budgets/{seed}")
    verb = rng.choice(["generate", "generate", "compare", "tune"])
    wide = 4.0 if verb == "tune" else 1.0
    sizes = {
        "requests": rng.randint(5, 90) * (3 if verb == "tune" else 1),
        "tokens": int(wide * rng.uniform(1_000, 25_000)),
        "usd": wide * rng.uniform(0.001, 0.04),
        "seconds": rng.uniform(2.5, 12.0),
    }
    names = rng.sample(sorted(sizes), rng.choice([1, 1, 2, 3, 4]))
    several = verb != "generate" and rng.random() < 0.5
    options = ["--concurrency", str(rng.randint(1, 8)), "--timeout", f"{rng.uniform(0.5, 2.0):.2f}"]
    options += ["--seed", str(rng.randint(0, 5))]
    if rng.random() < 0.15 and "seconds" in names:
        options += rng.choice([["--rpm", "30"], ["--tpm", "3000"]])
    options += asked_for(verb, several=several, most=rng.choice([8, 32, 128]))
    server = {
        "faults": random_faults(rng),
        "seed": seed,
        "slowest_s": rng.choice([0.0, 0.05, 0.3, 3.0]),
        "usage": rng.random() < 0.85,
        "template": rng.choice([0, 12, 40, 64]),
        "retry_after": rng.choice(["0.2", "1", "5"]),
    }
    kills = [rng.uniform(1.0, 6.0) for _ in range(rng.randint(1, 3))] if rng.random() < 0.35 else []
    return Case(seed, verb, {n: sizes[n] for n in names}, tuple(options), server, tuple(kills))


def asked_for(verb: str, *, several: bool, most: int) -> list[str]:
    """What the verb is to do."""
    if verb == "tune":
        models = ["-p", "model=small,large"] if several else []
        return ["--target", "subject", "-p", "temperature=0:1.5", "-p", f"max_tokens={most}", *models]
    if verb == "compare":
        other = "large" if several else "small"
        sides = (f"temperature=0,max_tokens={most},model=small", f"temperature=1,max_tokens={most},model={other}")
        return ["--target", "subject", "--a", sides[0], "--b", sides[1]]
    return ["-n", "2", "-p", f"max_tokens={most}"]


def run_case(case: Case, folder: Path, *, prefix: list[str]) -> dict[str, Any]:
    """Run it to its end, and compare the server's books with the limits."""
    with MeteredServer(models=tuple(PRICES), keep=False, silence_s=30.0, **case.server) as server:
        command = [
            *prefix, sys.executable, "-m", "feinschliff",
            case.verb, str(folder / "data.csv"),
            "--prompt", "{{ post }} ANSWER: {{ subject }} 안녕 🎉", "--endpoint", server.url, "--model", "small",
            "--store", str(folder / f"{case.seed}.db"), "--json", *case.options,
            *(["--out", str(folder / f"{case.seed}.csv")] if case.verb == "generate" else []),
            *(word for name, value in case.limits.items() for word in (f"--{name}", f"{value:.6g}")),
        ]  # fmt: skip
        wall_s, last_s, processes, code = 0.0, 0.0, 0, None
        for after_s in (*case.kills_s, None):
            began = time.monotonic()
            took_s, code = one_process(command, after_s, {"FEIN_PRICES": str(folder / "prices.toml")})
            if server.last_at > began:
                last_s = wall_s + server.last_at - began
            wall_s, processes = wall_s + took_s, processes + 1
            if code != -signal.SIGKILL:
                break
        time.sleep(min(1.0, server.slowest_s) + 0.1)  # what was cut at the end may still be made
        spent = {"requests": server.asked, "tokens": server.tokens, "usd": server.usd(PRICES), "seconds": wall_s}
    over_s = None if "seconds" not in case.limits else wall_s - case.limits["seconds"]
    # No request after the limit on time; what start and report take beyond it is told for itself.
    spent["last_request_s"] = last_s
    measured = {**spent, "seconds": last_s}
    exceeded = [n for n, limit in case.limits.items() if measured[n] > float(f"{limit:.6g}")]
    return {
        "seed": case.seed,
        "verb": case.verb,
        "limits": {n: round(v, 6) for n, v in case.limits.items()},
        "faults": round(sum(case.server["faults"].values()), 3),
        "kills": processes - 1,
        "exit": code,
        "spent": {n: round(v, 6) for n, v in spent.items()},
        "over_s": None if over_s is None else round(over_s, 2),
        "exceeded": exceeded,
    }


def one_process(command: list[str], kill_after_s: float | None, environment: Mapping[str, str]) -> tuple[float, int]:
    """(wall seconds from its start to its end, exit code) of one process."""
    started = time.monotonic()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT, env={**os.environ, **environment}
    )
    try:
        code = process.wait(LIMIT_S if kill_after_s is None else kill_after_s)
    except subprocess.TimeoutExpired:
        process.kill()
        code = process.wait()
    return time.monotonic() - started, code


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Counts, how often each limit was exceeded, and how far the time went beyond its limit."""
    over = sorted(row["over_s"] / (row["kills"] + 1) for row in rows if row["over_s"] is not None)
    reached = {
        name: [row["spent"][name] / row["limits"][name] for row in rows if name in row["limits"]]
        for name in ("requests", "tokens", "usd")
    }
    return {
        "cases": len(rows),
        "kills": sum(row["kills"] for row in rows),
        "exits": dict(sorted(Counter(str(row["exit"]) for row in rows).items())),
        "limits_drawn": dict(Counter(name for row in rows for name in row["limits"])),
        "exceeded": dict(Counter(name for row in rows for name in row["exceeded"])),
        "largest_share_used": {name: round(max(shares), 4) for name, shares in reached.items() if shares},
        "cases_within_seconds": sum(s <= 0 for s in over),
        "cases_with_seconds": len(over),
        "seconds_beyond_a_process": {"median": over[len(over) // 2], "most": over[-1]} if over else None,
    }


def document(rows: list[dict[str, Any]]) -> str:
    """The results file: the summary, and one line for each case."""
    lines = ",\n".join("    " + json.dumps(row) for row in rows)
    head = json.dumps(summary(rows), indent=2).replace("\n", "\n  ")
    return f'{{\n  "summary": {head},\n  "cases": [\n{lines}\n  ]\n}}\n'


def price_table() -> str:
    """The user's price table with both models."""
    rows = (f'"{model}" = {{in = {price[0]}, out = {price[1]}}}\n' for model, price in PRICES.items())
    return "[prices]\n" + "".join(rows)


if __name__ == "__main__":
    main()
