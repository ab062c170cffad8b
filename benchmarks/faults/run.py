"""30 % of all exchanges fail: the run ends with the same result, every answer counted once. And: the server goes away.

python -m benchmarks.faults.run --out benchmarks/faults/results.json
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
import threading
import time
from pathlib import Path

from tests.fakes.openai_server import FAULTS, FakeServer, spread

from benchmarks.common import outcome, run_to_end, tune_command, write_data

SHARE = 0.3
REQUESTS = 800
CONCURRENCY = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_data(folder / "data.csv", 150)
        rows = [compare(folder, seed) for seed in range(options.seeds)]
        result = {"share_of_faults": SHARE, "runs": rows, "gone": gone(folder)}
    print(json.dumps(result))
    if options.out is not None:
        options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def compare(folder: Path, seed: int) -> dict[str, object]:
    """One run without faults and one with; `--timeout 5` bounds what silence costs."""
    documents = []
    for label, faults in (("clean", {}), ("faulty", spread(SHARE, FAULTS))):
        store = folder / f"{label}{seed}.db"
        with FakeServer(faults=faults, seed=seed, latency_s=0.002) as server:
            started = time.monotonic()
            extra = ["--timeout", "5", "--seed", str(seed)]
            command = tune_command(
                folder / "data.csv", store, server.url, requests=REQUESTS, concurrency=CONCURRENCY, extra=extra
            )
            code, document = run_to_end(command)
            assert code == 0, document
            documents.append(document)
            seconds = time.monotonic() - started
            counts = dict(server.counts)
    clean, faulty = documents
    connection = sqlite3.connect(store)
    answers, charged = connection.execute(
        "SELECT (SELECT count(*) FROM answers), (SELECT count(*) FROM ledger WHERE key IS NOT NULL)"
    ).fetchone()
    connection.close()
    row = {
        "seed": seed,
        "same_result": outcome(clean) == outcome(faulty),
        "requests_clean": clean["spent"]["requests"],
        "requests_faulty": faulty["spent"]["requests"],
        "answers_in_store": answers,
        "answers_charged": charged,
        "seconds_faulty": round(seconds, 1),
        "server_counts": counts,
    }
    print(json.dumps(row), flush=True)
    return row


def gone(folder: Path) -> dict[str, object]:
    """The server goes away for good in the middle, and comes back for a second call."""
    server = FakeServer(latency_s=0.01)
    server.__enter__()
    port = int(server.url.rsplit(":", 1)[1].split("/")[0])
    command = tune_command(
        folder / "data.csv", folder / "gone.db", server.url, requests=REQUESTS, concurrency=CONCURRENCY, extra=[]
    )
    stopper = threading.Timer(2.5, server.close)
    stopper.start()
    started = time.monotonic()
    code, document = run_to_end(command)
    seconds = time.monotonic() - started
    stopper.join()
    with FakeServer(port=port):
        resumed, after = run_to_end(command)
    row = {
        "exit": code,
        "error": document.get("error"),
        "seconds": round(seconds, 1),
        "exit_after_resume": resumed,
        "verdict_after_resume": after.get("verdict"),
    }
    print(json.dumps(row), flush=True)
    return row


if __name__ == "__main__":
    main()
