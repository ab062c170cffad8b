"""`--stream`: what it shows, and that it makes runs of its own."""

from __future__ import annotations

from pathlib import Path

from feinschliff.store import get_run, open_store
from tests.cli.conftest import Fein
from tests.fakes.openai_server import FakeServer

LOOP = "Ein ruhiges Zimmer mit Blick. " * 60


def write(tmp_path: Path, rows: int) -> None:
    (tmp_path / "in.csv").write_text("q\n" + "\n".join(f"question {i}" for i in range(rows)), encoding="utf-8")


def test_generate_tells_how_fast_it_was_and_what_it_ended(fein: Fein, tmp_path: Path) -> None:
    write(tmp_path, 6)
    with FakeServer(answer=lambda body: LOOP if "5" in str(body["messages"]) else "a b c d") as server:
        ask = ("generate", "in.csv", "--prompt", "{{ q }}", "--endpoint", server.url, "-p", "max_tokens=300")
        plain = fein(*ask, "--out", "plain.csv", "--json")
        streamed = fein(*ask, "--out", "streamed.csv", "--stream", "--json")
        assert server.counts["POST"] == 12
        shown = fein(*ask, "--out", "streamed.csv", "--stream")
        assert server.counts["POST"] == 12
    assert plain.json["flags"] == {"looping": 1, "truncated": 1}
    assert plain.json["speed"]["first_token_s"] is None
    assert plain.json["speed"]["latency_s"]["p50"] > 0
    assert streamed.json["flags"] == {"looping": 1, "stopped_early": 1}
    found = streamed.json["speed"]
    assert 0 < found["first_token_s"]["p50"] <= found["first_token_s"]["p95"]
    assert found["tokens_per_s"]["p50"] >= found["tokens_per_s"]["p5"] > 0
    assert "first token after" in shown.err
    assert "1 answer was ended because it looped" in shown.err
    assert plain.json["run"] != streamed.json["run"]


def test_tune_streams_where_the_task_file_says_so(fein: Fein, tmp_path: Path) -> None:
    write(tmp_path, 12)
    with FakeServer() as server:
        (tmp_path / "task.toml").write_text(
            f'[task]\ndata = "in.csv"\nprompt = "{{{{ q }}}}"\ntarget = "q"\n'
            f'[endpoint]\nurl = "{server.url}"\nstream = true\n[search]\ntemperature = [0.0, 1.0]\nmax_tokens = 20\n',
            encoding="utf-8",
        )
        done = fein("tune", "task.toml", "--requests", 60, "--json")
        assert done.code == 0, done.err
        assert any(body.get("stream") for body in server.bodies)
    with open_store(str(tmp_path / "store.db")) as store:
        run = get_run(store, done.json["run"])
    assert run.spec["stream"] is True
    assert run.details is not None
    assert all(sample["best"]["first_token_s"] > 0 for sample in run.details["samples"])
