"""A peer's side of the arena: the standard library only, since each peer has a virtual environment of its own."""

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any


class SpentError(BaseException):
    """The run's budget is used up. No Exception, so that no tool takes it for a failed trial."""


class Run:
    """One run: a seed, a space, and the score of any setting of it."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.seed: int = told["seed"]
        self.space: dict[str, dict[str, Any]] = told["space"]
        self.baseline: dict[str, Any] = told["baseline"]
        self.most_trials: int = told["most_trials"]
        self.examples: int = told["examples"]

    def score(self, values: dict[str, Any]) -> float:
        """Mean score of a setting on the run's examples. Raises: SpentError."""
        found = _post("/trial", {"values": values})
        if found["spent"]:
            raise SpentError
        return float(found["score"])

    def unit(self, values: dict[str, Any], example: int) -> float:
        """Score of a setting on one example, 0 when the budget is used up."""
        return float(_post("/unit", {"values": values, "example": example})["score"])


def runs() -> Iterator[Run]:
    """The runs that the arena hands out; its address is the first argument."""
    while not (told := _post("/next", {}))["done"]:
        yield Run(told)


def _post(path: str, body: dict[str, Any]) -> dict[str, Any]:
    data = json.dumps(body, default=float).encode()  # numpy's numbers too
    request = urllib.request.Request(sys.argv[1] + path, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request) as response:
            document: dict[str, Any] = json.load(response)
    except urllib.error.HTTPError as error:
        raise RuntimeError(error.read().decode()) from None
    return document
