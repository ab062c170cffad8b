from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from feinschliff.cli import before as before_module
from feinschliff.models.house import house_path
from tests.cli.conftest import Fein
from tests.fakes.hub import FakeHub

TOKEN = "hf_secretsecret"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHub]:
    data = house_path("house-2").read_bytes()
    with FakeHub({"maker/tiny-GGUF": {"tiny-Q8_0.gguf": data, "tiny-Q4_0.gguf": data[:9000]}}) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("FEIN_OLLAMA_REGISTRY", hub.url)
        monkeypatch.setenv("FEIN_MODELS", str(tmp_path / "models"))
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        yield hub


def test_search(fein: Fein, hub: FakeHub):
    found = fein("models", "search", "tiny", "--json").json["models"]
    assert [v["variant"] for v in found[0]["variants"]] == ["Q4_0", "Q8_0"]
    assert all(v["fit"].startswith("fits") for v in found[0]["variants"])
    shown = fein("models", "search", "tiny")
    assert "hf:maker/tiny-GGUF" in shown.out
    assert "fits" in shown.out
    assert fein("models", "search", "nothing").code == 0


def test_pull_and_list(fein: Fein, hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    hub.token = TOKEN
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    plan = fein("models", "pull", "hf:maker/tiny-GGUF:q8_0", "--dry-run", "--json")
    assert plan.json["missing"] == house_path("house-2").stat().st_size
    assert not hub.downloads()
    done = fein("models", "pull", "hf:maker/tiny-GGUF:q8_0", "--json")
    path = tmp_path / "models" / "maker" / "tiny-GGUF" / "tiny-Q8_0.gguf"
    assert done.json["path"] == str(path)
    assert done.json["verified"] is True
    listed = fein("models", "list", "--json").json["models"]
    assert str(path) in [model["path"] for model in listed if model["problem"] is None]
    again = fein("models", "pull", "hf:maker/tiny-GGUF:q8_0", "--yes")
    assert "there already" in again.err
    assert again.out.strip() == str(path)
    for text in (plan.out, plan.err, done.out, done.err, again.out, again.err):
        assert TOKEN not in text


def test_pull_shows_the_choice(fein: Fein, hub: FakeHub):
    done = fein("models", "pull", "maker/tiny-GGUF", "--yes")
    assert done.code == 0
    assert "Q4_0 *" in done.err
    assert "Q8_0" in done.err


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_download_is_a_question_on_a_terminal(
    fein: Fein, hub: FakeHub, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
):
    answers: list[bool] = []
    monkeypatch.setattr(before_module, "is_terminal", lambda: True)
    monkeypatch.setattr(before_module, "confirmed", lambda: answers.pop())
    pull = ("models", "pull", "maker/tiny-GGUF:q8_0", *more)
    answers.append(False)
    refused = fein(*pull)
    assert (refused.code, hub.downloads()) == (130, [])
    assert "--yes" in (refused.json["error"]["mend"] if more else refused.err)
    answers.append(True)
    assert fein(*pull).code == 0
    assert len(hub.downloads()) == 1
    assert fein(*pull).code == 0, "nothing is asked where nothing is to come"


def test_in_a_pipe_a_listed_model_is_a_line(fein: Fein, hub: FakeHub, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    assert fein("models", "pull", "maker/tiny-GGUF:q8_0").code == 0
    (path,) = (m["path"] for m in fein("models", "list", "--json").json["models"] if "tiny" in m["name"])
    assert any(line.rstrip().endswith(path) for line in fein("models", "list").out.splitlines())


def test_what_is_too_large(fein: Fein, hub: FakeHub, monkeypatch: pytest.MonkeyPatch):
    from feinschliff.models.hardware import Machine

    small = Machine(2, "", 1 << 20, 1 << 20, (), 1 << 40)
    monkeypatch.setattr("feinschliff.models.hardware.this_machine", lambda: small)
    found = fein("models", "search", "tiny", "--json").json["models"]
    assert {v["fit"] for v in found[0]["variants"]} == {"does not fit"}
    assert "does not fit" in fein("models", "pull", "maker/tiny-GGUF:q8_0", "--dry-run").err


def test_what_is_not_there(fein: Fein, hub: FakeHub):
    for name in ("hf:maker/other", "ollama:other:1b", "hf:maker/tiny-GGUF:q2_k", "tiny"):
        done = fein("models", "pull", name, "--json")
        assert done.code == 2
        assert done.json["error"]["kind"] == "model"


def test_what_is_not_there_is_a_sentence_in_both_languages(fein: Fein, hub: FakeHub, monkeypatch: pytest.MonkeyPatch):
    asked = ("models", "pull", "hf:maker/other", "--json")
    assert fein(*asked).json["error"]["message"] == f"not found on {hub.url}: the model maker/other"
    monkeypatch.setenv("FEIN_LANG", "de")
    assert fein(*asked).json["error"]["message"] == f"auf {hub.url} nicht gefunden: das Modell maker/other"


def test_a_spoilt_file(fein: Fein, hub: FakeHub, tmp_path: Path):
    hub.spoilt = True
    done = fein("models", "pull", "maker/tiny-GGUF:q8_0", "--json")
    assert done.code == 1
    assert "wrong checksum" in done.json["error"]["message"]
    assert not [file for file in (tmp_path / "models").rglob("*") if file.is_file()]
