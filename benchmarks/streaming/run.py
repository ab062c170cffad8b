"""What streaming costs, and what it saves where answers loop.

python -m benchmarks.streaming.run [--rounds 5] [--out benchmarks/streaming/results.json]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
from tests.fakes.llama_server import llama_server

from benchmarks.client.run import OpenGate, requests
from benchmarks.common import model_record
from feinschliff.datasets.bundled import BUNDLED
from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.endpoints.protocol import Endpoint, Reply, Request, Streaming
from feinschliff.generation import render_messages
from feinschliff.records import Settings
from feinschliff.text.loops import is_looping

WAYS: dict[str, Streaming | None] = {
    "in one piece": None,
    "in pieces": Streaming(),
    "in pieces, loops watched for": Streaming(stop_loops=True),
}
WORDS = 64
MODEL = "house-2"
MAX_TOKENS = 400
SETTINGS: dict[str, dict[str, Any]] = {
    "temperature 0.7": {"temperature": 0.7},
    "temperature 0.7, frequency penalty -1": {"temperature": 0.7, "frequency_penalty": -1.0},
    "temperature 0, both penalties -2": {"temperature": 0.0, "frequency_penalty": -2.0, "presence_penalty": -2.0},
    "temperature 1, both penalties -2": {"temperature": 1.0, "frequency_penalty": -2.0, "presence_penalty": -2.0},
}
"""The first is a sane one; a search that may go below 0 with its penalties meets the others."""


def send(endpoint: Endpoint, wanted: Sequence[Request], way: Streaming | None) -> tuple[dict[str, Reply], float, float]:
    """(replies, wall seconds, processor seconds of this process)."""
    replies: dict[str, Reply] = {}

    def sink(reply: Reply, done: Any) -> None:
        replies[reply.request.id] = reply
        done()

    wall, processor = time.perf_counter(), time.process_time()
    endpoint.send([replace(r, streaming=way) for r in wanted], gate=OpenGate(), sink=sink)
    assert len(replies) == len(wanted)
    return replies, time.perf_counter() - wall, time.process_time() - processor


@contextmanager
def pacing(per_s: float) -> Iterator[str]:
    """The URL of a server that makes so many words a second for each connection; 0: all at once."""
    command = [sys.executable, str(Path(__file__).with_name("server.py")), str(WORDS), str(per_s)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def costs(per_s: float, connections: int, *, answers: int, rounds: int) -> dict[str, Any]:
    """Throughput of each way, and its ratio to answers in one piece within a round."""
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    processor: dict[str, list[float]] = {way: [] for way in WAYS}
    with pacing(per_s) as url, HttpEndpoint(url, concurrency=connections) as endpoint:
        endpoint.backend  # noqa: B018 - asked once, and not while the clock runs
        send(endpoint, list(requests(connections)), None)
        for number in range(rounds):
            for name, way in list(WAYS.items())[:: 1 if number % 2 == 0 else -1]:
                _, wall_s, processor_s = send(endpoint, list(requests(answers)), way)
                rates[name].append(answers / wall_s)
                processor[name].append(processor_s / answers * 1000)
    base = rates["in one piece"]
    return {
        "words_per_s_and_connection": per_s or None,
        "connections": connections,
        "answers": answers,
        "answers_per_s": {name: round(statistics.median(values), 1) for name, values in rates.items()},
        "share_of_one_piece": {
            name: round(statistics.median(v / b for v, b in zip(values, base, strict=True)), 3)
            for name, values in rates.items()
        },
        "processor_ms_per_answer": {name: round(statistics.median(values), 2) for name, values in processor.items()},
    }


def prompts(count: int) -> list[Request]:
    """The bundled posts task: whole posts from a few facts."""
    task = BUNDLED["posts"].task()
    texts = Settings(values={"system": task.system, "prompt": task.prompt})
    return [
        Request(
            id=f"r{i}",
            model="house",
            messages=render_messages(example, texts),
            fields={"seed": i, "max_tokens": MAX_TOKENS},
            prompt_tokens=100,
            max_tokens=MAX_TOKENS,
        )
        for i, example in enumerate(task.examples[:count])
    ]


def savings(settings: dict[str, Any], *, answers: int, rounds: int) -> dict[str, Any]:
    """Tokens and seconds of llama.cpp for the same answers, in one piece and with loops watched for."""
    wanted = [replace(r, fields={**r.fields, **settings}) for r in prompts(answers)]
    watched = WAYS["in pieces, loops watched for"]
    ratios = []
    with llama_server(MODEL, key="k") as url, HttpEndpoint(url, api_key="k") as endpoint:
        for number in range(rounds):
            seconds: dict[bool, float] = {}
            for early in (False, True) if number % 2 == 0 else (True, False):
                before = made(url)
                replies, seconds[early], _ = send(endpoint, wanted, watched if early else None)
                if early:
                    stopped, after_stop = replies, made(url) - before
                else:
                    whole, at_all = replies, made(url) - before
            ratios.append(seconds[True] / seconds[False])
    ended = [i for i, reply in stopped.items() if reply.stopped_early]
    assert all(whole[i].text.startswith(stopped[i].text) for i in ended)
    assert all(whole[i].text == reply.text for i, reply in stopped.items() if not reply.stopped_early)
    counted = sum(reply.completion_tokens or 0 for reply in stopped.values())
    return {
        "answers": answers,
        "looping": sum(is_looping(reply.text) for reply in whole.values()),
        "ended": len(ended),
        "tokens": round(at_all),
        "tokens_with_stop": round(after_stop),
        "tokens_counted_with_stop": counted,
        "late_tokens_per_ended_answer": round((after_stop - counted) / len(ended), 2) if ended else None,
        "seconds_ratio": round(statistics.median(ratios), 3),
        "seconds_ratios": [round(ratio, 3) for ratio in ratios],
    }


def made(url: str) -> float:
    """Tokens that the server has made, by its own books: also those of answers that were ended."""
    time.sleep(0.3)  # until it has noticed
    text = httpx2.get(url.removesuffix("/v1") + "/metrics", headers={"Authorization": "Bearer k"}, trust_env=False).text
    rows = dict(line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
    return float(rows["llamacpp:tokens_predicted_total"])


def main() -> None:
    """Measure in rounds of alternating order; ratios are taken within a round."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--answers", type=int, default=40, help="answers of the house model for each setting")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    result = {
        "model": model_record(MODEL),
        "rounds": args.rounds,
        "words": WORDS,
        "costs": [
            costs(per_s, connections, answers=answers, rounds=args.rounds)
            for per_s, connections, answers in ((50, 16, 64), (50, 64, 256), (0, 16, 400), (0, 64, 400))
        ],
        "savings": {
            name: savings(settings, answers=args.answers, rounds=args.rounds) for name, settings in SETTINGS.items()
        },
    }
    print(json.dumps(result, indent=2))
    if args.out:
        args.out.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
