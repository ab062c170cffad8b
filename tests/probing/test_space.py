"""The probe before a search: only what is searched, few requests, and none the second time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.endpoints.protocol import Reply, Request
from feinschliff.generation import Budget, Caps, Payer
from feinschliff.parameters.dialects import Dialect
from feinschliff.parameters.space import Space, make_space
from feinschliff.probing import LEAST_REQUESTS, SPACE_REQUESTS, probe_space, requests_for
from feinschliff.store import open_store
from tests.fakes.sampling import backends
from tests.fakes.sampling.backends import MODEL
from tests.fakes.sampling.server import SamplingServer
from tests.fakes.scripted import ScriptedEndpoint

CLASSIC = {
    "temperature": (0.1, 0.9),
    "top_p": (0.1, 0.9),
    "frequency_penalty": (-1.0, 1.0),
    "presence_penalty": (-1.0, 1.0),
    "top_k": (1, 100),
    "prompt": "p",
}


@pytest.mark.parametrize(
    ("make", "top_k"),
    [(backends.ollama, "inert"), (backends.openai_chat, "rejected"), (backends.vllm, "honoured")],
)
def test_the_classic_space_takes_twelve_requests_and_then_none(
    make: Callable[[], SamplingServer], top_k: str, tmp_path: Path
) -> None:
    rest = dict.fromkeys(("temperature", "top_p", "frequency_penalty", "presence_penalty"), "honoured")
    with make() as server, HttpEndpoint(server.url) as endpoint, open_store(str(tmp_path / "s.db")) as store:
        for run, asked in (("first", True), ("second", False)):
            payer = Payer(endpoint, MODEL, store, Budget(Caps()), run, seed=len(run))
            before = server.counts["POST"]
            found, answers = probe_space(make_space(CLASSIC), payer, dialect="unknown", most=SPACE_REQUESTS)
            assert {name: finding.status for name, finding in found.items()} == {**rest, "top_k": top_k}
            assert len(answers) <= SPACE_REQUESTS
            assert store.spent(run).requests == server.counts["POST"] - before == (len(answers) if asked else 0)


def test_a_small_run_leaves_little_to_the_probe() -> None:
    assert requests_for(500) == SPACE_REQUESTS
    assert requests_for(80) == 8
    assert requests_for(30) == LEAST_REQUESTS


SPACE = make_space(
    {
        "temperature": (0, 1.5),
        "top_k": (1, 100),
        "min_p": (0.0, 0.9),
        "extra.tfs_z": (0.1, 1.0),
        "stop": "x",
        "max_tokens": (16, 64),
        "prompt": "p",
    }
)


def tells(request: Request) -> Reply:
    """Honours temperature and stop, clamps min_p to 0.5, does not know tfs_z, rounds to 32 bits."""
    fields = request.fields
    applied = {
        "temperature": float(fields["temperature"]) + 1e-9,  # type: ignore[arg-type]
        "top_k": fields["top_k"],
        "min_p": min(0.5, float(fields["min_p"])),  # type: ignore[arg-type]
        "stop": fields["stop"],
        "max_tokens": fields["max_tokens"],
    }
    assert fields["verbose"] is True
    return Reply(request, text="a", applied=applied)  # type: ignore[arg-type]


def statuses(tmp_path: Path, endpoint: ScriptedEndpoint, space: Space, dialect: Dialect, most: int) -> dict[str, str]:
    with open_store(str(tmp_path / "s.db")) as store:
        payer = Payer(endpoint, "toy", store, Budget(Caps()), "r")
        found, answers = probe_space(space, payer, dialect=dialect, most=most)
        assert len(answers) == len(endpoint.requests) == store.spent("r").requests
    return {name: finding.status for name, finding in found.items()}


def test_where_the_server_tells_what_it_applied_two_requests_are_enough(tmp_path: Path) -> None:
    endpoint = ScriptedEndpoint(tells)
    assert statuses(tmp_path, endpoint, SPACE, "llama.cpp", SPACE_REQUESTS) == {
        "temperature": "honoured",
        "top_k": "honoured",
        "min_p": "clamped",
        "extra.tfs_z": "inert",
        "stop": "honoured",
        "max_tokens": "honoured",
    }
    assert len(endpoint.requests) == LEAST_REQUESTS
    assert all(r.fields["max_tokens"] == 1 for r in endpoint.requests)


def test_a_server_that_says_always_the_same_is_unknown_and_never_honoured(tmp_path: Path) -> None:
    endpoint = ScriptedEndpoint(lambda request: "a b c d")
    found = statuses(tmp_path, endpoint, SPACE, "unknown", SPACE_REQUESTS)
    assert found["temperature"] == found["top_k"] == found["min_p"] == "unknown"
    assert "honoured" not in found.values()
    assert len(endpoint.requests) <= SPACE_REQUESTS


def test_a_server_that_refuses_everything_is_unknown(tmp_path: Path) -> None:
    endpoint = ScriptedEndpoint(lambda request: Reply(request, failure="HTTP 400: no"))
    assert set(statuses(tmp_path, endpoint, SPACE, "unknown", SPACE_REQUESTS).values()) == {"unknown"}


def test_a_budget_that_ends_leaves_the_rest_unknown(tmp_path: Path) -> None:
    with backends.vllm() as server, HttpEndpoint(server.url) as endpoint, open_store(str(tmp_path / "s.db")) as store:
        payer = Payer(endpoint, MODEL, store, Budget(Caps(requests=6)), "r")
        found, answers = probe_space(make_space(CLASSIC), payer, dialect="vllm", most=SPACE_REQUESTS)
        assert server.counts["POST"] == len(answers) <= 6
        assert found["temperature"].status == "honoured"
        assert "unknown" in {finding.status for finding in found.values()}
        assert json.dumps([finding.to_dict() for finding in found.values()])
