"""The echo probe: what the server says that it applied decides."""

from __future__ import annotations

from pathlib import Path

from feinschliff.endpoints.protocol import Reply, Request
from feinschliff.generation import Budget, Caps, Payer
from feinschliff.parameters.space import make_space
from feinschliff.probing import probe_echo
from feinschliff.records import Example
from feinschliff.store import open_store
from tests.fakes.scripted import ScriptedEndpoint

SPACE = make_space(
    {
        "temperature": (0, 1.5),
        "top_k": (1, 100),
        "min_p": (0.0, 0.9),
        "extra.tfs_z": (0.1, 1.0),
        "stop": "x",
        "prompt": "p",
    }
)


def server(request: Request) -> Reply:
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


def probe(tmp_path: Path, endpoint: ScriptedEndpoint, backend: str) -> dict[str, str]:
    with open_store(str(tmp_path / "s.db")) as store:
        payer = Payer(endpoint, "toy", store, Budget(Caps()), "r")
        statuses, answers = probe_echo(SPACE, Example(id="e"), payer, backend=backend)  # type: ignore[arg-type]
        assert len(answers) == len(endpoint.requests)
        assert store.spent("r").requests == len(endpoint.requests)
    return dict(statuses)


def test_honoured_clamped_inert(tmp_path: Path) -> None:
    endpoint = ScriptedEndpoint(server)
    assert probe(tmp_path, endpoint, "llama.cpp") == {
        "temperature": "honoured",
        "top_k": "honoured",
        "min_p": "clamped",
        "extra.tfs_z": "inert",
        "stop": "honoured",
    }
    assert len(endpoint.requests) == 2
    assert all(r.fields["max_tokens"] == 1 for r in endpoint.requests)


def test_a_server_that_tells_nothing_is_unknown_and_costs_nothing(tmp_path: Path) -> None:
    endpoint = ScriptedEndpoint(lambda request: "a")
    assert set(probe(tmp_path, endpoint, "ollama").values()) == {"unknown"}
    assert endpoint.requests == []
    assert set(probe(tmp_path, endpoint, "llama.cpp").values()) == {"unknown"}
