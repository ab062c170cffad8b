"""A column of system texts: sent as it stands, and never beside another system text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import feinschliff as fein_api
from feinschliff.errors import DataError, TaskError
from feinschliff.records import Message
from tests.cli.conftest import Fein
from tests.fakes.openai_server import FakeServer

ROWS = [{"q": f"question {i}", "who": f"You are {{{{ no template }}}} {i}.", "a": f"answer {i}"} for i in range(12)]


@pytest.fixture
def data(tmp_path: Path) -> str:
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return "in.jsonl"


def test_each_row_is_sent_with_its_own_system_text(fein: Fein, data: str) -> None:
    with FakeServer() as server:
        done = fein(
            "generate", data, "--prompt", "{{ q }}", "--system-column", "who", "--endpoint", server.url,
            "--out", "out.csv", "--json",
        )  # fmt: skip
        assert done.code == 0, done.err
        sent = sorted(json.dumps(body["messages"]) for body in server.bodies)
    assert sent == sorted(
        json.dumps([{"role": "system", "content": row["who"]}, {"role": "user", "content": row["q"]}]) for row in ROWS
    )


def test_two_system_texts_are_refused_before_the_first_request(fein: Fein, data: str, tmp_path: Path) -> None:
    (tmp_path / "both.toml").write_text(
        f'[task]\ndata = "{data}"\nprompt = "{{{{ q }}}}"\ntarget = "a"\nsystem = "x"\nsystem_column = "who"\n'
    )
    (tmp_path / "baseline.toml").write_text(
        f'[task]\ndata = "{data}"\nprompt = "{{{{ q }}}}"\ntarget = "a"\nsystem_column = "who"\n'
        '[search]\ntemperature = [0.0, 1.0]\n[baseline]\nsystem = "x"\n'
    )
    column = ("--system-column", "who")
    with FakeServer() as server:
        there = ("--endpoint", server.url, "--json")
        ask = (data, "--prompt", "{{ q }}", *column, *there)
        for command in (
            ("generate", *ask, "--system", "x", "--out", "out.csv"),
            ("generate", *ask, "-p", 'system="x"', "--out", "out.csv"),
            ("tune", *ask, "--target", "a", "--system", "x"),
            ("tune", *ask, "--target", "a", "-p", 'system=["x", "y"]', "-p", "temperature=0:1"),
            ("tune", "both.toml", *there),
            ("tune", "baseline.toml", *there),
            ("compare", *ask, "--target", "a", "--a", '{"system": "x"}', "--b", "temperature=0"),
        ):
            refused = fein(*command)
            assert refused.code == 2, command
            assert refused.json["error"]["kind"] == "task", refused.out
            assert "two system texts" in refused.json["error"]["message"]
        assert server.counts["POST"] == 0


def test_flags_win_over_the_file(fein: Fein, data: str, tmp_path: Path) -> None:
    (tmp_path / "t.toml").write_text(f'[task]\ndata = "{data}"\nprompt = "{{{{ q }}}}"\nsystem_column = "who"\n')
    with FakeServer() as server:
        assert fein("generate", "t.toml", "--endpoint", server.url, "--out", "a.csv").code == 0
        assert {b["messages"][0]["content"] for b in server.bodies} == {row["who"] for row in ROWS}
        server.bodies.clear()
        assert fein("generate", "t.toml", "--endpoint", server.url, "--out", "b.csv", "--system", "short").code == 0
        assert {b["messages"][0]["content"] for b in server.bodies} == {"short"}


def test_a_column_of_system_texts_needs_data_and_text(fein: Fein, data: str, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("q,who\na,\nb, \n")
    for arguments, kind in [
        (("--prompt", "hello", "--target", "x", "--system-column", "who"), "task"),
        ((data, "--prompt", "{{ q }}", "--target", "a", "--system-column", "hwo"), "data"),
        (("empty.csv", "--prompt", "{{ q }}", "--system-column", "who", "--score", "length"), "data"),
    ]:
        refused = fein("tune", *arguments, "--json")
        assert (refused.code, refused.json["error"]["kind"]) == (2, kind), refused.out


def test_in_python() -> None:
    rows = [{"q": "1", "who": "A"}, {"q": "2", "who": " "}, {"q": "3"}]
    task = fein_api.Task.from_rows(rows, prompt="{{ q }}", system_column="who")
    assert [e.messages for e in task.examples] == [(Message(role="system", content="A"),), (), ()]
    same = fein_api.Task.from_rows(rows, prompt="{{ q }}")
    assert task.content_hash() != same.content_hash()
    with pytest.raises(TaskError, match="two system texts"):
        fein_api.Task.from_rows(rows, prompt="{{ q }}", system_column="who", system="B")
    with pytest.raises(TaskError, match="no prompt"):
        fein_api.generate(fein_api.Task.from_rows(rows, system_column="who"))
    talk = [{"role": "system", "content": "mine"}, {"role": "user", "content": "Hi"}]
    with pytest.raises(DataError, match="row 1 has two system texts"):
        fein_api.Task.from_rows([{"messages": talk, "who": "B"}], system_column="who")
    fein_api.Task.from_rows([{"messages": talk, "who": None}, {"messages": talk[1:], "who": "B"}], system_column="who")


def test_tune_searches_beside_the_column(fein: Fein, data: str) -> None:
    with FakeServer() as server:
        done = fein(
            "tune", data, "--prompt", "{{ q }} ANSWER: {{ a }}", "--target", "a", "--system-column", "who",
            "-p", "temperature=0:1", "--requests", 60, "--endpoint", server.url, "--json",
        )  # fmt: skip
        assert done.code == 0, done.err
        assert {b["messages"][0]["content"] for b in server.bodies} <= {row["who"] for row in ROWS}
    assert "system" not in done.json["settings"]
