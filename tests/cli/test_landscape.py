"""`fein landscape`: the score over the space from what a search kept, without one new request."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from feinschliff.store import get_run, open_store, update_run
from tests.cli.conftest import Fein
from tests.fakes.answers import noisy_echo
from tests.fakes.openai_server import FakeServer

ROWS = "id,post,subject\n" + "\n".join(f"r{i},Frage ANSWER: rot blau grün {i},rot blau grün {i}" for i in range(30))
SPACE = ("-p", "temperature=0:1.5", "-p", "top_p=0.1:1", "-p", "max_tokens=16")
TASK = ("data.csv", "--prompt", "{{ post }}", "--target", "subject", *SPACE)


def numbers(document: Any) -> bool:
    """True where every number of a drawn thing is there: nothing is null."""
    if isinstance(document, dict):
        return all(numbers(v) for v in document.values())
    return all(numbers(v) for v in document) if isinstance(document, list) else document is not None


def test_a_search_on_the_engine_has_a_landscape(fein: Fein, tmp_path: Path) -> None:
    space = ("-p", "temperature=0:1.5", "-p", "top_p=0.1:1", "-p", "top_k=1:100", "-p", "max_tokens=12")
    tuned = fein("tune", *space, "--requests", "90", "--name", "mine", "--json").json
    done = fein("landscape", "mine", "--json", "--out", "land.html")
    assert done.code == 0, done.err
    document = done.json
    assert set(document) == {
        *("run", "name", "scorer", "knobs", "settings", "points", "maps", "unknown", "effects", "region", "report")
    }
    assert document["run"] == tuned["run"]
    assert document["settings"] == {name: tuned["settings"][name] for name in document["knobs"]}
    for point in document["points"]:
        assert set(point) == {"settings", "mean", "low", "high", "effective", "answers", "source"}
        assert point["low"] <= point["mean"] <= point["high"]
        assert (point["answers"] > 0) == (point["source"] == "asked")
    assert {"asked", "replayed"} == {p["source"] for p in document["points"]}
    assert sum(p["answers"] for p in document["points"]) < 90
    assert len(document["maps"]) == 3
    for drawn in document["maps"]:
        assert [len(row) for row in drawn["mean"]] == [len(drawn["xs"])] * len(drawn["ys"])
    assert numbers(document["points"])
    assert numbers(document["maps"])
    assert set(document["effects"]) == set(document["region"]["knobs"]) == set(document["knobs"])
    page = (tmp_path / "land.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 3 + 3 + 1
    assert "<script" not in page
    assert "url(" not in page
    for svg in re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL):
        ET.fromstring(svg)


def test_nothing_is_asked_and_the_server_may_be_gone(fein: Fein, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(ROWS, encoding="utf-8")
    with FakeServer(noisy_echo) as server:
        tuned = fein("tune", *TASK, "--endpoint", server.url, "--requests", "120", "--json")
        assert tuned.code == 0, tuned.err
        run = tuned.json["run"]
        before = dict(server.counts)
        assert fein("landscape", run, "--json").code == 0
        assert dict(server.counts) == before
    spent = fein("runs", "--json").json["runs"][0]["spent"]
    done = fein("landscape", run)
    assert done.code == 0, done.err
    assert "best found" in done.out
    assert "Tied with the best found" in done.out
    assert f"{run}-landscape.html" in done.out
    assert fein("runs", "--json").json["runs"][0]["spent"] == spent


def test_a_run_without_a_landscape_says_so(fein: Fein, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(ROWS, encoding="utf-8")
    sides = ("--a", "temperature=0.4,max_tokens=16", "--b", "temperature=1.2,max_tokens=16")
    with FakeServer(noisy_echo) as server:
        fein("tune", *TASK, "--endpoint", server.url, "--requests", "80", "--name", "old", "--json")
        data = TASK[:5]
        fein("compare", *data, *sides, "--endpoint", server.url, "--requests", "40", "--name", "pair", "--json")
    with open_store(None) as db:
        old = get_run(db, "old")
        assert old.details is not None
        kept = {name: value for name, value in old.details.items() if name not in {"landscape", "region"}}
        update_run(db, old.id, details=kept)
    for name, message in (("old", "keeps no landscape"), ("pair", "searched nothing"), ("nowhere", "no run")):
        done = fein("landscape", name, "--json", "--out", "never.html")
        assert done.code == 2
        assert message in done.json["error"]["message"]
        assert done.json["error"]["mend"]
    assert not (tmp_path / "never.html").exists()
    assert fein("report", "old").code == 0


@pytest.mark.parametrize("language", ["fr", ""])
def test_a_language_that_is_not_written_is_refused(fein: Fein, tmp_path: Path, language: str) -> None:
    (tmp_path / "data.csv").write_text(ROWS, encoding="utf-8")
    with FakeServer(noisy_echo) as server:
        fein("tune", *TASK, "--endpoint", server.url, "--requests", "80", "--name", "mine", "--json")
    done = fein("landscape", "mine", "--language", language, "--json")
    assert done.code == 2
    assert "en, de" in done.json["error"]["found"]
