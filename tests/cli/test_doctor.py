"""`fein doctor` and `fein endpoints`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Fein
from tests.fakes.ollama import FakeOllama
from tests.fakes.openai_server import FakeServer

NAMES = {"python", "packages", "engine", "model.house-1", "store", "memory", "disk", "language", "terminal", "proxies"}


def test_here_the_main_job_can_run(fein: Fein, tmp_path: Path) -> None:
    done = fein("doctor", "--json")
    assert done.code == 0, done.out
    document = done.json
    assert document["ok"] is True
    assert {check["name"] for check in document["checks"]} >= NAMES
    needed = {check["name"]: check["status"] for check in document["checks"] if check["needed"]}
    assert needed.items() >= {"engine": "ok", "store": "ok"}.items()
    assert not (tmp_path / "store.db").exists()


def test_what_is_broken_comes_with_what_to_do(fein: Fein, tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"no database" * 1000)
    done = fein("doctor", "--endpoint", "http://127.0.0.1:9/v1")
    assert done.code == 1
    assert "broken  store" in done.out
    assert "broken  endpoint" in done.out
    assert "-> start the server or correct the URL" in done.out
    assert "cannot run here: store, endpoint" in done.out


def test_with_an_endpoint_the_engine_is_not_needed(fein: Fein) -> None:
    with FakeServer(api_key="k-123456") as server:
        refused = fein("doctor", "--endpoint", server.url, "--json")
        assert refused.code == 1
        assert set(refused.json["error"]) == {"kind", "message", "asked", "found", "mend"}
        assert refused.json["error"]["kind"] == "broken"
        assert "endpoint" in refused.json["error"]["message"]
        assert (refused.json["run"], refused.json["ok"]) == (None, False)
        done = fein("doctor", "--endpoint", server.url, "--header", "Authorization: Bearer k-123456", "--json")
    assert done.code == 0, done.out
    assert "error" not in done.json
    needed = {check["name"] for check in done.json["checks"] if check["needed"]}
    assert "endpoint" in needed
    assert "engine" not in needed
    assert "k-123456" not in done.out + done.err + refused.out


def test_endpoints_lists_what_can_be_copied(fein: Fein) -> None:
    assert "--model house-1" in fein("endpoints").out
    document = json.loads(fein("endpoints", "--json").out)
    assert "house-1" in document["endpoints"][0]["models"]


def test_endpoints_finds_servers_on_the_ports_of_the_environment(fein: Fein, monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeOllama() as ollama, FakeServer(models=("a", "b")) as other:
        monkeypatch.setenv("FEIN_PORTS", f"{ollama.port},{other.port}")
        text = fein("endpoints").out
        rows = json.loads(fein("endpoints", "--json").out)["endpoints"][1:]
    assert f"--endpoint {ollama.url} --model fake-1" in text
    assert f"own address, which takes more settings: --endpoint {ollama.root}" in text
    assert [(row["backend"], row["models"], row["native"]) for row in rows] == [
        ("ollama", ["fake-1"], ollama.root),
        ("unknown", ["a", "b"], None),
    ]
    monkeypatch.setenv("FEIN_PORTS", "many")
    wrong = fein("endpoints", "--json")
    assert wrong.code == 2
    assert wrong.json["error"]["asked"] == "FEIN_PORTS=many"
