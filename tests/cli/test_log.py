"""`--log FILE`: what `-v` shows, without secrets, appended, and there after a kill."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from feinschliff.cli.app import app
from tests.cli.conftest import Fein
from tests.cli.test_startup import leaves
from tests.fakes.openai_server import FakeServer

ROWS = "id,post,subject\n" + "\n".join(f"r{i},Frage {i} ANSWER: rot blau grün {i},rot blau grün {i}" for i in range(40))
ASK = ("generate", "data.csv", "--prompt", "{{ post }}", "-p", "temperature=0.5", "-p", "max_tokens=16")


def write(folder: Path) -> None:
    (folder / "data.csv").write_text(ROWS, encoding="utf-8")


def test_every_verb_that_asks_a_model_can_keep_a_log() -> None:
    root: Any = typer.main.get_command(app)
    asking = []
    for path in leaves(root, [])[1:]:
        command = root
        for name in path:
            command = command.get_command(None, name)
        options = {name for parameter in command.params for name in parameter.opts}
        if "--endpoint" in options and tuple(path) != ("models", "tokens"):  # which asks for no answers
            asking.append(path)
            assert {"--log", "--verbose"} <= options, path
    assert len(asking) >= 3


def test_secrets_are_hidden_whoever_repeats_them(fein: Fein, tmp_path: Path, monkeypatch: Any) -> None:
    write(tmp_path)
    secrets = {
        "MY_KEY": "k-1234567890",
        "header": "Token t-0987654321",
        "user": "hunter2hunter2",
        "query": "q-5556667777",
    }
    monkeypatch.setenv("MY_KEY", secrets["MY_KEY"])

    def blab(body: Mapping[str, Any]) -> str:
        return " ".join([*secrets.values(), str(body["temperature"])])

    with FakeServer(answer=blab) as server:
        url = server.url.replace("://", f"://me:{secrets['user']}@") + f"?key={secrets['query']}"
        where = ("--endpoint", url, "--api-key-env", "MY_KEY", "--header", f"X-Team: {secrets['header']}")
        done = fein(*ASK, "--out", "out.csv", *where, "--log", "run.log", "-v")
        assert done.code == 0, done.err
    log = (tmp_path / "run.log").read_text(encoding="utf-8")
    assert log.count("***") >= 40
    for text in (log, done.err):
        assert not [s for s in [*secrets.values(), "t-0987654321"] if s in text]


def test_a_second_run_is_appended(fein: Fein, tmp_path: Path) -> None:
    write(tmp_path)
    with FakeServer() as server:
        for seed in ("1", "2"):
            done = fein(*ASK, "--out", f"{seed}.csv", "--seed", seed, "--endpoint", server.url, "--log", "run.log")
            assert done.code == 0, done.err
    lines = (tmp_path / "run.log").read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if " run " in line]) == 2
    assert len([line for line in lines if " answer r" in line]) == 80
    asked = next(line for line in lines if " request r7 fake-1 " in line)
    assert json.loads(asked.partition("} ")[2]) == "Frage 7 ANSWER: rot blau grün 7"


def test_a_kill_loses_no_line(tmp_path: Path) -> None:
    write(tmp_path)
    with FakeServer(latency_s=0.05) as server:
        command = [*ASK, "--out", "o.csv", "--endpoint", server.url, "--log", "run.log", "--store", "s.db"]
        process = subprocess.Popen(
            [sys.executable, "-m", "feinschliff", *command], cwd=tmp_path, stderr=subprocess.DEVNULL
        )
        while server.counts["ok"] < 20 and process.poll() is None:
            time.sleep(0.01)
        process.kill()
        process.wait()
        answered = server.counts["ok"]
    log = (tmp_path / "run.log").read_text(encoding="utf-8")
    assert log.endswith("\n")
    assert answered - 8 <= log.count(" answer r") <= answered


def test_a_full_disk_ends_the_log_and_not_the_run(fein: Fein, tmp_path: Path) -> None:
    write(tmp_path)
    with FakeServer() as server:
        done = fein(*ASK, "--out", "o.csv", "--endpoint", server.url, "--log", "/dev/full")
    assert done.code == 0, done.err
    assert done.err.count("cannot be written any more") == 1
    assert "Traceback" not in done.err
    assert fein(*ASK, "--out", "p.csv", "--log", tmp_path).code == 2


def test_scores_of_a_file_are_kept_as_well(fein: Fein, tmp_path: Path) -> None:
    write(tmp_path)
    done = fein("score", "data.csv", "--answers", "post", "--target", "subject", "--out", "s.csv", "--log", "run.log")
    assert done.code == 0, done.err
    assert (tmp_path / "run.log").read_text(encoding="utf-8").count(" score r") == 40


def test_the_whole_conversation_is_shown(fein: Fein, tmp_path: Path, monkeypatch: Any) -> None:
    """The system text is half of what is asked; in a chat so are the turns before."""
    write(tmp_path)
    with FakeServer() as server:
        where = ("--endpoint", server.url, "--system", "Be brief.")
        done = fein(*ASK, "--out", "out.csv", *where, "--log", "run.log")
        assert done.code == 0, done.err
        monkeypatch.setattr("sys.stdin", io.StringIO("first\nsecond\n"))
        done = fein("chat", *where, "-v")
        assert done.code == 0, done.err
    (asked,) = [line for line in (tmp_path / "run.log").read_text("utf-8").splitlines() if " request r7 " in line]
    assert json.loads(asked.partition("} ")[2]) == [
        {"system": "Be brief."},
        {"user": "Frage 7 ANSWER: rot blau grün 7"},
    ]
    turns = [json.loads(line.partition("} ")[2]) for line in done.err.splitlines() if " request " in line]
    assert turns[0] == [{"system": "Be brief."}, {"user": "first"}]
    assert [*turns[1][0], *turns[1][1], *turns[1][2], *turns[1][3]] == ["system", "user", "assistant", "user"]
