"""Random quirk servers, a few of those that benchmarks/probe counts: no knob that does nothing is called honoured."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.probe.servers import SETS, draw_server

from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.generation import Budget, Caps, Payer
from feinschliff.probing import FULL_REQUESTS, probe
from feinschliff.store import open_store
from tests.fakes.ollama import FakeOllama
from tests.fakes.sampling.backends import MODEL


@pytest.mark.parametrize("seed", [3, 8, 9, 13, 14, 25, 31, 137])
def test_what_does_nothing_is_never_honoured(seed: int, tmp_path: Path) -> None:
    drawn = draw_server(seed)
    with (
        drawn.server as server,
        HttpEndpoint(server.url) as endpoint,
        open_store(str(tmp_path / "s.db")) as store,
    ):
        payer = Payer(endpoint, MODEL, store, Budget(Caps(requests=FULL_REQUESTS)), "r")
        result = probe(payer, dialect="unknown", names=list(SETS))
        assert server.counts["POST"] == result.requests <= FULL_REQUESTS
    found = {name: finding.status for name, finding in result.knobs.items()}
    assert not [n for n in SETS if found[n] == "honoured" and drawn.truth[n] in ("inert", "rejected")]
    assert not [n for n in SETS if found[n] in ("inert", "rejected") and drawn.truth[n] == "honoured"]
    right = sum(found[name] == drawn.truth[name] for name in SETS)
    assert right >= (len(SETS) - 1 if drawn.told["repeats"] == "yes" else len(SETS) // 2)


def test_without_a_seed_two_requests_are_two(tmp_path: Path) -> None:
    with (
        draw_server(3).server as server,
        HttpEndpoint(server.url) as endpoint,
        open_store(str(tmp_path / "s.db")) as store,
    ):
        payer = Payer(endpoint, MODEL, store, Budget(Caps(requests=FULL_REQUESTS)), "r", omit=("seed",))
        result = probe(payer, dialect="unknown", names=["seed", "temperature"])
        assert result.knobs["seed"].status == "rejected"
        assert result.requests == server.counts["POST"] >= 5


@pytest.mark.parametrize(("omit", "field"), [("seed", "seed"), ("max_tokens", "num_predict")])
def test_what_is_omitted_is_not_sent_where_it_has_another_name(tmp_path: Path, omit: str, field: str) -> None:
    with (
        FakeOllama() as server,
        HttpEndpoint(server.root) as endpoint,
        open_store(str(tmp_path / "s.db")) as store,
    ):
        for salt, omitted in (("without", (omit,)), ("with", ())):
            payer = Payer(endpoint, "fake-1", store, Budget(Caps()), "r", omit=omitted, salt=salt)
            seen = len(server.bodies)
            probe(payer, dialect=endpoint.dialect("fake-1"), names=["temperature", "seed", "max_tokens"])
            sent = [body["options"] for body in server.bodies[seen:] if "options" in body]
            assert sent
            assert any(field in options for options in sent) == (omit not in omitted)
