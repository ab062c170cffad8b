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
from benchmarks.probe.llama import MEASURED, TOLD
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
    parser.add_argument("--join", type=Path, nargs="*", help="results of other servers to put together, and no more")
    options = parser.parse_args()
    if options.join:
        parts = [json.loads(path.read_text(encoding="utf-8")) for path in options.join]
        write(options.out, [row for part in parts for row in part["servers"]], parts[0]["llama.cpp"], brief=True)
        return
    with tempfile.TemporaryDirectory(dir=Path("/dev/shm") if Path("/dev/shm").exists() else None) as name:
        llama = [real_llama(model, Path(name)) for model in MODELS]
        rows = []
        for seed in range(options.first, options.first + options.servers):
            rows.append(one_server(seed, Path(name)))
            wrong = rows[-1]["wrong"]
            print(seed, rows[-1]["requests"], json.dumps(wrong), flush=True)
            if len(rows) % 10 == 0:
                write(options.out, rows, llama)
    write(options.out, rows, llama)
    print(json.dumps({"summary": summary(rows), "llama.cpp": [o["right"] for o in llama]}, indent=2))


def write(out: Path | None, rows: list[dict[str, Any]], llama: list[dict[str, Any]], *, brief: bool = False) -> None:
    """The results file: the summary, llama.cpp, and a line for each server (`brief`: with what is wrong only)."""
    if out is not None:
        head = json.dumps({"summary": summary(rows), "llama.cpp": llama}, indent=1)[:-2]
        shown = [{k: v for k, v in row.items() if k != "pairs"} for row in rows] if brief else rows
        lines = ",\n".join("  " + json.dumps(row) for row in shown)
        out.write_text(f'{head},\n "servers": [\n{lines}\n ]\n}}\n', encoding="utf-8")


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
        "pairs": [[drawn.truth[name], found[name], name] for name in SETS],
        "server": dict(drawn.told),
        "wrong": wrong,
    }


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Right and wrong ones, as a table of truth and finding."""
    pairs = [(truth, found) for row in rows for truth, found, _ in row["pairs"]]
    table = Counter(pairs)
    seen = [pair for row in rows for pair in row["pairs"] if not _unseen(row, *pair[2:], truth=pair[0])]
    kinds = {name: [r for r in rows if r["server"]["repeats"] == name] for name in ("yes", "with noise", "no")}
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
        "that_can_be_seen": {
            "knobs": len(seen),
            "right_share": round(sum(a == b for a, b, _ in seen) / len(seen), 5),
            "wrong_honoured_share": round(sum(b == "honoured" != a for a, b, _ in seen) / len(seen), 5),
        },
        "table": {f"{truth} -> {found}": n for (truth, found), n in sorted(table.items())},
        "by_whether_a_seed_repeats": {name: _shares(part) for name, part in kinds.items() if part},
        "requests": {"median": statistics.median(requests), "most": max(requests)},
        "seconds": round(sum(row["seconds"] for row in rows), 1),
        "servers_without_an_error": sum(not row["wrong"] for row in rows),
    }


def _unseen(row: dict[str, Any], name: str, *, truth: str) -> bool:
    """Whether no text could show the truth.

    Where no answer repeats, a range that values are moved into makes no text another one, and XTC and a dynamic
    temperature act on nothing that is the same twice. Where a server always says the same, since neither temperature
    nor seed act and it draws no seed of its own, what is cut or pushed away cannot be told from a certain model.
    """
    drawn = draw_server(row["seed"])
    if row["server"]["repeats"] == "no":
        return truth == "clamped" or name in ("xtc_probability", "dynatemp_range")
    acts = ("honoured", "clamped")
    stuck = not drawn.server.manners.random and not {drawn.kinds["seed"], drawn.kinds["temperature"]} & set(acts)
    return stuck and truth == "inert" and name not in ("max_tokens", "stop", "n", "logprobs", "logit_bias")


def _shares(rows: list[dict[str, Any]]) -> dict[str, Any]:
    pairs = [(truth, found) for row in rows for truth, found, _ in row["pairs"]]
    return {
        "servers": len(rows),
        "knobs": len(pairs),
        "right_share": round(sum(a == b for a, b in pairs) / len(pairs), 5),
        "wrong_honoured": sum(b == "honoured" != a for a, b in pairs),
        "honoured_though_inert_or_rejected": sum(b == "honoured" and a in ("inert", "rejected") for a, b in pairs),
        "unknown": sum(b == "unknown" for _, b in pairs),
    }


def real_llama(name: str, folder: Path) -> dict[str, Any]:
    """Probe the embedded llama.cpp, and compare with what was measured of it field by field."""
    with EmbeddedEndpoint(house_path(name)) as endpoint, open_store(str(folder / f"{name}.db")) as store:
        payer = Payer(endpoint, endpoint.models()[0].name, store, Budget(Caps(requests=FULL_REQUESTS)), "probe")
        result = probe(payer, dialect="llama.cpp", told_context=endpoint.models()[0].context_length)
    knobs = result.to_dict()["knobs"]
    wrong = {n: [MEASURED[n], knobs[n]["status"]] for n in MEASURED if knobs[n]["status"] != MEASURED[n]}
    untold = [words for n, told in TOLD.items() for words in told if words not in knobs[n]["evidence"]]
    return {
        "model": model_record(name),
        "right": f"{len(MEASURED) - len(wrong)} of {len(MEASURED)}",
        "wrong": wrong,
        "untold": untold,
        "requests": result.requests,
        "knobs": knobs,
        "determinism": dict(result.determinism),
        "logprobs": dict(result.logprobs),
        "context": dict(result.context),
    }


if __name__ == "__main__":
    main()
