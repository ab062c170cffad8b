"""Single checks of the doctor, with things really broken."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from feinschliff.build import Endpoint
from feinschliff.doctor import engine, servers, software, stores
from feinschliff.endpoints.embedded import EmbeddedEndpoint
from feinschliff.endpoints.local import find_servers, ports_to_look_at
from feinschliff.models import house
from feinschliff.models.hardware import memory
from feinschliff.models.house import HOUSE_NAME, house_path
from feinschliff.store import open_store, start_run
from feinschliff.store.health import look
from feinschliff.store.schema import VERSION
from tests.fakes.openai_server import FakeServer


def test_the_engine_writes_and_its_speed_is_told() -> None:
    check = engine.check_engine(house_path(), needed=True)
    assert check.status == "ok", check.found
    assert check.facts["tokens"] > 50
    assert check.facts["tokens_per_s"] > 20


def test_an_engine_that_takes_its_process_with_it_is_broken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\nkill -ILL $$\n")
    fake.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(fake))
    check = engine.check_engine(house_path(), needed=True)
    assert check.status == "broken"
    assert "-4" in check.found
    assert "--endpoint" in (check.mend or "")


def test_an_engine_without_a_model_is_broken(tmp_path: Path) -> None:
    (tmp_path / "no.gguf").write_bytes(b"no model")
    check = engine.check_engine(tmp_path / "no.gguf", needed=True)
    assert check.status == "broken"
    assert "no.gguf" in check.found


def test_a_model_is_held_to_its_card(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert engine.check_model(HOUSE_NAME, needed=True).status == "ok"
    for file in house_path().parent.glob(f"{HOUSE_NAME}.*"):
        shutil.copy(file, tmp_path)
    with (tmp_path / f"{HOUSE_NAME}.gguf").open("r+b") as damaged:
        damaged.seek(100_000)
        damaged.write(b"\x00\x01\x02")
    monkeypatch.setattr(house, "_WEIGHTS", tmp_path)
    assert engine.check_model(HOUSE_NAME, needed=True).status == "broken"
    (tmp_path / f"{HOUSE_NAME}.json").unlink()
    assert engine.check_model(HOUSE_NAME, needed=True).status == "broken"


def test_a_store_that_is_there_is_counted_and_one_that_is_not_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "s.db"
    check = stores.check_store(look(str(path)))
    assert check.status == "ok"
    assert not path.parent.exists()
    with open_store(str(path)) as db:
        start_run(db, {"a": 1}, kind="tune")
    facts = stores.check_store(look(str(path))).facts
    assert (facts["runs"], facts["answers"], facts["format"]) == (1, 0, VERSION)
    assert facts["bytes"] > 1000


def test_damage_in_a_store_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with open_store(str(path)) as db:
        for i in range(200):
            start_run(db, {"a": i, "b": "x" * 500}, kind="tune")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] + b"\xff" * 4096 + whole[len(whole) // 2 + 4096 :])
    check = stores.check_store(look(str(path)))
    assert check.status == "broken"
    assert check.needed
    path.write_bytes(b"no database at all" * 300)
    assert stores.check_store(look(str(path))).status == "broken"


def test_a_store_of_another_version_is_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "s.db")
    with open_store(path) as db, db.transaction() as connection:
        connection.exec_driver_sql("UPDATE meta SET value = '99' WHERE name = 'version'")
    check = stores.check_store(look(path))
    assert check.status == "broken"
    assert "99" in check.found


def test_an_endpoint_is_asked_for_its_models_and_for_nothing_that_costs() -> None:
    with FakeServer(models=("one", "two")) as server:
        check = servers.check_endpoint(Endpoint(server.url), ask=False)
        assert check.status == "ok"
        assert check.facts["models"] == ["one", "two"]
        assert server.counts["POST"] == 0
        wrong = servers.check_endpoint(Endpoint(server.url, model="tow"), ask=False)
        assert wrong.status == "broken"
        assert "two" in (wrong.mend or "")
        asked = servers.check_endpoint(Endpoint(server.url, model="two"), ask=True)
        assert asked.facts["answer_tokens"] > 0
        assert server.counts["POST"] == 1


def test_an_endpoint_that_lists_but_does_not_answer_is_broken() -> None:
    def refuses(path: str, body: object) -> tuple[int, object] | None:
        return (400, {"error": {"message": "out of memory"}}) if path.endswith("completions") else None

    with FakeServer(override=refuses) as server:
        check = servers.check_endpoint(Endpoint(server.url), ask=True)
    assert check.status == "broken"
    assert "out of memory" in check.found
    assert servers.check_endpoint(Endpoint(server.url), ask=False).status == "broken"


def test_local_servers_are_known_by_what_they_tell() -> None:
    ollama = {"/api/version": {"version": "0.12"}, "/api/tags": {"models": []}}
    with FakeServer(pages=ollama) as first, FakeServer(prefix="/elsewhere") as other, socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with EmbeddedEndpoint(house_path(), alias="mine") as engine_:
            address = engine_.connect()
            port = int(address.identity.rsplit(":", 1)[1].partition("/")[0])
            address.close()
            ports = [first.port, other.port, silent.getsockname()[1], port, 9]
            found = find_servers(ports, within_s=1.0)
    assert [(s.backend, s.models) for s in found] == [("ollama", ("fake-1",)), ("unknown", ())]
    assert [s.native for s in found] == [f"http://127.0.0.1:{first.port}", None]
    assert "401" in (found[1].trouble or "")


def test_ports_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(ports_to_look_at()) == {11434, 1234, 8080, 9931, 8000}
    monkeypatch.setenv("FEIN_PORTS", "9, 10,9")
    assert ports_to_look_at() == (9, 10)
    monkeypatch.setenv("FEIN_PORTS", "http")
    (check,) = [c for c in servers.checks(None, ask=False) if c.name == "local"]
    assert check.status == "broken"
    assert "FEIN_PORTS" in check.found


def test_proxies_are_told_without_their_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://me:hunter2@proxy.example:3128")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    text = json.dumps([check.to_dict() for check in servers.checks(None, ask=False)])
    assert "proxy.example" in text
    assert "OPENAI_API_KEY" in text
    assert "hunter2" not in text
    assert "sk-secret" not in text


def test_every_extra_has_a_purpose() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extra in set(project["optional-dependencies"]) - {"docs", "lint", "serving", "test"}:
        assert software.purpose(extra), extra


def test_requirements_are_read_as_pip_writes_them() -> None:
    plain = software._parse("pytest>=7.0")
    assert plain.is_met
    assert plain.always
    assert not software._parse("pytest>=9999").is_met
    extra = software._parse("psycopg[binary]>=3.2; extra == 'postgres'")
    assert (extra.name, extra.least, extra.extra, extra.always) == ("psycopg", (3, 2), "postgres", True)
    marked = software._parse("cydifflib>=1.2; python_version < '3.14'")
    assert (marked.extra, marked.always) == (None, False)
    both = software._parse('no-such-thing>=1; (sys_platform == "win32") and extra == "train"')
    assert (both.extra, both.always, both.installed) == ("train", False, None)


def test_memory_is_about_what_the_system_says() -> None:
    whole, free = memory()
    assert whole is not None
    assert whole > 1e8
    assert free is None or 0 < free <= whole


def test_a_torch_that_cannot_be_imported_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(software.importlib.metadata, "version", lambda name: "2.13.0")
    monkeypatch.setattr(
        software.subprocess, "run", lambda *a, **k: subprocess.CompletedProcess([], 1, "", "OSError: libcudart")
    )
    check = software._torch()
    assert check.status == "broken"
    assert "2.13.0" in check.found
