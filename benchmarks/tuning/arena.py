"""Where peers are judged: they ask over HTTP for the score of a setting, and the requests are counted here.

A peer is a process of its own, in its own virtual environment. It asks `/next` for a run (seed and space), then
`/trial` for the score of one setting on the run's 20 examples, or `/unit` for one example's, and `/next` again when it
is done. A trial that no longer fits into the budget is not asked: it comes back with score 0 and `spent`, and does not
count.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from benchmarks.tuning.ground import Counts, Ground, score_units
from benchmarks.tuning.tasks import TuningTask
from feinschliff.records import Example, Settings, canonical_json

EXAMPLES = 20
"""Of a peer's trial."""
BUDGET = 800
"""Requests of a run; smaller budgets are its beginnings."""

Values = dict[str, Any]


def told_space(task: TuningTask) -> dict[str, Any]:
    """The task's space for programs that know nothing of ours: ranges with `low`, `high`, `integer`, or `choices`."""
    told: dict[str, Any] = {}
    for name, wanted in task.space.items():
        if isinstance(wanted, dict):
            told[name] = wanted
        else:
            told[name] = {"low": wanted[0], "high": wanted[1], "integer": name in ("n", "max_tokens")}
    return told


class Contest:
    """One run of one peer: its trials, and what they cost."""

    def __init__(self, ground: Ground, task: TuningTask, method: str, seed: int, budget: int = BUDGET) -> None:
        self._ground, self._task, self._method, self._seed, self._budget = ground, task, method, seed, budget
        chosen = random.Random(f"peers/{task.name}/{seed}").sample(task.search, EXAMPLES)
        self._examples: list[Example] = chosen
        self._open: dict[str, list[float]] = {}
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self._asking_s = 0.0
        self.counts = Counts()
        self.trials: list[dict[str, Any]] = []

    def trial(self, values: Values) -> dict[str, Any]:
        """Score of a setting on all examples."""
        return self._scored(values, range(EXAMPLES))

    def unit(self, values: Values, example: int) -> dict[str, Any]:
        """Score of a setting on one example; the trial is complete when all have been asked for."""
        return self._scored(values, [example])

    def _scored(self, values: Values, indices: Sequence[int]) -> dict[str, Any]:
        known = {name: values[name] for name in self._task.space if name in values}
        if unknown := values.keys() - known.keys():
            raise ValueError(f"no knobs of {self._task.name}: {', '.join(sorted(unknown))}")
        settings = Settings(values={**self._base(), **known})
        size = int(known.get("n", self._task.baseline.get("n", self._task.answers)))
        name = canonical_json(known)
        with self._lock:
            units = self._open.setdefault(name, [])
            missing = EXAMPLES - len(units)
            if self.counts.requests + missing * size > self._budget:
                return {"score": 0.0, "spent": True}
            began = time.monotonic()
            number = len(self.trials)
            asked = [
                (settings, self._examples[i], f"{self._method}-{self._seed}/{self._examples[i].id}/{number}")
                for i in indices
            ]
            scores = score_units(self._ground, self._task, asked, self.counts)
            self._asking_s += time.monotonic() - began
            units += scores
            if len(units) >= EXAMPLES:
                mean = sum(units) / len(units)
                self.trials.append({"settings": known, "score": round(mean, 6), **self.counts.to_dict()})
                del self._open[name]
            return {"score": sum(scores) / len(scores), "spent": False}

    def _base(self) -> dict[str, Any]:
        return {**self._task.start.values, "n": self._task.baseline.get("n", self._task.answers)}

    def row(self) -> dict[str, Any]:
        """The run as it is kept."""
        total = time.monotonic() - self._started
        return {
            "key": f"{self._task.name}/{self._method}/{self._seed}",
            "task": self._task.name,
            "method": self._method,
            "seed": self._seed,
            "own_seconds": round(total - self._asking_s, 2),
            "asking_seconds": round(self._asking_s, 2),
            "trials": self.trials,
        }


class Arena:
    """The HTTP side: hands out runs, and answers for the one under way."""

    def __init__(self, runs: Sequence[dict[str, Any]], contest: Any, done: Any) -> None:
        """`contest(run)` makes a run's contest; `done(contest)` keeps it when the peer asks for the next."""
        self._runs, self._contest, self._done = list(runs), contest, done
        self._current: Contest | None = None
        arena = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                """Nothing is logged."""

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
                try:
                    status, document = 200, arena.answer(self.path, body)
                except ValueError as error:
                    status, document = 400, {"error": str(error)}
                data = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> Arena:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """One request of the peer's. Raises: ValueError for one that means nothing."""
        if path == "/next":
            if self._current is not None:
                self._done(self._current)
                self._current = None
            if not self._runs:
                return {"done": True}
            run = self._runs.pop(0)
            self._current = self._contest(run)
            return {"done": False, **run}
        if self._current is None:
            raise ValueError("no run is under way")
        if path == "/trial":
            return self._current.trial(body["values"])
        if path == "/unit":
            return self._current.unit(body["values"], int(body["example"]))
        raise ValueError(f"no such path: {path}")
