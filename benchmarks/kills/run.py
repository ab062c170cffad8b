"""`kill -9` at random moments, each followed by a resume: the same result, and hardly anything asked twice.

    python -m benchmarks.kills.run --kills 100 --out benchmarks/kills/results.json

Runs of `fein tune` against a fake server whose answers are a function of the request. Every run is killed several
times at moments drawn evenly over the time that it takes, then left to end. Compared with a run that was never killed:
the whole JSON document but for what it cost; and of the requests that the server saw, how many it saw again after
each kill.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.fakes.openai_server import FakeServer

from benchmarks.common import ROOT, outcome, run_to_end, tune_command, write_data

CONCURRENCY = 4
KILLS_PER_RUN = 5
REQUESTS = 250


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    killed = same = runs = 0
    again: list[int] = []
    lost = 0
    with tempfile.TemporaryDirectory() as name, FakeServer(latency_s=0.1) as server:
        folder = Path(name)
        data = folder / "data.csv"
        write_data(data, 60)

        def command(store: str) -> list[str]:
            return tune_command(
                data, folder / store, server.url, requests=REQUESTS, concurrency=CONCURRENCY,
                extra=["--report", str(folder / "report.html")],
            )  # fmt: skip

        started = time.monotonic()
        code, whole = run_to_end(command("whole.db"))
        takes = time.monotonic() - started
        assert code == 0, whole
        needed = {_key(body) for body in server.bodies}
        print(f"uninterrupted: {takes:.1f} s, {len(needed)} requests", flush=True)
        while killed < options.kills:
            runs += 1
            server.bodies.clear()
            ends: list[int] = []
            for _ in range(min(KILLS_PER_RUN, options.kills - killed)):
                process = subprocess.Popen(
                    command(f"{runs}.db"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT
                )
                time.sleep(rng.uniform(0.0, takes))
                process.send_signal(signal.SIGKILL)
                process.wait()
                killed += 1
                ends.append(len(server.bodies))
            code, document = run_to_end(command(f"{runs}.db"))
            same += code == 0 and outcome(document) == outcome(whole)
            again += _asked_again([_key(body) for body in server.bodies], ends)
            lost += len(needed - {_key(body) for body in server.bodies})
            print(f"run {runs}: same {same}/{runs}, asked again per kill at most {max(again)}", flush=True)
    result = {
        "kills": killed,
        "runs": runs,
        "same_result": same,
        "concurrency": CONCURRENCY,
        "asked_again_most_per_kill": max(again),
        "asked_again_counts": dict(sorted(Counter(again).items())),
        "requests_never_sent": lost,
    }
    print(json.dumps(result))
    if options.out is not None:
        options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def _key(body: dict[str, object]) -> str:
    return json.dumps(body, sort_keys=True)


def _asked_again(keys: list[str], ends: list[int]) -> list[int]:
    """For each kill, how many of the requests sent before it, in the attempt that it ended, were sent once more."""
    segment_of: dict[str, int] = {}
    counts = [0] * len(ends)
    for position, key in enumerate(keys):
        segment = sum(position >= end for end in ends)
        if key in segment_of and segment_of[key] < segment:
            counts[segment_of[key]] += 1
        segment_of[key] = segment
    return counts


if __name__ == "__main__":
    main()
