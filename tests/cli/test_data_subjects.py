"""`fein data subjects`: by rule, by models side by side, and the table of how they did."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from feinschliff.datasets.bundled import BUNDLED
from feinschliff.datasets.rules import subject_line
from feinschliff.models.house import house_path
from tests.cli.conftest import Fein
from tests.cli.test_files import rows
from tests.fakes.answers import prompt_of
from tests.fakes.openai_server import FakeServer


@pytest.fixture
def posts(fein: Fein) -> str:
    assert fein("data", "posts", "--count", 20, "--out", "posts.csv").code == 0
    return "posts.csv"


def by_model(server: FakeServer, posts: str, *more: object) -> tuple[object, ...]:
    return ("data", "subjects", posts, "--by", "model", "--endpoint", server.url, "--out", "out.csv", "--json", *more)


def test_one_model_is_the_column_subject(fein: Fein, posts: str, tmp_path: Path) -> None:
    with FakeServer(answer=lambda body: '**Subject:** "Line of ' + prompt_of(body).split()[-1] + '"\n') as server:
        done = fein(*by_model(server, posts))
        assert done.code == 0, done.err
        task = BUNDLED["subjects"]
        texts = {body["messages"][0]["content"] for body in server.bodies}
        assert texts == {task.system}
    made = rows(tmp_path / "out.csv")
    assert [list(row) for row in made] == [["Posts", "Subject"]] * 20
    assert [row["Subject"] for row in made] == [f"Line of {row['Posts'].split()[-1]}" for row in made]
    figures = done.json["models"]["fake-1"]
    assert figures["answers"] == figures["requests"] == 20
    assert figures["failure_rate"] == 0
    assert figures["words_mean"] == 3
    assert 0 < figures["latency_median_s"] <= figures["latency_p95_s"]
    assert figures["tokens_per_s"] > 0


def test_models_and_the_rule_stand_side_by_side_and_are_asked_in_turn(fein: Fein, posts: str, tmp_path: Path) -> None:
    with FakeServer(answer=lambda body: f"by {body['model']} one two three", models=("m-b", "m-a")) as server:
        ask = ("data", "subjects", posts, "--by", "rule,model", "--endpoint", server.url, "--out", "out.jsonl",
               "--max-words", 3, "--model", "m-b", "--model", "m-a", "--json")  # fmt: skip
        done = fein(*ask)
        assert done.code == 0, done.err
        assert [body["model"] for body in server.bodies] == ["m-b"] * 20 + ["m-a"] * 20
        assert fein(*ask).code == 0
        assert server.counts["POST"] == 40
    columns = ["Subject rule", "Subject m-b", "Subject m-a"]
    assert done.json["columns"] == columns
    made = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [list(row) for row in made] == [["Posts", *columns]] * 20
    assert {(row["Subject m-b"], row["Subject m-a"]) for row in made} == {("by m-b one", "by m-a one")}
    assert [row["Subject rule"] for row in made] == [" ".join(subject_line(r["Posts"]).split()[:3]) for r in made]
    assert list(done.json["models"]) == ["m-b", "m-a"]
    assert done.json["models"]["m-a"]["words_mean"] == 5


def test_failures_are_counted_and_leave_their_cells_empty(fein: Fein, tmp_path: Path) -> None:
    texts = ["fine", "none", "sorry", "long", "bad", " ", "fine too", "fine three"]
    (tmp_path / "in.csv").write_text("id,my text\n" + "".join(f"{i},{t}\n" for i, t in enumerate(texts)))

    def answer(body: Mapping[str, Any]) -> str:
        text = prompt_of(body).splitlines()[-1]
        return {"none": " ", "sorry": "I'm sorry, but I can't help with that.", "long": "very " * 50}.get(text, text)

    def refuse(path: str, body: Mapping[str, Any]) -> tuple[int, Any] | None:
        return (400, {"error": {"message": "no"}}) if body and prompt_of(body).endswith("bad") else None

    with FakeServer(answer=answer, override=refuse) as server:
        done = fein(*by_model(server, "in.csv", "--column", "my text", "-p", "max_tokens=20"))
        assert done.code == 0, done.err
    figures = done.json["models"]["fake-1"]
    assert {k: figures[k] for k in ("answers", "failed", "empty", "refused", "truncated")} == {
        "answers": 7, "failed": 1, "empty": 1, "refused": 1, "truncated": 1,
    }  # fmt: skip
    assert figures["failure_rate"] == pytest.approx(4 / 7)
    lines = [row["Subject"] for row in rows(tmp_path / "out.csv")]
    assert lines[:3] == ["fine", "", ""]
    assert lines[3].startswith("very very")
    assert lines[4:] == ["", "", "fine too", "fine three"]


def test_a_limit_holds_over_all_models_and_is_raised_later(fein: Fein, posts: str, tmp_path: Path) -> None:
    with FakeServer(models=("a", "b")) as server:
        ask = by_model(server, posts, "--model", "a", "--model", "b")
        cut = fein(*ask, "--requests", 27)
        assert cut.code == 1
        assert "ended after 7 of 20 answers of b" in cut.json["error"]["message"]
        assert server.counts["POST"] == 27
        assert not (tmp_path / "out.csv").exists()
        done = fein(*ask, "--requests", 40)
        assert done.code == 0, done.err
        assert server.counts["POST"] == done.json["spent"]["requests"] == 40
        assert fein(*by_model(server, posts, "--model", "a")).code == 2  # another table is in the way


@pytest.mark.parametrize("together", [0, 10**9])
def test_embedded_models_one_after_the_other(
    fein: Fein, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    fein("data", "posts", "--count", 8, "--out", "posts.csv")
    shutil.copyfile(house_path("house-1"), tmp_path / "copy.gguf")
    ask = ("data", "subjects", "posts.csv", "--by", "model", "--model", "house-1", "--model", "copy.gguf", "-p",
           "temperature=0", "--out", "out.csv")  # fmt: skip
    monkeypatch.setattr("feinschliff._api.voices._TOGETHER_BYTES", together)
    done = fein(*ask)
    assert done.code == 0, done.err
    table = done.out.splitlines()
    assert [line.split()[0] for line in table] == ["model", "house-1", "copy"]
    assert table[1].split()[1:3] == ["8", "0.0"]
    made = rows(tmp_path / "out.csv")
    assert all(row["Subject house-1"] == row["Subject copy"] != "" for row in made)
    assert fein(*ask, "--json").json["spent"]["requests"] == 16


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--by", "magic"), "cannot be made by 'magic'"),
        (("--by", "rule", "--model", "house-1"), "only a model has a use for --model"),
        (("--by", "model", "--model", "gpt-x"), "'gpt-x' needs an endpoint"),
        (("--by", "model", "--column", "text"), "has no column 'text'"),
        (("--by", "model", "--prompt", "{{ psot }}"), "'psot', which is no column"),
        (("--by", "model", "-p", "model=a"), "models are named with --model"),
        (("--by", "model", "-p", "temperature=0:1"), "'temperature' has more than one value"),
        (("--by", "model", "--max-words", "0"), "--max-words"),
        (("--by", "model", "--out", "x.pdf"), "format of 'x.pdf' is not known"),
    ],
)
def test_mistakes_are_found_first(
    fein: Fein, posts: str, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = fein("data", "subjects", posts, "--out", "out.csv", *arguments, "--json")
    assert done.code == 2
    assert message in done.json["error"]["message"]
    assert not (tmp_path / "out.csv").exists()


def test_two_files_of_the_same_name_are_refused(fein: Fein, posts: str, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    for name in ("copy.gguf", "other/copy.gguf"):
        shutil.copyfile(house_path("house-1"), tmp_path / name)
    done = fein("data", "subjects", posts, "--by", "model", "--model", "copy.gguf", "--model", "other/copy.gguf",
                "--out", "out.csv", "--json")  # fmt: skip
    assert done.code == 2
    assert "'copy' is named twice" in done.json["error"]["message"]


def test_dry_run_counts_all_models(fein: Fein, posts: str) -> None:
    with FakeServer(models=("a", "b")) as server:
        ask = by_model(server, posts, "--model", "a", "--model", "b")
        assert fein(*ask, "--dry-run").json["requests"] == 40
        assert server.counts["POST"] == 0
        assert fein(*ask).code == 0
        assert fein(*ask, "--dry-run").json["requests"] == 0
