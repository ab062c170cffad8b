"""Requests per second of the client against a bare httpx2 loop, and its memory over many answers.

python benchmarks/client/run.py [--requests 3000] [--pairs 7] [--memory 100000] [--out results.json]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.endpoints.protocol import Reply, Request
from feinschliff.generation.classify import to_answer
from feinschliff.records import Message
from feinschliff.store import Paid, Store, open_store

CONNECTIONS = 64
MESSAGES = (
    Message(role="system", content="You write subject lines."),
    Message(role="user", content="A post about gardens and cats. " * 8),
)


class OpenGate:
    """Admits everything."""

    def admit(self, request: Request) -> bool:
        return True

    def time_left_s(self) -> float | None:
        return None

    def settle(self, request: Request, reply: Reply | None, *, lost: bool = False) -> None:
        return None


def requests(count: int, tag: str = "") -> Iterator[Request]:
    """Distinct requests, made as they are pulled."""
    for i in range(count):
        fields = {"temperature": 0.7, "top_p": 0.9, "max_tokens": 32, "seed": i}
        yield Request(f"{tag}{i}", "m", MESSAGES, fields, prompt_tokens=64, max_tokens=32)


def bare(url: str, count: int) -> float:
    """Seconds of a loop with as many tasks over one httpx2 client, which reads the text and nothing more."""

    async def work(client: httpx2.AsyncClient, left: Iterator[Request]) -> None:
        for request in left:
            body = {"model": request.model, "messages": [m.model_dump() for m in request.messages], **request.fields}
            response = await client.post(f"{url}/chat/completions", json=body)
            assert response.json()["choices"][0]["message"]["content"]

    async def run() -> float:
        limits = httpx2.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        async with httpx2.AsyncClient(limits=limits, trust_env=False, timeout=120) as client:
            await asyncio.gather(*(work(client, requests(1)) for _ in range(CONNECTIONS)))
            left = requests(count)
            started = time.perf_counter()
            await asyncio.gather(*(work(client, left) for _ in range(CONNECTIONS)))
            return time.perf_counter() - started

    return asyncio.run(run())


def ours(endpoint: HttpEndpoint, count: int) -> float:
    """Seconds of the client whose sink is done at once."""
    started = time.perf_counter()
    report = endpoint.send(requests(count), gate=OpenGate(), sink=lambda reply, done: done())
    assert report.sent == count
    return time.perf_counter() - started


def stored(endpoint: HttpEndpoint, store: Store, count: int, tag: str) -> float:
    """Seconds of the client when every answer is committed before its connection goes on."""

    def sink(reply: Reply, done: Callable[[], None]) -> None:
        answer = to_answer(reply, key=reply.request.id, example="e", repeat=0)
        store.put_answer(Paid(answer, "bench", "m", "p", reply.request.fields), run="bench", usd=None, done=done)

    started = time.perf_counter()
    report = endpoint.send(requests(count, tag), gate=OpenGate(), sink=sink)
    assert report.sent == count
    return time.perf_counter() - started


@contextmanager
def serving() -> Iterator[str]:
    """The URL of the answering server, in a process of its own."""
    command = [sys.executable, str(Path(__file__).with_name("server.py"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def rss_mib() -> float:
    """Resident memory of this process."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def memory(endpoint: HttpEndpoint, store: Store, count: int) -> list[float]:
    """Resident MiB at ten points of one batch, grouped commits included."""
    points: list[float] = []

    def watched() -> Iterator[Request]:
        for i, request in enumerate(requests(count, "memory")):
            if i % (count // 10) == 0:
                points.append(rss_mib())
            yield request

    def sink(reply: Reply, done: Callable[[], None]) -> None:
        answer = to_answer(reply, key=reply.request.id, example="e", repeat=0)
        store.put_answer(Paid(answer, "bench", "m", "p", reply.request.fields), run="bench", usd=None, done=done)

    endpoint.send(watched(), gate=OpenGate(), sink=sink)
    return [round(point, 1) for point in (*points, rss_mib())]


def main() -> None:
    """Measure in rounds, so that a busy machine slows all alike; ratios are taken within a round."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--memory", type=int, default=0, help="answers of the memory run")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    rates: dict[str, list[float]] = {"bare": [], "client": [], "client, grouped commits": []}
    with serving() as url, tempfile.TemporaryDirectory() as folder:
        store = open_store(str(Path(folder) / "bench.db"))
        with HttpEndpoint(url, concurrency=CONNECTIONS) as endpoint:
            ours(endpoint, 500)
            for pair in range(args.pairs):
                runs = [
                    ("bare", lambda: bare(url, args.requests)),
                    ("client", lambda: ours(endpoint, args.requests)),
                    ("client, grouped commits", lambda tag=f"{pair}/": stored(endpoint, store, args.requests, tag)),
                ]
                for name, run in runs if pair % 2 == 0 else runs[::-1]:
                    rates[name].append(args.requests / run())
            points = memory(endpoint, store, args.memory) if args.memory else []
        store.close()
    result = {
        "requests": args.requests,
        "pairs": args.pairs,
        "connections": CONNECTIONS,
        "requests_per_second": {name: round(statistics.median(values)) for name, values in rates.items()},
        "share_of_bare": {
            name: round(statistics.median(v / b for v, b in zip(values, rates["bare"], strict=True)), 3)
            for name, values in rates.items()
        },
        "rss_mib": points,
    }
    print(json.dumps(result, indent=2))
    if args.out:
        args.out.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
