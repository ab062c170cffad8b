"""Answers that a server refuses for good: some of them are told, all of them are an error."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Fein
from tests.fakes.openai_server import FakeServer


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.csv"
    path.write_text("q\none\ntwo\nthree\n")
    return path


def refuse(*words: str) -> Any:
    """An override that refuses prompts with one of these words."""

    def override(path: str, body: Any) -> tuple[int, Any] | None:
        if path.endswith("completions") and any(word in str(body["messages"]) for word in words):
            return 400, {"error": {"message": "top_k: not here"}}
        return None

    return override


def test_when_not_one_answer_came_generate_fails_and_does_so_again(fein: Fein, data: Path) -> None:
    with FakeServer(override=refuse("one", "two", "three")) as server:
        command = ("generate", data, "--prompt", "{{ q }}", "--out", "o.csv", "--endpoint", server.url)
        for attempt in range(2):
            done = fein(*command)
            assert done.code == 1
            assert "0 answers to 3 rows, 3 failed" in done.err
            assert "HTTP 400: top_k: not here" in done.err
            assert server.counts["POST"] == 3, attempt
        rows = list(csv.DictReader(Path("o.csv").read_text().splitlines()))
        assert [row["failure"] for row in rows] == ["HTTP 400: top_k: not here"] * 3
        document = fein(*command, "--json").json
    assert document["error"]["found"] == "HTTP 400: top_k: not here"
    assert "o.csv" in document["error"]["mend"]
    assert document["run"]


def test_a_field_that_is_refused_with_a_500_costs_two_attempts_a_row(fein: Fein, data: Path) -> None:
    def override(path: str, body: Any) -> tuple[int, Any] | None:
        if path.endswith("completions") and "top_k" in body:
            return 500, {"error": {"message": "Unrecognized request argument supplied: top_k"}}
        return None

    with FakeServer(override=override) as server:
        command = ("generate", data, "--prompt", "{{ q }}", "--out", "o.csv", "--endpoint", server.url)
        done = fein(*command, "-p", "top_k=5")
        assert done.code == 1
        assert "HTTP 500: Unrecognized request argument supplied: top_k" in done.err
        assert server.counts["POST"] == 6
        assert fein(*command[:5], "p.csv", *command[6:]).code == 0


def test_some_failures_are_told_and_the_run_is_done(fein: Fein, data: Path) -> None:
    with FakeServer(override=refuse("two")) as server:
        command = ("generate", data, "--prompt", "{{ q }}", "--out", "o.csv", "--endpoint", server.url)
        done = fein(*command)
        assert done.code == 0
        assert "1 answers failed for good, the first with: HTTP 400: top_k: not here" in done.err
        assert fein(*command, "--json").json["failed"] == 1
