"""Questions to a server about itself: few, and not one a step."""

from __future__ import annotations

from pathlib import Path

import pytest

from feinschliff.endpoints import paths
from tests.cli.conftest import Fein
from tests.fakes.openai_server import FakeServer


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.csv"
    path.write_text("q\none\ntwo\nthree\n")
    return path


def test_a_slow_server_is_asked_about_itself_once(fein: Fein, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "LIMITS_S", (0.2, 10.0))
    with FakeServer(latency_s=0.5) as server:
        done = fein("generate", data, "--prompt", "{{ q }}", "--out", "o.csv", "--endpoint", server.url)
    assert done.code == 0, done.err
    # The four paths twice, the list of models, the list of paths.
    assert (server.counts["POST"], server.counts["GET"]) == (3, 10)


def test_a_probe_asks_few_questions_beside_its_requests(fein: Fein) -> None:
    with FakeServer() as server:
        done = fein("probe", "-p", "temperature", "--requests", "10", "--endpoint", server.url, "--json")
    assert done.code == 0, done.err
    assert server.counts["POST"] == done.json["requests"] <= 10
    assert server.counts["GET"] == 6
    assert "not counted" in " ".join(fein("probe", "--help").out.split())
    assert server.counts["200"] == 1  # its models
