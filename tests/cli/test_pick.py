"""`--pick`: several answers to a request, of which one is chosen, from the command line to the page."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from feinschliff import Answer, best_of
from feinschliff.datasets.bundled import BUNDLED
from tests.cli.conftest import Fein
from tests.cli.test_tune import SCHEMA
from tests.fakes.answers import prompt_of
from tests.fakes.openai_server import FakeServer

ROWS = "id,post,subject\n" + "\n".join(f"r{i},Frage {i} ANSWER: rot blau {i},rot blau {i}" for i in range(30))
TASK = """
[task]
data = "data.csv"
prompt = "{{ post }}"
target = "subject"
[score]
use = "similarity"
pick = "medoid"
"""


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(ROWS, encoding="utf-8")
    (tmp_path / "task.toml").write_text(TASK, encoding="utf-8")


def lucky(body: Mapping[str, Any]) -> str:
    """Two of three answers are right, the others are all different."""
    right = prompt_of(body).partition("ANSWER: ")[2]
    return right if int(body["seed"]) % 3 else f"{body['seed']:x}"


def test_a_choice_is_worth_its_answers_and_the_page_and_the_check_know_it(fein: Fein, tmp_path: Path) -> None:
    with FakeServer(answer=lucky) as server:
        where = ("--endpoint", server.url, "--requests", "600")
        sides = ("--a", "temperature=1,n=5,max_tokens=16", "--b", "temperature=1,max_tokens=16")
        told = fein("compare", "task.toml", *sides, *where)
        assert told.code == 0, told.err
        assert "medoid:similarity chooses one answer" in " ".join(told.out.split())
        done = fein("compare", "task.toml", *sides, *where, "--json")
        jsonschema.validate(done.json, SCHEMA)
        assert done.json["verdict"] == "better"
        assert (done.json["settings"]["n"], done.json["baseline_settings"]["n"]) == (5, 1)
        page = Path(done.json["report"]).read_text(encoding="utf-8")
        assert "Several answers to a request" in page
        assert "5 x" in page
        other = fein("compare", "task.toml", *sides, *where, "--pick", "vote", "--json")
        assert other.json["run"] != done.json["run"]
        checked = fein("check", done.json["run"], "--json", "--endpoint", server.url)
        assert checked.code == 0, checked.err
        assert checked.json["now"]["held_out"]["n"] == 30
        assert all("n" not in body for body in server.bodies)
        exported = fein("export", done.json["run"], "--to", "openai")
        assert "asked 5 times" in exported.err


def test_on_the_real_engine_n_is_searched_and_what_was_paid_for_is_kept(fein: Fein) -> None:
    tune = ("tune", "-p", "temperature=0.5:1.2", "-p", "n=1:3", "--pick", "medoid", "--requests", "150", "--json")
    first = fein(*tune)
    assert first.code == 0, first.err
    jsonschema.validate(first.json, SCHEMA)
    assert first.json["settings"]["n"] in {1, 2, 3}
    assert first.json["baseline_settings"]["n"] == 1
    assert first.json["spent"]["requests"] <= 150
    assert fein(*tune).json == first.json


def test_generate_chooses_one_answer_to_each_row(fein: Fein, tmp_path: Path) -> None:
    with FakeServer(answer=lucky) as server:
        command = ("generate", "data.csv", "--prompt", "{{ post }}", "--endpoint", server.url, "--json")
        done = fein(*command, "--out", "one.csv", "-n", "5", "--pick", "vote")
        assert done.code == 0, done.err
        assert done.json["answers"] == 150
        fein(*command, "--out", "all.csv", "-p", "n=5")
        fein(*command, "--out", "none.csv", "--pick", "vote")
    with (tmp_path / "one.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 30
    assert set(rows[0]) == {"id", "post", "subject", "answer"}
    assert sum(row["answer"] == row["subject"] for row in rows) > 25
    with (tmp_path / "all.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 150
    assert not (tmp_path / "none.csv").exists()


def test_best_of_takes_one_answer_to_each_example() -> None:
    task = BUNDLED["subjects"].task()
    examples = task.examples[:3]
    answers = [
        Answer(key=f"{e.id}{i}", example=e.id, repeat=i, text=text)
        for e in examples[:2]
        for i, text in enumerate(("x", "Bike for sale", "Bikes for sale"))
    ]
    assert [answer.text for answer in best_of(examples, answers)] == ["Bike for sale"] * 2
    assert [answer.text for answer in best_of(examples, answers, pick="shortest")] == ["x"] * 2


def test_mistakes_end_with_code_2_before_anything_is_sent(fein: Fein) -> None:
    for more, word in (
        (("--pick", "chrf"), "must not see the target"),
        (("--pick", "medoid"), "nothing to choose among"),
        (("--score", "diversity"), "n is 1"),
        (("-p", "n=1:4"), "n changes nothing"),
        (("-p", "n=0:4"), "1 to 128"),
    ):
        done = fein("tune", "-p", "temperature=0:1", *more, "--json")
        assert done.code == 2, more
        assert word in json.dumps(done.json), done.out
