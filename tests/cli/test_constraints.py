"""`--constraint` on the real engine with the shipped model, in task files, and what is wrong with some."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.cli.conftest import Fein
from tests.cli.test_tune import ROWS, SCHEMA

SHORT = ("-p", "temperature=0:1.5", "-p", "max_tokens=4:32", "--requests", "200")


def test_the_bundled_task_under_a_limit_of_tokens(fein: Fein) -> None:
    command = ("tune", "--constraint", "tokens <= 10", *SHORT)
    done = fein(*command, "--json")
    assert done.code == 0, done.err
    document = done.json
    jsonschema.validate(document, SCHEMA)
    (held,) = document["constraints"]
    assert (held["constraint"], held["unit"], held["limit"]) == ("tokens <= 10", "tokens", 10)
    assert held["probability"] >= 0.9
    assert held["best"]["mean"] <= 10.5
    assert held["best"]["status"] in {"holds", "not shown"}
    assert held["baseline"]["mean"] > 11
    again = fein(*command)
    assert again.code == 0, again.err
    assert "tokens <= 10" in again.out
    assert "has to hold" in again.out
    page = Path(document["report"]).read_text(encoding="utf-8")
    assert 'id="constraints"' in page
    assert "tokens &lt;= 10" in page
    assert "tokens\N{NO-BREAK SPACE}&lt;=\N{NO-BREAK SPACE}10" in page


def test_the_front_is_in_the_document_on_the_page_and_in_the_terminal(fein: Fein) -> None:
    done = fein("tune", *SHORT, "--json", "--seed", "2")
    assert done.code == 0, done.err
    document = done.json
    jsonschema.validate(document, SCHEMA)
    assert document["constraints"] == []
    front = document["pareto"]
    assert sum(point["winner"] for point in front) == 1
    assert all(point["latency_s"]["mean"] > 0 for point in front)
    assert len(front) > 1  # answers of 4 tokens are cheaper, and score less
    assert min(point["cost"]["mean"] for point in front) < next(p["cost"]["mean"] for p in front if p["winner"])
    page = Path(document["report"]).read_text(encoding="utf-8")
    assert 'id="pareto"' in page
    assert "What can be had for less" in fein("tune", *SHORT, "--seed", "2").out
    assert fein("report", document["run"], "--language", "de", "--out", "de.html").code == 0


def test_task_files_and_comparisons_keep_to_constraints(fein: Fein, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(ROWS, encoding="utf-8")
    (tmp_path / "task.toml").write_text(
        '[task]\ndata = "data.csv"\nprompt = "{{ post }}"\ntarget = "subject"\nexamples = 12\n'
        'constraints = ["tokens <= 8", "length:1-30 >= 90 %"]\n',
        encoding="utf-8",
    )
    sides = ("--a", "max_tokens=6,temperature=0", "--b", "max_tokens=24,temperature=0", "--requests", "60", "--json")
    done = fein("compare", "task.toml", *sides)
    assert done.code == 0, done.err
    jsonschema.validate(done.json, SCHEMA)
    tokens, length = done.json["constraints"]
    assert tokens["best"]["status"] == "holds"
    assert tokens["best"]["mean"] <= 6
    assert tokens["probability"] is None
    assert tokens["baseline"]["status"] == "broken"
    assert done.json["recommended"] == done.json["settings"]
    assert length["unit"] == "score"
    overridden = fein("compare", "task.toml", *sides, "--constraint", "tokens >= 3")
    assert [held["constraint"] for held in overridden.json["constraints"]] == ["tokens >= 3"]
    assert overridden.json["run"] != done.json["run"]


@pytest.mark.parametrize(
    ("constraint", "told"),
    [
        ("tokens < 300", "is no constraint"),
        ("latency <= 200", "unit"),
        ("json >= 95", "between 0 and 1"),
        ("tokns <= 300", "did you mean 'tokens'"),
        ("embedding >= 0.9", "asks a server"),
        ("cost <= 0.002", "needs a price"),
    ],
)
def test_a_bad_constraint_is_found_before_the_first_answer(fein: Fein, constraint: str, told: str) -> None:
    done = fein("tune", "--constraint", constraint, *SHORT, "--json")
    assert done.code == 2
    error = json.loads(done.out)["error"]
    assert told in " ".join(str(error[key]) for key in ("message", "found", "mend"))
    assert error["asked"] == constraint or constraint.startswith("cost")
    assert "Traceback" not in done.err


def test_two_that_cannot_both_be_held(fein: Fein) -> None:
    done = fein("tune", "--constraint", "tokens <= 5", "--constraint", "tokens >= 9", *SHORT)
    assert done.code == 2
    assert "no answer can hold both" in done.err
