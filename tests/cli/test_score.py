"""`fein score` with scores that ask a server, and those that do not."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Fein
from tests.fakes.openai_server import FakeServer

WANTED = ("score", "a.csv", "--answers", "answer", "--target", "subject", "--json")


def write(folder: Path) -> None:
    (folder / "a.csv").write_text("subject,answer\nrot blau,rot\ngelb,gelb\n", encoding="utf-8")


def test_a_score_that_asks_a_server_tells_what_it_cost(fein: Fein, tmp_path: Path) -> None:
    write(tmp_path)
    with FakeServer() as server:
        where = ("--endpoint", server.url, "--score", "embedding=1,similarity=1")
        done = fein(*WANTED, *where, "--out", "b.csv")
        assert done.code == 0, done.err
        assert done.json["scored"] == 2
        assert done.json["spent"]["requests"] == server.counts["POST"] > 0
        assert fein(*WANTED, *where, "--out", "b2.csv").json["spent"] == done.json["spent"]


def test_other_scores_ask_nobody(fein: Fein, tmp_path: Path) -> None:
    write(tmp_path)
    for number, score in enumerate(("similarity", "bleu", "rouge:1", "language=1,chrf=1", "format:/[a-z]+/")):
        done = fein(*WANTED, "--score", score, "--out", f"{number}.csv")
        assert done.code == 0, done.err
        assert done.json["scored"] == 2 or "language" in score
        assert done.json["warnings"] == []
        assert "spent" not in done.json
        assert "house model" not in done.err
    assert not (tmp_path / "store.db").exists()


def test_a_score_without_its_package_or_with_a_secret_is_refused(fein: Fein, tmp_path: Path) -> None:
    write(tmp_path)
    for score in ("embedding@https://u:secret@host/v1", "rouge:9x", "language:klingon", "embedding:no/such-model"):
        done = fein(*WANTED, "--score", score, "--out", "b.csv")
        assert done.code == 2, (score, done.err)
        assert done.json["error"]["kind"] == "scorer"
        assert "secret" not in done.out + done.err


def test_words_from_the_source_are_not_looked_for_in_the_answer_itself(fein: Fein, tmp_path: Path) -> None:
    """Though both the answer and the target are longer than the post."""
    (tmp_path / "v.csv").write_text("post,wanted,answer\nrot,eins zwei drei vier,gelb und rot und blau\n", "utf-8")
    for target in ((), ("--target", "wanted")):
        out = f"{len(target)}.csv"
        done = fein("score", "v.csv", "--answers", "answer", *target, "--score", "verbatim", "--out", out, "--json")
        assert done.code == 0, done.err
        assert done.json["mean"] == (0.2 if target else 0.0)
