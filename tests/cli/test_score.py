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
        first, again = done.json["spent"], fein(*WANTED, *where, "--out", "b2.csv").json["spent"]
        assert again.pop("seconds") > first.pop("seconds") > 0
        assert again == first


def test_other_scores_ask_nobody(fein: Fein, tmp_path: Path) -> None:
    write(tmp_path)
    for number, score in enumerate(("similarity", "bleu", "rouge:1", "language=1,chrf=1", "format:/[a-z]+/")):
        done = fein(*WANTED, "--score", score, "--out", f"{number}.csv")
        assert done.code == 0, done.err
        assert done.json["scored"] == 2 or "language" in score
        assert bool(done.json["warnings"]) == ("language" in score)  # which tells none of these words
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


def test_what_cannot_be_scored_is_said_with_its_reasons(fein: Fein, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('answer,target\n{},prose\n{},more prose\n{},"{}"\n', encoding="utf-8")
    wanted = ("score", "a.csv", "--answers", "answer", "--target", "target", "--score", "json")
    some = fein(*wanted, "--out", "some.csv", "--json")
    sentence = "2 of 3 answers could not be scored: the target is no JSON"
    assert (some.code, some.json["scored"], some.json["warnings"]) == (0, 1, [sentence])
    assert sentence in some.err
    (tmp_path / "mine.py").write_text("def broken(answer, target, row):\n    raise ValueError(row['n'])\n", "utf-8")
    (tmp_path / "b.csv").write_text("n,answer\n" + "".join(f"{n},x\n" for n in range(5)), encoding="utf-8")
    none = fein("score", "b.csv", "--answers", "answer", "--score", "mine:broken", "--out", "none.csv")
    assert none.code == 0
    assert "No answer could be scored." in none.err
    assert none.err.count("1 of 5 answers could not be scored") == 3
    assert "2 further answers" in none.err


def test_the_interval_of_a_mean_stays_on_the_scale(fein: Fein, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("answer,target\nrot,rot\nrot,rot\nrot,rxt\n", encoding="utf-8")
    wanted = ("score", "a.csv", "--answers", "answer", "--target", "target", "--json")
    for score in ("levenshtein", "similarity"):
        found = fein(*wanted, "--score", score, "--out", f"{score}.csv").json
        assert 0 < found["low"] < found["mean"] < found["high"] == 1


def test_a_server_of_the_scores_own_is_the_only_one_that_is_asked(fein: Fein, tmp_path: Path) -> None:
    write(tmp_path)
    with FakeServer(models=("e5",)) as server:
        score = ("--score", f"embedding@{server.url}#e5")
        done = fein(*WANTED, *score, "--out", "b.csv")
        assert done.code == 0, done.err
        assert done.json["scored"] == 2
        assert done.json["spent"]["requests"] == server.counts["POST"]
        assert "house model" not in done.err
        (run,) = fein("runs", "--json").json["runs"]
        assert fein("runs", "rm", run["run"]).code == 0
    gone = fein(*WANTED, *score, "--out", "c.csv")
    assert gone.code == 2
    assert gone.json["error"]["kind"] == "endpoint"
    with FakeServer(models=("z5",)) as there:
        two = ("--score", f"embedding@{server.url}=1,embedding@z5=1", "--endpoint", there.url)
        assert fein(*WANTED, *two, "--out", "c.csv").code == 2
    assert fein("runs", "--json").json["runs"] == []
