"""Parquet through the verbs that read and write tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from feinschliff.datasets.read import read_table
from tests.cli.conftest import Fein
from tests.fakes.openai_server import FakeServer

pytestmark = pytest.mark.second


def test_posts_subjects_answers_scores(fein: Fein, tmp_path: Path) -> None:
    with FakeServer() as server:
        commands = (
            ("data", "posts", "--count", 15, "--out", "posts.parquet"),
            ("data", "subjects", "posts.parquet", "--out", "subjects.parquet"),
            ("data", "subjects", "posts.parquet", "--by", "rule,model", "--endpoint", server.url, "--out", "m.parquet"),
            ("generate", "subjects.parquet", "--prompt", "{{ Posts }} ANSWER: {{ Subject }}", "--endpoint", server.url,
             "-n", 2, "--out", "answers.parquet"),
            ("score", "answers.parquet", "--answers", "answer", "--target", "Subject", "--out", "scored.parquet"),
        )  # fmt: skip
        for command in commands:
            done = fein(*command, "--json")
            assert done.code == 0, done.err
        before = {path: path.read_bytes() for path in tmp_path.glob("*.parquet")}
        asked = server.counts["POST"]
        assert len(before) == 5
        assert asked == 45
        for command in commands:
            assert fein(*command, "--json").code == 0
        assert server.counts["POST"] == asked
    assert {path: path.read_bytes() for path in before} == before
    scored = read_table(tmp_path / "scored.parquet")
    assert scored.columns == ("Posts", "Subject", "answer", "repeat", "score", "reason")
    assert {row["repeat"] for row in scored.rows} == {0, 1}
    assert all(isinstance(row["score"], float) and row["reason"] is None for row in scored.rows)


def test_rows_written_by_another_version_are_the_same_rows(fein: Fein, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    make = ("data", "posts", "--count", 5, "--out", "posts.parquet")
    assert fein(*make).code == 0
    path = tmp_path / "posts.parquet"
    pq.write_table(pq.read_table(path), path, compression="gzip")
    other = path.read_bytes()
    assert fein(*make).code == 0
    assert path.read_bytes() == other
    assert fein("data", "posts", "--count", 6, "--out", "posts.parquet").code == 2


def test_tune_and_compare_read_it(fein: Fein, tmp_path: Path) -> None:
    fein("data", "posts", "--count", 12, "--out", "posts.parquet")
    fein("data", "subjects", "posts.parquet", "--out", "t.parquet")
    with FakeServer() as server:
        ask = ("t.parquet", "--prompt", "ANSWER: {{ Subject }}", "--target", "Subject", "--endpoint", server.url,
               "--requests", 60, "--json")  # fmt: skip
        assert fein("tune", *ask, "-p", "temperature=0:1").code == 0
        assert fein("compare", *ask, "--a", "temperature=0.4", "--b", "temperature=1").json["verdict"] == "better"
