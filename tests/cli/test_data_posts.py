"""`fein data posts` by a model: different requests, no near-duplicates, nothing paid twice, and the truth about it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from feinschliff.datasets.grammar import make_posts
from tests.cli.conftest import Fein
from tests.cli.test_files import rows
from tests.fakes.answers import prompt_of
from tests.fakes.openai_server import FakeServer

POSTS = [post.text for post in make_posts(400, seed=9)]


def number_of(body: Mapping[str, Any]) -> int:
    return int(re.findall(r"#(\d+)", prompt_of(body))[-1])


def post_of(body: Mapping[str, Any]) -> str:
    """A post of its own for each request of a prompt that ends in the request's number."""
    return POSTS[number_of(body)]


def ask(server: FakeServer, *more: object) -> tuple[object, ...]:
    prompt = "Write about {{ kind }}. #{{ number }}"
    return ("data", "posts", "--endpoint", server.url, "--out", "posts.csv", "--prompt", prompt, "--json", *more)


def test_requests_differ_and_follow_the_language(fein: Fein, tmp_path: Path) -> None:
    with FakeServer(answer=lambda body: str(hash(prompt_of(body))) * 3) as server:
        done = fein("data", "posts", "--endpoint", server.url, "--count", 40, "--language", "de", "--out", "p.jsonl",
                    "--json")  # fmt: skip
        assert done.code == 0, done.err
        prompts = [body["messages"][-1]["content"] for body in server.bodies]
        assert len(set(prompts)) == 40
        assert all(prompt.startswith("Schreib einen Beitrag") for prompt in prompts)
        assert len({body["seed"] for body in server.bodies}) == 40
        topic = fein("data", "posts", "--endpoint", server.url, "--count", 6, "--topic", "bees", "--out", "b.csv")
        assert topic.code == 0
        assert all("bees" in body["messages"][-1]["content"] for body in server.bodies[40:])
    lines = [json.loads(line) for line in (tmp_path / "p.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [list(line) for line in lines] == [["Posts"]] * 40
    assert done.json["rows"] == done.json["asked"] == done.json["count"] == 40


def test_the_same_command_costs_nothing_and_a_larger_count_goes_on(fein: Fein, tmp_path: Path) -> None:
    with FakeServer(answer=post_of) as server:
        assert fein(*ask(server, "--count", 12)).code == 0
        assert [row["Posts"] for row in rows(tmp_path / "posts.csv")] == POSTS[:12]
        before = (tmp_path / "posts.csv").read_bytes()
        assert fein(*ask(server, "--count", 12)).code == 0
        assert (tmp_path / "posts.csv").read_bytes() == before
        assert server.counts["POST"] == 12
        assert fein(*ask(server, "--count", 20)).code == 0
        assert server.counts["POST"] == 20
        assert [row["Posts"] for row in rows(tmp_path / "posts.csv")] == POSTS[:20]
        other = fein(*ask(server, "--count", 20, "--seed", 1))
        assert (other.code, other.json["error"]["kind"]) == (2, "output")
        (tmp_path / "posts.csv").write_text("mine\n", encoding="utf-8")
        assert fein(*ask(server, "--count", 20)).code == 2
        assert server.counts["POST"] == 20


def test_what_is_left_out_is_counted_and_asked_for_anew(fein: Fein, tmp_path: Path) -> None:
    def answer(body: Mapping[str, Any]) -> str:
        number = number_of(body)
        faults = {1: "", 3: "I'm sorry, but I can't help with that.", 5: "word " * 2000, 7: POSTS[0] + "!"}
        return faults.get(number, f'"{POSTS[number]}"')

    def refuse(path: str, body: Mapping[str, Any]) -> tuple[int, Any] | None:
        return (400, {"error": {"message": "no such post"}}) if body and number_of(body) == 9 else None

    with FakeServer(answer=answer, override=refuse) as server:
        done = fein(*ask(server, "--count", 20))
    assert done.code == 0, done.err
    assert done.json["rows"] == 20
    assert done.json["asked"] == 25
    assert done.json["failed"] == 1
    assert "no such post" in done.json["first_failure"]
    assert done.json["removed"] == {"empty": 1, "refused": 1, "truncated": 1, "looping": 0, "duplicates": 1}
    assert done.json["warnings"] == []
    assert [row["Posts"] for row in rows(tmp_path / "posts.csv")] == [
        POSTS[i] for i in range(25) if i not in {1, 3, 5, 7, 9}
    ]


def test_a_model_that_repeats_itself_is_told_of(fein: Fein, tmp_path: Path) -> None:
    with FakeServer(answer=lambda body: POSTS[number_of(body) % 8]) as server:
        done = fein(*ask(server, "--count", 30))
        assert done.code == 0, done.err
        assert server.counts["POST"] == done.json["asked"] == 52  # nothing new in 22 answers: no use to go on
    assert len(rows(tmp_path / "posts.csv")) == done.json["rows"] == 8
    assert done.json["removed"]["duplicates"] == 44
    assert done.json["near_duplicate_from"] == 0.6
    assert "8 posts instead of 30" in done.json["warnings"][0]


def test_a_limit_leaves_a_file_with_what_there_is(fein: Fein, tmp_path: Path) -> None:
    with FakeServer(answer=post_of) as server:
        cut = fein(*ask(server, "--count", 20, "--requests", 7))
        assert cut.code == 1
        assert cut.json["run"]
        assert "limit of requests ended after 7 of 20 posts" in cut.json["error"]["message"]
        assert len(rows(tmp_path / "posts.csv")) == server.counts["POST"] == 7
        assert fein(*ask(server, "--count", 20, "--requests", 20)).code == 0
        assert server.counts["POST"] == 20
    assert [row["Posts"] for row in rows(tmp_path / "posts.csv")] == POSTS[:20]


def test_a_run_that_is_killed_goes_on(fein: Fein, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "feinschliff"]
    with FakeServer(answer=post_of, latency_s=0.05) as server:
        arguments = [str(a) for a in ask(server, "--count", 60, "--concurrency", 3)]
        process = subprocess.Popen(
            [*command, *arguments], cwd=tmp_path, env=os.environ.copy(), stderr=subprocess.DEVNULL
        )
        while server.counts["ok"] < 20:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not (tmp_path / "posts.csv").exists()
        server.latency_s = 0
        assert fein(*ask(server, "--count", 60, "--concurrency", 3)).code == 0
        assert server.counts["ok"] <= 63
    assert [row["Posts"] for row in rows(tmp_path / "posts.csv")] == POSTS[:60]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--topic", "bees"), "only a model has a use for --topic"),
        (("--requests", "5", "-p", "temperature=1"), "only a model has a use for -p, --requests"),
        (("--language", "fr"), "no grammar for 'fr'"),
        (("--language", "fr", "--model", "house-1"), "no posts in 'fr'"),
        (("--topic", "bees", "--model", "house-1"), "house models write about what the grammar knows"),
        (("--prompt", "{{ knid }}", "--model", "house-1"), "'knid', which is no column"),
        (("-p", "temperature=0:1", "--model", "house-1"), "'temperature' has more than one value"),
        (("--count", "0"), "--count"),
        (("--out", "posts.xlsx", "--model", "house-1"), "format of 'posts.xlsx' is not known"),
    ],
)
def test_mistakes_are_found_first(fein: Fein, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    done = fein("data", "posts", "--out", "posts.csv", *arguments, "--json")
    assert done.code == 2
    assert message in done.json["error"]["message"]
    assert not (tmp_path / "posts.csv").exists()


def test_a_topic_that_the_prompt_does_not_use_is_an_error(fein: Fein) -> None:
    with FakeServer() as server:
        done = fein(*ask(server, "--topic", "bees"))
        assert done.code == 2
        assert "does not use the topic" in done.json["error"]["message"]
        assert server.counts["POST"] == 0


def test_dry_run_sends_nothing(fein: Fein, tmp_path: Path) -> None:
    with FakeServer() as server:
        done = fein(*ask(server, "--count", 30, "--dry-run"))
        assert done.code == 0, done.err
        assert done.json["requests"] == 30
        assert server.counts["POST"] == 0
    assert not (tmp_path / "posts.csv").exists()


def test_the_embedded_model_writes(fein: Fein, tmp_path: Path) -> None:
    make = ("data", "posts", "--model", "house-1", "--count", 6, "--language", "en", "--out", "h.csv", "--json")
    done = fein(*make)
    assert done.code == 0, done.err
    assert len(rows(tmp_path / "h.csv")) == done.json["rows"] == 6
    spent = done.json["spent"]["requests"]
    assert spent >= 6
    assert fein(*make).json["spent"]["requests"] == spent
