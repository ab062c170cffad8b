"""Quirk servers of another make than `servers.py`: plain `http.server`, a small text model, a sampler in pure Python.

They share no line with the servers that the probe was made with, so that what was only fitted to those shows here.

python -m benchmarks.probe.plain --servers 100
"""

from __future__ import annotations

import argparse
import json
import math
import random
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.generation import Budget, Caps, Payer
from feinschliff.probing import FULL_REQUESTS, probe
from feinschliff.store import open_store

KNOBS: Mapping[str, tuple[tuple[float, float], ...]] = {
    "temperature": ((0.0, 1.0), (0.0, 2.0), (0.1, 1.5)),
    "top_p": ((0.1, 1.0), (0.0, 0.95), (0.05, 0.8)),
    "top_k": ((1, 50), (1, 20), (4, 200)),
    "min_p": ((0.0, 0.5), (0.02, 1.0)),
    "frequency_penalty": ((-2.0, 2.0), (0.0, 1.5)),
    "presence_penalty": ((-2.0, 2.0), (0.0, 1.5)),
    "repetition_penalty": ((1.0, 2.0), (0.8, 1.5)),
    "seed": (),
    "max_tokens": ((1, 24), (4, 512)),
    "stop": (),
    "n": (),
    "logit_bias": (),
}
"""Each knob, and ranges that its values are moved into."""

_OFF = {"temperature": 1.0, "top_p": 1.0, "top_k": 0, "min_p": 0.0, "frequency_penalty": 0.0, "presence_penalty": 0.0}
_WORDS = """
the a of and to in is was he for it with as his on be at by had not are but from or have an they
which one you were all her she there would their we him been has when who will no more if out so up
said what its about than into them can only other time new some could these two may first then do
any like my now over such our man me even most made after also did many off before must well back
through years much where your way down should because long
""".split()  # noqa: SIM905


class TextModel:
    """Scores of the next word: of its own (`unigram`), after the last word (`markov`), or of letters after a letter."""

    def __init__(self, kind: str, rng: random.Random) -> None:
        self.letters = kind == "letters"
        self.tokens = list("abcdefghijklmnopqrstuvwxyz .,") if self.letters else _WORDS[: rng.randint(60, len(_WORDS))]
        rows = 1 if kind == "unigram" else len(self.tokens) + 1
        heat = rng.uniform(1.0, 2.0)
        common = [-heat * math.log(1 + i) for i in range(len(self.tokens))]
        rng.shuffle(common)
        sharp = rng.uniform(1.0, 2.5)
        self.rows = [[x + rng.gauss(0, sharp) for x in common] for _ in range(rows)]
        self.end = rng.choice([0.0, 0.0, 0.004])

    def scores(self, made: list[int]) -> list[float]:
        return list(self.rows[(made[-1] + 1 if made else 0) % len(self.rows)])

    def text(self, made: list[int]) -> str:
        return ("" if self.letters else " ").join(self.tokens[i] for i in made)


class QuirkServer(ThreadingHTTPServer):
    """One server with its truth."""

    daemon_threads = True

    def __init__(self, seed: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        rng = random.Random(f"plain {seed}")
        self.model = TextModel(rng.choice(["unigram", "markov", "markov", "letters"]), rng)
        self.strict = rng.random() < 0.3
        self.words = rng.choice(["named", "named", "plain"])
        self.kinds: dict[str, str] = {}
        self.ranges: dict[str, tuple[float, float]] = {}
        for knob, ranges in KNOBS.items():
            kinds = ["honoured"] * 5 + ["dropped"] * 2 + ["renamed", "rejected"] + ["clamped"] * (2 if ranges else 0)
            if knob == "seed":
                kinds += ["honoured"] * 12
            self.kinds[knob] = rng.choice(kinds)
            if self.kinds[knob] == "clamped":
                self.ranges[knob] = rng.choice(ranges)
        if self.model.letters and "top_k" in self.ranges:  # there are 29 of them
            self.ranges["top_k"] = (1, 10)
        self.luck = random.Random(seed)
        self.asked = 0

    def truth(self, knob: str) -> str:
        kind = self.kinds[knob]
        unread = "rejected" if self.strict else "inert"
        return {"dropped": "inert", "renamed": unread}.get(kind, kind)

    def settings(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Raises: ValueError with the words of the refusal."""
        made: dict[str, Any] = dict(_OFF)
        for field, value in body.items():
            if field in ("model", "messages", "stream") or value is None:
                continue
            knob = field.removeprefix("x_") if field.startswith("x_") else field
            kind = self.kinds.get(knob)
            if kind is None or (kind == "renamed") != field.startswith("x_"):
                if self.strict:
                    raise ValueError(f"unknown field: {field}")
                continue
            if kind == "rejected":
                raise ValueError(f"the parameter {field} is not available")
            if kind == "dropped":
                continue
            low, high = self.ranges.get(knob, (-math.inf, math.inf))
            made[knob] = min(high, max(low, value)) if kind == "clamped" else value
        return made

    def answer(self, body: Mapping[str, Any]) -> dict[str, Any]:
        made = self.settings(body)
        seed = made.get("seed", self.luck.random())
        choices = []
        for i in range(int(made.get("n", 1))):
            text, end, count = self._sampled(made, random.Random(f"{seed}/{i}"))
            message = {"role": "assistant", "content": text}
            choices.append({"index": i, "message": message, "finish_reason": end, "tokens": count})
        count = sum(choice.pop("tokens") for choice in choices)  # type: ignore[misc]
        read = len(str(body.get("messages")).split())
        usage = {"prompt_tokens": read, "completion_tokens": count, "total_tokens": read + count}
        return {"object": "chat.completion", "model": "m", "choices": choices, "usage": usage}

    def _sampled(self, p: Mapping[str, Any], rng: random.Random) -> tuple[str, str, int]:
        made: list[int] = []
        stops = p.get("stop") or []
        stops = [stops] if isinstance(stops, str) else stops
        while len(made) < int(p.get("max_tokens", 120)):
            if rng.random() < self.model.end and made:
                return self.model.text(made), "stop", len(made)
            made.append(draw(penalised(self.model.scores(made), made, p), p, rng))
            text = self.model.text(made)
            for stop in stops:
                if stop in text:
                    return text[: text.index(stop)], "stop", len(made)
        return self.model.text(made), "length", len(made)


def penalised(scores: list[float], made: list[int], p: Mapping[str, Any]) -> list[float]:
    """Scores after bias and penalties, the repetition penalty on what was said alone."""
    for token, bias in (p.get("logit_bias") or {}).items():
        if int(token) < len(scores):
            scores[int(token)] += float(bias)
    for token, times in Counter(made).items():
        scores[token] -= p["frequency_penalty"] * times + p["presence_penalty"]
        strength = p.get("repetition_penalty", 1.0)
        scores[token] = scores[token] / strength if scores[token] > 0 else scores[token] * strength
    return scores


def draw(scores: list[float], p: Mapping[str, Any], rng: random.Random) -> int:
    """One token: the temperature, then top-k, top-p, min-p."""
    order = sorted(range(len(scores)), key=lambda i: -scores[i])
    if p["temperature"] <= 0:
        return order[0]
    heated = [math.exp((scores[i] - scores[order[0]]) / p["temperature"]) for i in order]
    if p["top_k"] > 0:
        order, heated = order[: int(p["top_k"])], heated[: int(p["top_k"])]
    total, kept, share = sum(heated), 0, 0.0
    while kept < len(heated) and (kept == 0 or share < p["top_p"]):
        share += heated[kept] / total
        kept += 1
    pairs = [(i, w) for i, w in list(zip(order, heated, strict=True))[:kept] if w >= p["min_p"] * heated[0]]
    return rng.choices([i for i, _ in pairs], [w for _, w in pairs])[0]


class _Handler(BaseHTTPRequestHandler):
    server: QuirkServer

    def do_GET(self) -> None:
        self._say(200, {"object": "list", "data": [{"id": "m", "object": "model"}]})

    def do_POST(self) -> None:
        self.server.asked += 1
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        try:
            self._say(200, self.server.answer(body))
        except ValueError as error:
            self._say(400, {"error": {"message": str(error) if self.server.words == "named" else "bad request"}})

    def _say(self, status: int, value: object) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


def one_server(seed: int, folder: Path) -> dict[str, Any]:
    """Probe the server of a seed: its truth, what was found, and on what."""
    server = QuirkServer(seed)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with (
            HttpEndpoint(f"http://127.0.0.1:{server.server_port}/v1") as endpoint,
            open_store(str(folder / f"plain-{seed}.db")) as store,
        ):
            payer = Payer(endpoint, "m", store, Budget(Caps(requests=FULL_REQUESTS)), "probe")
            result = probe(payer, dialect="unknown", names=list(KNOBS))
    finally:
        server.shutdown()
        server.server_close()
    found = {
        knob: (server.truth(knob), result.knobs[knob].status, result.knobs[knob].evidence, server.ranges.get(knob))
        for knob in KNOBS
    }
    return {"seed": seed, "requests": server.asked, "seeded": server.kinds["seed"] == "honoured", "knobs": found}


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Of all knobs, and of those at servers whose seed works."""

    def of(part: list[dict[str, Any]]) -> dict[str, Any]:
        pairs = [(truth, status) for row in part for truth, status, *_ in row["knobs"].values()]
        wrong = sum(b == "honoured" != a for a, b in pairs)
        right = sum(a == b for a, b in pairs)
        return {
            "servers": len(part),
            "knobs": len(pairs),
            "right_share": round(right / max(1, len(pairs)), 5),
            "wrong_honoured": wrong,
            "wrong_honoured_share": round(wrong / max(1, len(pairs)), 5),
            "table": {f"{a} -> {b}": n for (a, b), n in sorted(Counter(pairs).items())},
        }

    return {"all": of(rows), "seeded": of([row for row in rows if row["seeded"]])}


def run(seeds: range, folder: Path, tell: Callable[[str], None]) -> list[dict[str, Any]]:
    """All servers, each wrong knob told."""
    rows = []
    for seed in seeds:
        rows.append(one_server(seed, folder))
        for knob, (truth, status, evidence, bounds) in rows[-1]["knobs"].items():
            if truth != status:
                tell(f"{seed} {rows[-1]['seeded']} {knob}: {truth} {bounds or ''} -> {status}: {evidence}")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--servers", type=int, default=100)
    parser.add_argument("--first", type=int, default=0, help="seed of the first server")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        rows = run(range(options.first, options.first + options.servers), Path(name), print)
    print(json.dumps(summary(rows), indent=2))


if __name__ == "__main__":
    main()
