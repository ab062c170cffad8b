"""The probe against servers whose truth is known: 500 random ones, and real llama.cpp.

python -m benchmarks.probe.run --servers 500 --out benchmarks/probe/results.json
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.fakes.sampling.backends import MODEL

from benchmarks.common import model_record
from benchmarks.probe.llama import MEASURED
from benchmarks.probe.servers import SETS, draw_server
from feinschliff.endpoints.embedded import EmbeddedEndpoint
from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.generation import Budget, Caps, Payer
from feinschliff.models.house import house_path
from feinschliff.probing import FULL_REQUESTS, probe
from feinschliff.store import open_store

MODELS = ("house-1", "house-2")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--servers", type=int, default=500)
    parser.add_argument("--first", type=int, default=0, help="seed of the first server")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=Path("/dev/shm") if Path("/dev/shm").exists() else None) as name:
        llama = [real_llama(model, Path(name)) for model in MODELS]
        rows = []
        for seed in range(options.first, options.first + options.servers):
            rows.append(one_server(seed, Path(name)))
            wrong = rows[-1]["wrong"]
            print(seed, rows[-1]["requests"], json.dumps(wrong), flush=True)
    document = {"summary": summary(rows), "llama.cpp": llama, "wrong": [r for r in rows if r["wrong"]]}
    if options.out is not None:
        options.out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({"summary": document["summary"], "llama.cpp": [o["right"] for o in llama]}, indent=2))


def one_server(seed: int, folder: Path) -> dict[str, Any]:
    """Probe the server of a seed, and compare with its truth."""
    drawn = draw_server(seed)
    started = time.monotonic()
    with drawn.server as server, HttpEndpoint(server.url) as endpoint:
        with open_store(str(folder / f"{seed}.db")) as store:
            payer = Payer(endpoint, MODEL, store, Budget(Caps(requests=FULL_REQUESTS)), "probe")
            result = probe(payer, dialect="unknown", names=list(SETS))
        asked = server.counts["POST"]
    if asked != result.requests:
        raise SystemExit(f"server {seed} was asked {asked} times, and {result.requests} were counted")
    found = {name: finding.status for name, finding in result.knobs.items()}
    wrong = {
        name: [drawn.kinds[name], drawn.truth[name], found[name], result.knobs[name].evidence]
        for name in SETS
        if found[name] != drawn.truth[name]
    }
    return {
        "seed": seed,
        "requests": result.requests,
        "seconds": round(time.monotonic() - started, 2),
        "pairs": [[drawn.truth[name], found[name]] for name in SETS],
        "server": dict(drawn.told),
        "wrong": wrong,
    }


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Right and wrong ones, as a table of truth and finding."""
    pairs = [tuple(pair) for row in rows for pair in row["pairs"]]
    table = Counter(pairs)
    requests = [row["requests"] for row in rows]
    total = len(pairs)
    return {
        "servers": len(rows),
        "knobs": total,
        "right": sum(a == b for a, b in pairs),
        "right_share": round(sum(a == b for a, b in pairs) / total, 5),
        "wrong_honoured": sum(b == "honoured" != a for a, b in pairs),
        "wrong_honoured_share": round(sum(b == "honoured" != a for a, b in pairs) / total, 5),
        "honoured_though_inert_or_rejected": sum(b == "honoured" and a in ("inert", "rejected") for a, b in pairs),
        "unknown": sum(b == "unknown" for _, b in pairs),
        "table": {f"{truth} -> {found}": n for (truth, found), n in sorted(table.items())},
        "requests": {"median": statistics.median(requests), "most": max(requests)},
        "seconds": round(sum(row["seconds"] for row in rows), 1),
        "servers_without_an_error": sum(not row["wrong"] for row in rows),
    }


def real_llama(name: str, folder: Path) -> dict[str, Any]:
    """Probe the embedded llama.cpp, and compare with what was measured of it field by field."""
    with EmbeddedEndpoint(house_path(name)) as endpoint, open_store(str(folder / f"{name}.db")) as store:
        payer = Payer(endpoint, endpoint.models()[0].name, store, Budget(Caps(requests=FULL_REQUESTS)), "probe")
        result = probe(payer, dialect="llama.cpp", told_context=endpoint.models()[0].context_length)
    knobs = result.to_dict()["knobs"]
    wrong = {n: [MEASURED[n], knobs[n]["status"]] for n in MEASURED if knobs[n]["status"] != MEASURED[n]}
    return {
        "model": model_record(name),
        "right": f"{len(MEASURED) - len(wrong)} of {len(MEASURED)}",
        "wrong": wrong,
        "requests": result.requests,
        "knobs": knobs,
        "determinism": dict(result.determinism),
        "logprobs": dict(result.logprobs),
        "context": dict(result.context),
    }


if __name__ == "__main__":
    main()
