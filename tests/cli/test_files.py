"""`fein generate`, `score` and `data`: files in, files out, nothing overwritten."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pytest

from feinschliff.datasets.load import load_examples
from tests.cli.conftest import Fein
from tests.fakes.openai_server import FakeServer


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_posts_subjects_answers_scores(fein: Fein, tmp_path: Path) -> None:
    assert fein("data", "posts", "--count", 20, "--out", "posts.csv").code == 0
    posts = rows(tmp_path / "posts.csv")
    assert len(posts) == 20
    assert list(posts[0]) == ["Posts"]
    assert fein("data", "subjects", "posts.csv", "--by", "rule", "--out", "subjects.csv").code == 0
    subjects = rows(tmp_path / "subjects.csv")
    assert all(0 < len(r["Subject"].split()) <= 10 for r in subjects)
    done = fein(
        "generate", "subjects.csv", "--prompt", "Subject line for: {{ Posts }}", "--out", "answers.csv", "-n", 2,
        "-p", "temperature=0", "-p", "max_tokens=24", "--json",
    )  # fmt: skip
    assert done.code == 0, done.err
    answers = rows(tmp_path / "answers.csv")
    assert len(answers) == 40
    assert [r["repeat"] for r in answers[:4]] == ["0", "1", "0", "1"]
    assert answers[0]["answer"] == answers[1]["answer"] != ""
    assert done.json["answers"] == 40
    assert set(done.json["spent"]) == {"requests", "prompt_tokens", "completion_tokens", "seconds", "usd"}
    assert done.json["spent"]["seconds"] > 0
    scored = fein("score", "answers.csv", "--answers", "answer", "--target", "Subject", "--out", "scored.csv", "--json")
    assert scored.code == 0, scored.err
    for row in rows(tmp_path / "scored.csv"):
        expected = SequenceMatcher(None, row["answer"], row["Subject"], autojunk=False).ratio()
        assert abs(float(row["score"]) - expected) < 1e-12
    assert scored.json["scored"] == 40


def test_a_file_of_the_same_inputs_is_resumed_and_another_is_refused(fein: Fein, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("q\n" + "\n".join(f"question {i}" for i in range(12)), encoding="utf-8")
    with FakeServer() as server:
        ask = ("generate", "in.csv", "--prompt", "{{ q }}", "--endpoint", server.url, "--out", "out.csv", "--json")
        assert fein(*ask, "-p", "temperature=0.5").code == 0
        first = (tmp_path / "out.csv").read_bytes()
        assert server.counts["POST"] == 12
        assert fein(*ask, "-p", "temperature=0.5").code == 0
        assert server.counts["POST"] == 12
        assert (tmp_path / "out.csv").read_bytes() == first
        refused = fein(*ask, "-p", "temperature=0.6")
        assert refused.code == 2
        assert refused.json["error"]["kind"] == "output"
        assert server.counts["POST"] == 12
        (tmp_path / "out.csv").write_text("mine\n", encoding="utf-8")
        assert fein(*ask, "-p", "temperature=0.5").code == 2
        assert (tmp_path / "out.csv").read_text(encoding="utf-8") == "mine\n"


def test_a_limit_that_ends_generate_keeps_what_was_paid(fein: Fein, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("q\n" + "\n".join(f"question {i}" for i in range(12)), encoding="utf-8")
    with FakeServer() as server:
        ask = ("generate", "in.csv", "--prompt", "{{ q }}", "--endpoint", server.url, "--out", "out.csv", "--json")
        cut = fein(*ask, "--requests", 5)
        assert cut.code == 1
        assert cut.json["run"] is not None
        assert not (tmp_path / "out.csv").exists()
        assert fein(*ask).code == 0
        assert server.counts["POST"] == 12


def test_data_is_made_the_same_twice_and_never_over_something_else(fein: Fein, tmp_path: Path) -> None:
    assert fein("data", "posts", "--count", 5, "--out", "p.csv").code == 0
    assert fein("data", "posts", "--count", 5, "--out", "p.csv").code == 0
    assert fein("data", "posts", "--count", 6, "--out", "p.csv").code == 2
    german = fein("data", "posts", "--count", 5, "--language", "de", "--out", "de.jsonl", "--json")
    assert german.json == {"out": "de.jsonl", "rows": 5}


def test_a_conversation_column_and_korean_text(fein: Fein, tmp_path: Path) -> None:
    (tmp_path / "talk.jsonl").write_text(
        '{"id": "a", "messages": [{"role": "user", "content": "안녕 ANSWER: 반가워요 여러분"}]}\n', encoding="utf-8"
    )
    with FakeServer() as server:
        done = fein(
            "generate", "talk.jsonl", "--endpoint", server.url, "--out", "out.jsonl", "-p", "temperature=0.4", "--json"
        )
        assert done.code == 0, done.err
        assert server.bodies[0]["messages"] == [{"role": "user", "content": "안녕 ANSWER: 반가워요 여러분"}]
    assert "answer" in (tmp_path / "out.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_a_failed_answer_is_no_empty_one(fein: Fein, tmp_path: Path, suffix: str) -> None:
    """The file says what went wrong, and a score reads it again."""
    (tmp_path / "in.csv").write_text("q,want\nrot,rot\nleer,leer\nweg,weg\n", encoding="utf-8")

    def say(path: str, body: Mapping[str, Any]) -> tuple[int, Any] | None:
        if not body or "weg" not in str(body["messages"]):
            return None
        return 400, {"error": {"message": "too long for me"}}

    with FakeServer(answer=lambda body: "" if "leer" in str(body["messages"]) else "rot", override=say) as server:
        asked = fein("generate", "in.csv", "--prompt", "{{ q }}", "--endpoint", server.url, "--out", f"out{suffix}")
        assert asked.code == 0, asked.err
    data = load_examples(tmp_path / f"out{suffix}")
    assert data.columns == ("q", "want", "answer", "failure")
    assert "too long for me" in str(data.examples[2].row["failure"])
    out = f"scored{suffix}"
    done = fein("score", f"out{suffix}", "--answers", "answer", "--target", "want", "--out", out, "--json")
    assert done.code == 0, done.err
    assert (done.json["scored"], done.json["unscored"], done.json["mean"]) == (2, 1, 0.5)
    scored = [example.row for example in load_examples(tmp_path / out).examples]
    assert scored[1]["score"] in ("0.0", 0.0)
    assert scored[2]["score"] in ("", None)
    assert "too long for me" in str(scored[2]["reason"])


def test_a_column_of_the_users_is_kept_or_named_as_replaced(fein: Fein, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("repeat,answer,score\ndaily,old,9\nweekly,older,8\n", encoding="utf-8")
    with FakeServer(answer=lambda _: "new") as server:
        ask = ("generate", "in.csv", "--prompt", "{{ answer }}", "--endpoint", server.url, "--json")
        one, two = fein(*ask, "--out", "one.csv"), fein(*ask, "-n", 2, "--out", "two.csv")
    assert one.code == two.code == 0, one.err + two.err
    assert [r["repeat"] for r in rows(tmp_path / "one.csv")] == ["daily", "weekly"]
    assert [r["answer"] for r in rows(tmp_path / "one.csv")] == ["new", "new"]
    assert [name in str(one.json["warnings"]) for name in ("'answer'", "'repeat'", "'score'")] == [True, False, False]
    assert [name in str(two.json["warnings"]) for name in ("'answer'", "'repeat'", "'score'")] == [True, True, False]
    assert "The column 'answer' of the data is replaced" in one.err

    wanted = ("score", "one.csv", "--answers", "answer", "--score", "length:1-2")
    assert ["'score'" in w for w in fein(*wanted, "--out", "s.csv", "--json").json["warnings"]] == [True]
    assert "The column 'score' of the data is replaced" in fein(*wanted, "--out", "s2.csv").err

    (tmp_path / "posts.csv").write_text("Posts,Subject\nDas Rad ist weg.,alt\n", encoding="utf-8")
    made = fein("data", "subjects", "posts.csv", "--out", "lines.csv", "--json")
    assert ["'Subject'" in w for w in made.json["warnings"]] == [True]
    assert "'Subject'" in made.err


def test_a_folder_that_is_not_there_is_never_made_for_a_file_of_the_users(fein: Fein, tmp_path: Path) -> None:
    """Found before anything is asked, whatever is to be written."""
    with FakeServer() as server:
        (tmp_path / "in.csv").write_text("a,b\n" + "".join(f"x{i},y{i}\n" for i in range(12)), encoding="utf-8")
        ask = ("in.csv", "--prompt", "{{ a }}", "--target", "b", "--endpoint", server.url)
        made = fein("compare", *ask, "--a", "temperature=0", "--b", "temperature=1", "--requests", 60, "--json")
        assert made.code == 0, made.err
        before = server.counts["POST"]
        for command in (
            ("report", made.json["run"], "--out", "gone/x.html"),
            ("tune", *ask, "-p", "temperature=0:1", "--report", "gone/x.html"),
            ("compare", *ask, "--a", "top_p=0.5", "--b", "top_p=0.9", "--report", "gone/x.html"),
        ):
            done = fein(*command, "--json")
            assert (done.code, done.json["error"]["found"]) == (2, "no such folder")
            assert not (tmp_path / "gone").exists()
        assert server.counts["POST"] == before
