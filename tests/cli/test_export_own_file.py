"""`fein export` and `fein chat` of a run that asked a file of the user's own."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest

from feinschliff.models.gguf_file import read_gguf
from feinschliff.models.house import house_path
from tests.cli.conftest import Fein
from tests.fakes.openai_server import FakeServer

TASK = ("--prompt", "Subject line for: a red bicycle", "--target", "Red bicycle", "-p", "temperature=0:1")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A model file that is none of those that ship."""
    file = tmp_path / "mk" / "llama.gguf"
    file.parent.mkdir()
    shutil.copy(house_path("house-1"), file)
    with file.open("ab") as end:
        end.write(bytes(32))
    return file


@pytest.fixture
def run(fein: Fein, own: Path) -> str:
    done = fein("tune", *TASK, "--requests", "60", "--model", "mk/llama.gguf", "--name", "emb", "--json")
    assert done.code == 0, done.err
    return "emb"


def test_the_file_that_was_asked_is_known(
    fein: Fein, run: str, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    done = fein("export", run, "--to", "llama.cpp", "--settings", "best", "--out", "tuned.gguf", "--json")
    assert done.code == 0, done.err
    tuned = {entry.key: entry.value for entry in read_gguf(Path("tuned.gguf")).entries}
    assert tuned["general.sampling.temp"] == pytest.approx(done.json["settings"]["temperature"])
    flags = fein("export", run, "--to", "llama.cpp")
    assert f"--model {own}" in flags.out
    assert "not known" not in flags.err
    assert f"FROM {own}\n" in fein("export", run, "--to", "ollama").out
    monkeypatch.setattr("sys.stdin", io.StringIO("A blue door\n"))
    chat = fein("chat", run, "--seed", "1", "--json")
    assert chat.code == 0, chat.err
    assert chat.json["turns"][0]["answers"][0]["text"]


def test_a_file_that_is_gone_or_another_one_is_not_used(fein: Fein, run: str, own: Path, tmp_path: Path) -> None:
    with own.open("ab") as end:
        end.write(bytes(32))
    error = fein("export", run, "--to", "llama.cpp", "--out", "tuned.gguf", "--json").json["error"]
    assert error["found"] == f"the model's file {own} is another one than that of the run"
    assert error["mend"] == "give --model FILE.gguf"
    own.unlink()
    error = fein("export", run, "--to", "llama.cpp", "--out", "tuned.gguf", "--json").json["error"]
    assert error["found"] == f"the model's file {own} is not there any more"
    assert not (tmp_path / "tuned.gguf").exists()
    shown = fein("export", run, "--to", "ollama")
    assert "FROM ./llama.gguf" in shown.out
    assert f"the model's file {own} is not there any more: correct the line FROM" in shown.err
    chat = fein("chat", run, "--json")
    assert chat.code == 2
    assert "not there any more" in chat.json["error"]["found"]


def test_answers_know_the_file_as_well(fein: Fein, own: Path, tmp_path: Path) -> None:
    (tmp_path / "posts.csv").write_text("post\na red bicycle\n")
    made = fein(
        *("generate", "posts.csv", "--prompt", "{{ post }}", "--out", "out.csv", "-p", "temperature=0.3"),
        *("--model", str(own), "--json"),
    )
    assert f"--model {own}" in fein("export", made.json["run"], "--to", "llama.cpp").out


def test_of_another_server_no_file_is_kept(fein: Fein) -> None:
    with FakeServer() as server:
        done = fein("tune", *TASK, "--requests", "60", "--endpoint", server.url, "--name", "far", "--json")
        assert done.code == 0, done.err
    shown = fein("export", "far", "--to", "llama.cpp")
    assert "where the model's file lies is not known: correct --model" in shown.err


def test_each_of_several_files_is_known(fein: Fein, own: Path, tmp_path: Path) -> None:
    sides = ("--a", "model=mk/llama.gguf,temperature=0", "--b", "model=house-1,temperature=0")
    task = tmp_path / "task.toml"
    task.write_text('[task]\nprompt = "Subject line for: a red bicycle"\ntarget = "Red bicycle"\n')
    done = fein("compare", task, *sides, "--requests", "60", "--name", "two", "--json")
    assert done.code == 0, done.err
    assert f"--model {own}" in fein("export", "two", "--to", "llama.cpp", "--settings", "best").out
    assert (
        f"--model {house_path('house-1')}" in fein("export", "two", "--to", "llama.cpp", "--settings", "baseline").out
    )
    with own.open("ab") as end:
        end.write(bytes(32))
    assert (
        "is another one than that of the run" in fein(*("export", "two", "--to", "llama.cpp", "--settings", "best")).err
    )
