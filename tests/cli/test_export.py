"""`fein export`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Fein

TASK = (
    "--prompt",
    "Subject line for: a red bicycle",
    "--target",
    "Red bicycle",
    "-p",
    "temperature=0:1",
    "--requests",
    "60",
)


@pytest.fixture
def run(fein: Fein) -> str:
    done = fein("tune", *TASK, "--json", "--name", "mine")
    assert done.code == 0, done.err
    return "mine"


def test_to_stdout_to_a_file_and_into_a_gguf(fein: Fein, run: str, tmp_path: Path) -> None:
    shown = fein("export", run, "--to", "ollama", "--settings", "best")
    assert shown.code == 0, shown.err
    assert "PARAMETER temperature" in shown.out
    assert "prompt text has no place" in shown.err
    assert fein("export", run, "--to", "ollama", "--settings", "best", "--out", "Modelfile").out == ""
    assert (tmp_path / "Modelfile").read_text() == shown.out
    # The same once more is no error; something else would be.
    assert fein("export", run, "--to", "ollama", "--settings", "best", "--out", "Modelfile").code == 0
    assert fein("export", run, "--to", "openai", "--out", "Modelfile").code == 2
    done = fein("export", run, "--to", "llama.cpp", "--out", "tuned.gguf", "--json")
    assert done.code == 0, done.err
    assert done.json["text"] is None
    assert (tmp_path / "tuned.gguf").stat().st_size > 1_000_000
    assert fein("export", run, "--to", "llama.cpp", "--out", "tuned.gguf").code == 2


def test_as_json(fein: Fein, run: str) -> None:
    best = fein("export", run, "--to", "vllm", "--settings", "best", "--json").json
    result = json.loads(fein("tune", *TASK, "--json", "--name", "mine").out)
    assert best["settings"]["temperature"] == result["settings"]["temperature"]
    assert json.loads(best["text"])["temperature"] == result["settings"]["temperature"]
    assert any("prompt" in warning for warning in best["warnings"])
    Path("config.json").write_text('{"eos_token_id": 2}')
    kept = fein("export", run, "--to", "vllm", "--settings", "best", "--model", ".", "--json").json
    assert json.loads(kept["text"]) == {**json.loads(best["text"]), "eos_token_id": 2}
    baseline = fein("export", run, "--to", "vllm", "--settings", "baseline", "--json").json
    assert baseline["settings"]["temperature"] == result["baseline_settings"]["temperature"]


@pytest.mark.parametrize(
    "flags",
    [
        ("--to", "nowhere"),
        ("--to", "vllm", "--settings", "worst"),
        ("--to", "vllm", "--model", "gone.gguf"),
        ("--to", "ollama", "--model", "."),
        ("--to", "vllm", "--model", "."),
        ("--to", "vllm", "--out", "x.gguf"),
        ("--to", "vllm", "--out", "no/such/folder/x.json"),
    ],
)
def test_mistakes(fein: Fein, run: str, flags: tuple[str, ...]) -> None:
    done = fein("export", run, *flags, "--json")
    assert done.code == 2
    assert done.json["error"]["message"]
    assert fein("export", "no-such-run", "--to", "vllm").code == 2
