"""`fein tune` on the real engine with the shipped model."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from feinschliff.endpoints.embedded import EmbeddedEndpoint
from feinschliff.models.house import house_path
from tests.cli.conftest import Fein
from tests.fakes.openai_server import FakeServer

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "tune.schema.json").read_text(encoding="utf-8"))
ROWS = "id,post,subject\n" + "\n".join(f"r{i},Frage {i} ANSWER: rot blau grün {i},rot blau grün {i}" for i in range(40))
DATA = ("data.csv", "--prompt", "{{ post }}", "--target", "subject", "-p", "temperature=0:1.5", "-p", "max_tokens=16")


def test_the_main_job_ends_with_a_verdict_and_is_not_paid_twice(fein: Fein, tmp_path: Path) -> None:
    first = fein("tune", "--json", "--requests", "200")
    assert first.code == 0, first.err
    document = first.json
    jsonschema.validate(document, SCHEMA)
    assert document["held_out"]["n"] > 10
    assert document["knobs"]["temperature"] == "honoured"
    assert document["spent"]["requests"] <= 200
    assert document["baseline_settings"]["temperature"] == pytest.approx(0.8)
    page = Path(document["report"])
    assert page.parent.parent == tmp_path
    assert "<script src" not in page.read_text(encoding="utf-8")
    assert "embedded house model" in first.err
    again = fein("tune", "--json", "--requests", "200")
    assert again.json == document
    assert fein("report", document["run"][:8], "--out", "r.html").code == 0
    assert fein("report", document["run"], "--out", str(tmp_path / "de.html"), "--language", "de").code == 0
    assert '<html lang="de">' in (tmp_path / "de.html").read_text(encoding="utf-8")
    assert fein("report", document["run"], "--out", "r.html", "--language", "fr").code == 2
    listed = fein("runs", "--json").json["runs"]
    assert [r["run"] for r in listed] == [document["run"]]
    assert listed[0]["verdict"] == document["verdict"]


def test_one_prompt_one_target_gives_the_same_document_on_a_second_server(fein: Fein) -> None:
    quick = ("tune", "--json", "--requests", "120", "--system", "You write subject lines.", "-p", "temperature=0:1.5")
    texts = ("--prompt", "Subject line for: Verkaufe Damenfahrrad, 80 Euro.", "--target", "Damenfahrrad für 80 Euro")
    limits = ("-p", "max_tokens=24")
    here = fein(*quick, *texts, *limits)
    assert here.code == 0, here.err
    with EmbeddedEndpoint(house_path()) as other:
        client = other.connect()
        url, key = client.identity, other._key
        client.close()
        there = fein(*quick, *texts, *limits, "--endpoint", url, "--header", f"Authorization: Bearer {key}")
    assert there.code == 0, there.err
    for document in (here.json, there.json):
        jsonschema.validate(document, SCHEMA)
        assert document["held_out"]["unit"] == "repeats"
    same = [name for name in here.json if name not in {"run", "report", "spent", "pareto"}]
    assert {n: here.json[n] for n in same} == {n: there.json[n] for n in same}
    assert key not in there.out + there.err


def test_data_form_on_a_foreign_server(fein: Fein, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(ROWS, encoding="utf-8")
    with FakeServer() as server:
        done = fein("tune", *DATA, "--endpoint", server.url, "--requests", "300", "--json", "--name", "mine")
        assert done.code == 0, done.err
        document = done.json
        jsonschema.validate(document, SCHEMA)
        assert document["verdict"] in {"better", "no measurable gain"}
        assert document["name"] == "mine"
        assert document["knobs"] == {"temperature": "honoured", "max_tokens": "honoured"}
        assert document["baseline_settings"]["temperature"] is None
        assert server.counts["POST"] == document["spent"]["requests"] <= 300
        baseline = [b for b in server.bodies if "temperature" not in b]
        assert len(baseline) >= document["held_out"]["n"]
    # A finished run is shown from the store, though its server is gone.
    again = fein("tune", *DATA, "--endpoint", server.url, "--requests", "300", "--json", "--name", "mine")
    assert again.json == document
    assert fein("tune", *DATA, "--endpoint", server.url, "--requests", "500", "--json").code == 2


def test_a_task_file_says_it_all(fein: Fein, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(ROWS, encoding="utf-8")
    with FakeServer(models=("one", "two")) as server:
        (tmp_path / "task.toml").write_text(
            f"""
[task]
name = "colours"
data = "data.csv"
prompt = "{{{{ post }}}}"
target = "subject"
examples = 30
[endpoint]
url = "{server.url}"
model = "two"
concurrency = 2
[score]
use = {{similarity = 0.7, length = 0.3}}
[search]
temperature = [0.0, 1.5]
top_p = [0.5, 0.9, 1.0]
max_tokens = 16
[baseline]
temperature = 1.2
[budget]
requests = 200
""",
            encoding="utf-8",
        )
        done = fein("tune", "task.toml", "--json")
        assert done.code == 0, done.err
        document = done.json
        assert document["verdict"] == "better"
        assert document["name"] == "colours"
        assert document["baseline_settings"]["temperature"] == 1.2
        assert {b["model"] for b in server.bodies} == {"two"}
        compared = fein(
            "compare", "task.toml", "--a", json.dumps(document["settings"]), "--b", "temperature=1.4", "--json"
        )
        assert compared.code == 0, compared.err
        jsonschema.validate(compared.json, SCHEMA)
        assert compared.json["verdict"] == "better"


def test_fresh_shares_nothing(fein: Fein, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(ROWS, encoding="utf-8")
    with FakeServer() as server:
        first = fein("tune", *DATA, "--endpoint", server.url, "--requests", "200", "--json").json
        before = server.counts["POST"]
        second = fein("tune", *DATA, "--endpoint", server.url, "--requests", "200", "--json", "--fresh").json
        assert server.counts["POST"] - before == second["spent"]["requests"] > 0
    assert first["run"] != second["run"]


def test_what_people_see(fein: Fein, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(ROWS, encoding="utf-8")
    with FakeServer() as server:
        done = fein("tune", *DATA, "--endpoint", server.url, "--requests", "200")
    assert done.code == 0
    assert "temperature" in done.out
    assert "answers" in done.err
    assert "\x1b[" not in done.out


def test_verbose_and_log_show_answers_and_scores(fein: Fein, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(ROWS, encoding="utf-8")
    with FakeServer() as server:
        done = fein("tune", *DATA, "--endpoint", server.url, "--requests", "100", "-v", "--log", "run.log", "--json")
    assert done.code == 0
    log = (tmp_path / "run.log").read_text(encoding="utf-8")
    for text in (log, done.err):
        assert " request r" in text
        assert " answer r" in text
        assert " score r" in text


ASKED_TWICE = 2
"""Questions of the probe that are the same, to see whether the server gives the same answer."""


def test_ctrl_c_keeps_what_was_paid_and_the_same_command_goes_on(fein: Fein, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(ROWS, encoding="utf-8")
    with FakeServer(latency_s=0.05) as server:
        arguments = ["tune", *DATA, "--endpoint", server.url, "--requests", "200", "--json"]
        process = subprocess.Popen(
            [sys.executable, "-m", "feinschliff", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A shell that runs the tests in the background lets its children ignore Ctrl-C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        while server.counts["ok"] < 20 and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 130, err
        document = json.loads(out)
        assert document["error"]["kind"] == "interrupted"
        assert document["run"] is not None
        assert "Traceback" not in err
        before = server.counts["POST"]
        done = fein(*arguments)
        assert done.code == 0, done.err
        assert done.json["run"] == document["run"]
        # What was in flight (at most four) may have been asked twice, beside what the probe asks twice on purpose.
        distinct = {json.dumps(body, sort_keys=True) for body in server.bodies}
        assert server.counts["POST"] - len(distinct) <= 4 + ASKED_TWICE
        assert before < len(distinct)


def test_two_at_once_do_not_pay_twice(fein: Fein, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(ROWS, encoding="utf-8")
    with FakeServer(latency_s=0.05) as server:
        arguments = ["tune", *DATA, "--endpoint", server.url, "--requests", "100", "--json"]
        processes = [
            subprocess.Popen(
                [sys.executable, "-m", "feinschliff", *arguments],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            for _ in range(3)
        ]
        documents = [json.loads(process.communicate(timeout=100)[0]) for process in processes]
        codes = sorted(process.returncode for process in processes)
        assert server.counts["POST"] <= 62
    assert codes[0] == 0
    assert set(codes) <= {0, 2}
    assert all("another process" in d["error"]["message"] for d in documents if "error" in d)


def test_json_is_alone_on_stdout_whatever_a_scorer_prints(fein: Fein, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(ROWS, encoding="utf-8")
    (tmp_path / "loud.py").write_text(
        "def loud(answer, target, row):\n    print('hello')\n    return len(answer) / 100\n"
        "def wild(answer, target, row):\n    return 7\n"
        "def leaves(answer, target, row):\n    raise SystemExit(3)\n",
        encoding="utf-8",
    )
    with FakeServer() as server:
        ask = ("tune", *DATA, "--endpoint", server.url, "--requests", "100", "--json", "--score")
        loud = fein(*ask, "loud:loud")
        assert loud.code == 0
        assert loud.json["verdict"] is not None
        assert "hello" in loud.err
        wild = fein(*ask, "loud:wild")
        assert wild.code == 1
        assert "not within 0 to 1" in wild.json["error"]["message"]
        leaves = fein(*ask, "loud:leaves")
        assert leaves.code == 1
        assert leaves.json["run"] is not None


def test_a_gone_or_full_stdout_is_no_traceback(tmp_path: Path) -> None:
    fein = f"{sys.executable} -m feinschliff"
    made = f"{fein} data posts --count 3 --out p.csv --json"
    for ending, expected in ((">&-", 1), (">/dev/full", 1), ("| true", 0)):
        command = f"set -o pipefail; rm -f p.csv; {made} {ending}"
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=tmp_path, check=False)
        assert done.returncode == expected, (ending, done.stderr)
        assert "Traceback" not in done.stderr


def test_fields_that_a_server_refuses_can_be_left_out_and_objects_sent(fein: Fein, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(ROWS, encoding="utf-8")

    def picky(path: str, body: Mapping[str, Any]) -> tuple[int, Any] | None:
        return (400, {"error": {"message": "unknown: seed"}}) if {"seed", "max_tokens"} & set(body) else None

    with FakeServer(override=picky) as server:
        ask = ("tune", *DATA[:5], "-p", "temperature=0:1", "--endpoint", server.url, "--requests", "100", "--json")
        refused = fein(*ask)
        assert refused.code == 1
        assert "--omit" in refused.json["error"]["mend"]
        done = fein(*ask, "--omit", "seed", "--omit", "max_tokens", "-p", 'extra.chat={"think": false}')
        assert done.code == 0, done.err
        assert "max_tokens" not in done.json["settings"]
        assert server.bodies[-1]["chat"] == {"think": False}
