"""`fein check`: asks again with fresh answers; exit code 0 where the verdict holds, 1 where it has drifted."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Done, Fein
from tests.fakes.answers import noisy_echo, prompt_of
from tests.fakes.openai_server import FakeServer

ROWS = "id,post,subject\n" + "\n".join(
    f"r{i},Frage {i} ANSWER: rot blau grün gelb weiß {i},rot blau grün gelb weiß {i}" for i in range(60)
)
TASK = ("data.csv", "--prompt", "{{ post }}", "--target", "subject")
BETTER = ("--a", "temperature=0.4,max_tokens=16", "--b", "temperature=1.2,max_tokens=16")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data.csv").write_text(ROWS, encoding="utf-8")
    return tmp_path / "data.csv"


def compare(fein: Fein, server: FakeServer, *more: str) -> dict[str, Any]:
    done = fein("compare", *TASK, *BETTER, "--endpoint", server.url, "--requests", "200", "--json", *more)
    assert done.code == 0, done.err
    document: dict[str, Any] = done.json
    return document


def worse(body: Mapping[str, Any]) -> str:
    """Every third word is lost, whatever the settings."""
    words = noisy_echo(body).split()
    rng = random.Random(f"{body['seed']}/{prompt_of(body)}")
    return " ".join(word for word in words if rng.random() > 1 / 3)


def deaf(body: Mapping[str, Any]) -> str:
    """A server that no longer heeds the temperature."""
    return noisy_echo({**body, "temperature": 1.2, "seed": f"{body['seed']}{body.get('temperature')}"})


def reasons(done: Done) -> str:
    return " ".join(done.json["reasons"])


def test_a_verdict_holds_and_every_answer_is_fresh(fein: Fein, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeServer() as server:
        run = compare(fein, server, "--name", "mine")
        assert run["verdict"] == "better"
        data.unlink()  # the run keeps what the check needs
        for _ in range(2):
            before = server.counts["POST"]
            done = fein("check", "mine", "--json")
            assert done.code == 0, done.err
            checked = done.json
            assert server.counts["POST"] - before == checked["spent"]["requests"] == checked["answers"]["n"] > 100
            assert checked["run"] == run["run"]
            assert checked["drifted"] is False
            assert "error" not in checked
            assert checked["reasons"] == []
            # This server heeds seeds, and nothing has changed: the same answers word for word.
            assert checked["answers"]["same"] == checked["answers"]["n"]
            assert checked["now"]["held_out"] == checked["then"]["held_out"] == run["held_out"]
            assert checked["server"]["changed"] == []
        shown = fein("check", "mine")
        assert shown.code == 0
        assert "The verdict holds." in shown.out
        monkeypatch.setenv("FEIN_LANG", "de")
        german = fein("check", "mine")
        assert re.search(r"\b0,\d{3}", german.out)
        assert not re.search(r"\b0\.\d{3}", german.out)


def test_noise_of_a_server_without_seeds_is_no_drift(fein: Fein, data: Path) -> None:
    rng = random.Random(3)
    with FakeServer(answer=lambda body: noisy_echo({**body, "seed": rng.random()})) as server:
        compare(fein, server, "--name", "mine")
        done = fein("check", "mine", "--json")
        assert done.code == 0, done.json["reasons"]
        assert done.json["answers"]["same"] < done.json["answers"]["n"]
        assert 0 < done.json["change"]["level"]["detectable"] < 0.2


def test_worse_answers_and_a_lost_lead_are_drift(fein: Fein, data: Path) -> None:
    with FakeServer() as server:
        compare(fein, server, "--name", "mine")
        server.answer = worse
        done = fein("check", "mine", "--json")
        assert done.code == 1
        assert done.json["drifted"] is True
        assert "both settings together" in reasons(done)
        assert set(done.json["error"]) == {"kind", "message", "asked", "found", "mend"}
        assert (done.json["error"]["kind"], done.json["error"]["found"]) == ("drift", reasons(done))
        assert done.json["now"]["held_out"]["best"]["mean"] < done.json["then"]["held_out"]["best"]["mean"]
        server.answer = deaf
        lost = fein("check", "mine", "--json")
        assert lost.code == 1
        assert "lead the baseline" in reasons(lost)
        shown = fein("check", "mine")
        assert shown.code == 1
        assert "The verdict has drifted." in shown.out
        listed = [row["verdict"] for row in fein("runs", "--json").json["runs"]]
        assert listed == ["drifted", "drifted", "drifted", "better"]


def test_answers_that_fail_now_are_drift(fein: Fein, data: Path) -> None:
    count = 0

    def refuses(path: str, body: Mapping[str, Any]) -> tuple[int, Any] | None:
        nonlocal count
        count += bool(body)
        return (400, {"error": {"message": "too long"}}) if body and count % 5 == 0 else None

    with FakeServer() as server:
        compare(fein, server, "--name", "mine")
        server.override = refuses
        done = fein("check", "mine", "--json")
    assert done.code == 1
    assert "cannot be scored now; 0 could not then" in reasons(done)


def test_another_endpoint_or_model_can_be_held_to_the_verdict(fein: Fein, data: Path) -> None:
    with FakeServer() as server, FakeServer(models=("other-1", "other-2"), answer=worse) as other:
        compare(fein, server, "--name", "mine")
        assert fein("check", "mine", "--endpoint", other.url, "--json").code == 2
        done = fein("check", "mine", "--endpoint", other.url, "--model", "other-2", "--json")
        assert done.code == 1
        assert {"endpoint", "model"} <= set(done.json["server"]["changed"])
        assert {body["model"] for body in other.bodies} == {"other-2"}


def test_a_check_that_failed_on_the_way_goes_on(fein: Fein, data: Path) -> None:
    with FakeServer() as server:
        compare(fein, server, "--name", "mine")
        before = len(server.bodies)
        server.override = lambda path, body: (
            (401, {"error": {"message": "no"}}) if body and len(server.bodies) > before + 40 else None
        )
        failed = fein("check", "mine", "--json")
        assert failed.code == 1
        assert failed.json["error"]["kind"] == "request_refused"
        server.override = None
        middle = len(server.bodies)
        done = fein("check", "mine", "--json")
        assert done.code == 0
        assert done.json["check"] == failed.json["run"]
        assert len(server.bodies) - middle <= done.json["answers"]["n"] - 36
        assert fein("check", "mine", "--json").json["check"] != done.json["check"]


def test_limits_and_dry_run(fein: Fein, data: Path) -> None:
    with FakeServer() as server:
        compare(fein, server, "--name", "mine")
        before = server.counts["POST"]
        dry = fein("check", "mine", "--dry-run", "--json")
        assert dry.code == 0
        assert dry.json["requests"] == 120
        assert server.counts["POST"] == before
        few = fein("check", "mine", "--requests", "40", "--json")
        assert few.code == 0
        assert few.json["spent"]["requests"] == server.counts["POST"] - before <= 40
        assert "The limits reached for 12 of the 60 pairs" in few.json["warnings"][0]
        too_few = fein("check", "mine", "--requests", "10", "--json")
        assert too_few.code == 2
        assert "10 requests are too few to compare two settings" in too_few.json["error"]["message"]


def test_scorers_are_made_again_or_refused(fein: Fein, data: Path, tmp_path: Path) -> None:
    scorer = tmp_path / "own.py"
    scorer.write_text("def own(answer, target, row):\n    return 1.0 if answer == row['subject'] else 0.0\n")
    with FakeServer() as server:
        compare(fein, server, "--name", "fitted", "--score", "tfidf=0.5,similarity=0.5")
        compare(fein, server, "--name", "own", "--score", "own:own")
        for name in ("fitted", "own"):
            done = fein("check", name, "--json")
            assert done.code == 0, done.out
            assert done.json["now"]["held_out"] == done.json["then"]["held_out"]
        scorer.write_text("def own(answer, target, row):\n    return 0.5\n")
        changed = fein("check", "own", "--json")
        assert changed.code == 2
        assert "another one" in changed.json["error"]["message"]


def test_wrong_input_is_found_before_the_first_request(fein: Fein, data: Path) -> None:
    with FakeServer() as server:
        assert fein("check", "nothing", "--json").code == 2
        fein("generate", *TASK[:3], "--out", "out.csv", "--endpoint", server.url, "-p", "max_tokens=8")
        generated = fein("runs", "--json").json["runs"][0]["run"]
        refused = fein("check", generated, "--json")
        assert refused.code == 2
        assert "no verdict" in refused.json["error"]["message"]
        compare(fein, server, "--name", "mine")
        check = fein("check", "mine", "--json").json["check"]
        assert fein("check", check, "--json").code == 2
        assert fein("report", check, "--json").code == 2
    gone = fein("check", "mine", "--json")
    assert gone.code == 2
    assert gone.json["error"]["kind"] == "endpoint"


def test_a_tuned_run_on_the_embedded_engine_holds(fein: Fein) -> None:
    quick = ("--prompt", "Subject line for: Verkaufe Damenfahrrad, 80 Euro.", "--target", "Damenfahrrad für 80 Euro")
    tuned = fein("tune", *quick, "-p", "temperature=0:1.5", "-p", "max_tokens=16", "--requests", "100", "--json")
    assert tuned.code == 0, tuned.err
    done = fein("check", tuned.json["run"], "--json")
    assert done.code == 0, done.err
    assert done.json["answers"]["same"] == done.json["answers"]["n"] > 10
    assert done.json["then"]["held_out"]["unit"] == "repeats"
    assert done.json["now"]["held_out"] == tuned.json["held_out"]


def test_that_answers_were_streamed_is_no_change_of_the_server(fein: Fein, data: Path) -> None:
    with FakeServer() as server:
        run = compare(fein, server, "--stream")
        done = fein("check", run["run"], "--json")
    assert done.code == 0, done.err
    assert done.json["server"]["changed"] == []
