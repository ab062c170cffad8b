"""`--prefer` on the real engine with the shipped model, in task files, and what is wrong with some."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema

from tests.cli.conftest import Fein
from tests.cli.test_tune import ROWS, SCHEMA

COMMAND = ("tune", "-p", "temperature=0:1.5", "-p", "max_tokens=4:32", "--requests", "200", "--price", "0,10")


def test_the_cheapest_of_the_tied_settings_is_confirmed_from_the_same_answers(fein: Fein) -> None:
    best, cheapest = (fein(*COMMAND, "--prefer", rule, "--json") for rule in ("best", "cheapest"))
    assert (best.code, cheapest.code) == (0, 0), cheapest.err
    jsonschema.validate(best.json, SCHEMA)
    jsonschema.validate(cheapest.json, SCHEMA)
    usual, robust = fein(*COMMAND, "--json"), fein(*COMMAND, "--prefer", "robust", "--json")
    assert usual.json["run"] == robust.json["run"] != best.json["run"]
    assert cheapest.json["run"] != best.json["run"]
    first, told = best.json["recommendation"], cheapest.json["recommendation"]
    assert (first["rule"], told["rule"]) == ("best", "cheapest")
    assert told["best"] == first["best"] == {name: best.json["settings"][name] for name in first["best"]}
    assert told["tied"] == first["tied"] > 3
    assert told["cost_unit"] == "USD"
    found = {name: cheapest.json["settings"][name] for name in told["best"]}
    if told["is_best"]:
        assert found == told["best"]
        assert told["cost"] == told["best_cost"]
    else:
        assert found != told["best"]
        assert told["cost"] <= 0.95 * told["best_cost"]
        assert 0 < told["expected_loss"] < 0.05
    # The search's answers are there already: only what the confirmation has not seen is asked.
    assert cheapest.json["spent"]["requests"] < best.json["spent"]["requests"] / 2
    sentence = "clearly cheaper" if told["is_best"] else "is the cheapest of"
    assert sentence in " ".join(fein(*COMMAND, "--prefer", "cheapest").out.split())
    page = Path(cheapest.json["report"]).read_text(encoding="utf-8")
    assert sentence in page
    assert "recommended of what is tied" in page
    assert sentence not in Path(best.json["report"]).read_text(encoding="utf-8")


def test_a_task_file_says_it_too_and_the_command_line_wins(fein: Fein, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(ROWS, encoding="utf-8")
    (tmp_path / "task.toml").write_text(
        '[task]\ndata = "data.csv"\nprompt = "{{ post }}"\ntarget = "subject"\nprefer = "robust"\n'
        "[search]\ntemperature = [0.0, 1.5]\nmax_tokens = 16\n",
        encoding="utf-8",
    )
    planned = fein("tune", "task.toml", "--dry-run")
    assert planned.code == 0, planned.err
    assert "Confirmed is the most robust of the settings that the search does not tell apart." in planned.out
    assert "Confirmed is the cheapest" in " ".join(
        fein("tune", "task.toml", "--dry-run", "--prefer", "cheapest").out.split()
    )
    assert "Confirmed is" not in fein("tune", "task.toml", "--dry-run", "--prefer", "best").out


def test_an_unknown_rule_is_found_before_the_first_answer(fein: Fein) -> None:
    done = fein(*COMMAND, "--prefer", "cheap", "--json")
    assert done.code == 2
    error = json.loads(done.out)["error"]
    assert "'cheap'" in error["message"]
    assert "best, robust, cheapest" in error["found"]
    assert "Traceback" not in done.err
