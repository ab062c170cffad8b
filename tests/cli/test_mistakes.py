"""Bad input: its own clear message each, exit code 2, and nothing sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from feinschliff.cli.main import run
from tests.cli.conftest import Fein
from tests.fakes.openai_server import FakeServer

GOOD = "post,subject\n" + "\n".join(f"text {i},line {i}" for i in range(30)) + "\n"
ASK = ("--prompt", "Line for {{ post }}", "--target", "subject")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "good.csv").write_text(GOOD, encoding="utf-8")
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    (tmp_path / "header.csv").write_text("post,subject\n", encoding="utf-8")
    (tmp_path / "binary.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\xff")
    (tmp_path / "blank.csv").write_text("post,subject\na,\nb,  \n", encoding="utf-8")
    (tmp_path / "broken.toml").write_text("[task\nname = 1", encoding="utf-8")
    (tmp_path / "key.toml").write_text('[task]\nprmpt = "x"\n', encoding="utf-8")
    (tmp_path / "table.toml").write_text('[taks]\nprompt = "x"\n', encoding="utf-8")
    (tmp_path / "value.toml").write_text("[budget]\nrequests = 1.5\n", encoding="utf-8")
    (tmp_path / "no.gguf").write_bytes(b"this is no model, whatever its name says")
    (tmp_path / "short.gguf").write_bytes(b"GGUF\x03\x00\x00\x00")
    return tmp_path


CASES = {
    "missing file": (("tune", "nowhere.csv", *ASK), ["nowhere.csv"]),
    "empty data": (("tune", "empty.csv", *ASK), ["empty.csv"]),
    "only a header": (("tune", "header.csv", *ASK), ["header.csv"]),
    "binary file": (("tune", "binary.csv", *ASK), ["binary.csv"]),
    "missing column": (("tune", "good.csv", "--prompt", "{{ post }}", "--target", "subjct"), ["subjct", "subject"]),
    "template variable": (("tune", "good.csv", "--prompt", "{{ pots }}", "--target", "subject"), ["pots", "post"]),
    "broken template": (("tune", "good.csv", "--prompt", "{{ post", "--target", "subject"), ["template"]),
    "unknown parameter": (("tune", "good.csv", *ASK, "-p", "temprature=0:1"), ["temprature", "temperature"]),
    "range upside down": (("tune", "good.csv", *ASK, "-p", "temperature=1:0"), ["upside down"]),
    "top_k 0.5": (("tune", "good.csv", *ASK, "-p", "top_k=0.5"), ["top_k", "whole number"]),
    "unknown scorer": (("tune", "good.csv", *ASK, "--score", "similarty"), ["similarty", "similarity"]),
    "unknown space": (("tune", "good.csv", *ASK, "--space", "huge"), ["huge", "default"]),
    "unknown sampler": (("tune", "good.csv", *ASK, "--sampler", "tarot"), ["tarot", "fein"]),
    "unreachable endpoint": (
        ("tune", "good.csv", *ASK, "--endpoint", "http://127.0.0.1:9/v1"),
        ["cannot reach http://127.0.0.1:9/v1"],
    ),
    "broken TOML": (("tune", "broken.toml"), ["broken.toml", "TOML"]),
    "unknown key in the TOML": (("tune", "key.toml"), ["task.prmpt", "prompt"]),
    "unknown table in the TOML": (("tune", "table.toml"), ["taks", "task"]),
    "wrong value in the TOML": (("tune", "value.toml"), ["budget.requests"]),
    "missing task file": (("tune", "nothing.toml"), ["nothing.toml"]),
    "a GGUF that is none": (("tune", "good.csv", *ASK, "--model", "no.gguf"), ["no.gguf"]),
    "a GGUF cut short": (("tune", "good.csv", *ASK, "--model", "short.gguf"), ["short.gguf"]),
    "a GGUF that is not there": (("tune", "good.csv", *ASK, "--model", "gone.gguf"), ["gone.gguf"]),
    "a model without an endpoint": (("tune", "good.csv", *ASK, "--model", "llama3.2"), ["llama3.2", "endpoint"]),
    "budget too small": (("tune", "good.csv", *ASK, "--requests", "3"), ["3 requests are too few"]),
    "budget in USD without a price": (("tune", "good.csv", *ASK, "--usd", "1"), ["price"]),
    "empty target": (("tune", "blank.csv", *ASK), ["subject", "empty"]),
    "no target": (("tune", "good.csv", "--prompt", "{{ post }}"), ["target"]),
    "no prompt": (("tune", "good.csv", "--target", "subject"), ["prompt"]),
    "nothing to ask": (("tune", "--target", "x"), ["nothing to ask"]),
    "missing key": (
        ("tune", "good.csv", *ASK, "--endpoint", "http://127.0.0.1:9", "--api-key-env", "NO_KEY"),
        ["NO_KEY"],
    ),
    "header without colon": (("tune", "good.csv", *ASK, "--header", "secretvalue"), ["Name: value"]),
    "no requests a minute": (("tune", "good.csv", *ASK, "--rpm", "0"), ["rpm"]),
    "no connection": (("tune", "good.csv", *ASK, "--concurrency", "0"), ["concurrency"]),
    "no time": (("tune", "good.csv", *ASK, "--timeout", "0"), ["timeout"]),
    "seed below 0": (("tune", "good.csv", *ASK, "--seed", "-1"), ["seed"]),
    "our field by another name": (("tune", "good.csv", *ASK, "-p", "extra.seed=5"), ["extra.seed"]),
    "a template that cannot be filled": (
        ("tune", "good.csv", "--prompt", "{{ post + 1 }}", "--target", "subject"),
        ["filled"],
    ),
    "unknown option": (("tune", "--tempratur"), ["--tempratur"]),
    "unknown verb": (("tnue",), ["tnue"]),
    "unknown run": (("report", "nothing"), ["nothing"]),
    "broken price": (("tune", "good.csv", *ASK, "--price", "cheap"), ["cheap", "IN,OUT"]),
    "callable that is not there": (("tune", "good.csv", *ASK, "--score", "nomodule:f"), ["nomodule"]),
    "unknown language": (("data", "posts", "--out", "p.csv", "--language", "fr"), ["fr", "de"]),
    "column to score": (("score", "good.csv", "--answers", "x", "--out", "o.csv"), ["x", "post"]),
    "output format": (("data", "posts", "--count", "3", "--out", "p.xlsx"), ["xlsx"]),
}


@pytest.mark.parametrize("case", CASES)
def test_mistakes(case: str, fein: Fein, files: Path) -> None:
    arguments, words = CASES[case]
    done = fein(*arguments, "--json")
    assert done.code == 2, done.out + done.err
    error = done.json["error"]
    assert set(error) == {"kind", "message", "asked", "found", "mend"}
    assert done.json["run"] is None
    text = " ".join(str(v) for v in error.values())
    for word in words:
        assert word in text
    assert "Traceback" not in done.err
    assert "secretvalue" not in done.out + done.err
    shown = fein(*arguments)
    assert shown.code == 2
    assert shown.out == ""
    assert error["message"] in " ".join(shown.err.split()) or error["message"].split()[0] in shown.err


def test_every_mistake_has_a_message_of_its_own(fein: Fein, files: Path) -> None:
    messages = [fein(*arguments, "--json").json["error"]["message"] for arguments, _ in CASES.values()]
    assert len(set(messages)) == len(messages)


def test_models_that_are_not_listed(fein: Fein, files: Path) -> None:
    with FakeServer(models=("llama3.2", "qwen3")) as server:
        wrong = fein("tune", "good.csv", *ASK, "--endpoint", server.url, "--model", "lama3.2", "--json")
        none = fein("tune", "good.csv", *ASK, "--endpoint", server.url, "--json")
    assert wrong.code == none.code == 2
    assert "llama3.2" in wrong.json["error"]["mend"]
    assert "qwen3" in none.json["error"]["found"]
    assert server.counts["POST"] == 0


def test_help_of_every_verb_shows_an_example(capfd: pytest.CaptureFixture[str]) -> None:
    verbs = ["tune", "compare", "generate", "score", "report", "runs", "data posts", "data subjects", "runs rm"]
    for verb in verbs:
        assert run([*verb.split(), "--help"]) == 0
        out = capfd.readouterr().out
        assert "Example:" in out
        assert f"fein {verb}" in " ".join(out.split())


def test_no_arguments_is_help(capfd: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    assert run(["--version"]) == 0
    assert "feinschliff" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("text", "where", "wanted"),
    [
        ("[budget]\nrequests = 1.5\n", "'budget.requests'", "a whole number"),
        ('[endpoint]\ntimeout_s = "long"\n', "'endpoint.timeout_s'", "a number"),
        ("[endpoint]\nstream = 1\n", "'endpoint.stream'", "true or false"),
        ("[endpoint]\nheaders = []\n", "'endpoint.headers'", "a table"),
        ('[endpoint]\nomit = "seed"\n', "'endpoint.omit'", "a list"),
        ("[task]\nprompt = 1\n", "'task.prompt'", "a text"),
        ("[task]\nexamples = 0\n", "'task.examples'", "at least 1"),
    ],
)
def test_a_wrong_value_in_a_task_file_says_what_is_wanted(
    fein: Fein, tmp_path: Path, text: str, where: str, wanted: str
) -> None:
    (tmp_path / "task.toml").write_text(text, encoding="utf-8")
    message = fein("tune", "task.toml", "--json").json["error"]["message"]
    assert f"{where} is wrong" in message
    assert wanted in message
    assert "Input should" not in message
