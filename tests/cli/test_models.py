from __future__ import annotations

import json
from pathlib import Path

import pytest

from feinschliff.cli.lazy import Verb
from feinschliff.cli.models import ModelVerbs
from feinschliff.models.house import house_path, house_training_folder
from feinschliff.models.quantise import quantise
from feinschliff.models.tokens import SAMPLES
from tests.cli.conftest import Fein
from tests.fakes.openai_server import FakeServer

TASK = """
[task]
data = "data.csv"
prompt = "Subject line for this post:\\n{{ post }}"
target = "subject"
[baseline]
temperature = 0
max_tokens = 24
"""
SIDES = ("--a", "model=q4.gguf,temperature=0,max_tokens=24", "--b", "model=q8.gguf,temperature=0,max_tokens=24")
POSTS = [("Flohmarkt am Samstag im Hof, alle sind eingeladen.", "Flohmarkt am Samstag"), ("Katze entlaufen", "Katze")]


@pytest.fixture
def task(tmp_path: Path) -> Path:
    rows = [f'"{post} {n}","{subject}"' for n in range(6) for post, subject in POSTS]
    (tmp_path / "data.csv").write_text("post,subject\n" + "\n".join(rows) + "\n", encoding="utf-8")
    (tmp_path / "task.toml").write_text(TASK, encoding="utf-8")
    return tmp_path / "task.toml"


def test_help_names_every_verb(fein: Fein):
    shown = fein("models", "--help").out
    assert all(verb in shown for verb in ("inspect", "fit", "list", "search", "pull", "quantise", "tokens", "serve"))


@pytest.mark.parametrize("verb", ModelVerbs.verbs, ids=lambda verb: verb.name)
def test_the_line_of_a_verb_is_the_first_of_its_help(verb: Verb):
    first = (verb.load().help or "").split("\n\n")[0]
    assert " ".join(first.split()) == verb.summary


def test_list(fein: Fein, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FEIN_MODELS", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "broken.gguf").write_bytes(b"x")
    rows = {row["name"]: row for row in fein("models", "list", "--json").json["models"]}
    assert (rows["house-1"]["quantisation"], rows["house-1"]["problem"]) == ("Q8_0", None)
    assert rows["broken"]["problem"]
    shown = fein("models", "list")
    assert "house-2" in shown.out
    assert "unusable" in shown.out


def test_quantise_with_its_loss(fein: Fein, task: Path, tmp_path: Path):
    done = fein(
        "models", "quantise", house_training_folder(), "small.gguf", "--to", "Q4_K_M", "--score", task, "--json"
    )
    assert done.code == 0, done.err
    found = done.json
    assert found["bytes_after"] == (tmp_path / "small.gguf").stat().st_size < found["bytes_before"] / 2
    assert {fall["tensor"].split(".")[2] for fall in found["fallbacks"]} == {"ffn_down"}
    assert 0.003 < next(part["relative"] for part in found["parts"] if part["part"] == "attn_q") < 0.0063
    ratio = found["perplexity"]["ratio"]
    assert ratio["low"] <= ratio["ratio"] <= ratio["high"]
    assert found["perplexity"]["before"]["tokens"] == found["perplexity"]["after"]["tokens"] > 20
    assert found["score"]["held_out"]["n"] == 12
    assert found["score"]["settings"]["temperature"] == 0
    assert sorted(file.name for file in tmp_path.glob("*.gguf")) == ["small.gguf"]
    assert list(tmp_path.glob(".*.gguf")) == []


def test_quantise_on_a_text(fein: Fein, tmp_path: Path):
    (tmp_path / "text.txt").write_text("Flohmarkt am Samstag. " * 20, encoding="utf-8")
    done = fein("models", "quantise", "house-2", "small.gguf", "--to", "q4_0", "--text", "text.txt")
    assert done.code == 0
    assert "Perplexity" in done.out
    assert "bits per weight" in done.out
    assert "Q8_0" in done.err


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (("house-2", "house-2.gguf", "--to", "q8_0"), "model"),
        (("house-2", "x.gguf", "--to", "q9"), "model"),
        (("house-2", "x.bin", "--to", "q4_0"), "output"),
        (("house-2", "there.gguf", "--to", "q4_0"), "output"),
        (("none.gguf", "x.gguf", "--to", "q4_0"), "model"),
        (("text.gguf", "x.gguf", "--to", "q4_0"), "model"),
        (("house-2", "x.gguf", "--to", "q4_0", "--text", "none.txt"), "input"),
        (("house-2", "x.gguf", "--to", "q4_0", "--settings", "temperature=0"), "input"),
        (("house-2", "x.gguf"), "usage"),
    ],
)
def test_quantise_mistakes(fein: Fein, tmp_path: Path, arguments: tuple[str, ...], kind: str):
    (tmp_path / "there.gguf").write_bytes(b"x")
    (tmp_path / "text.gguf").write_bytes(b"hello")
    done = fein("models", "quantise", *arguments, "--json")
    assert (done.code, done.json["error"]["kind"]) == (2, kind)
    assert not (tmp_path / "x.gguf").exists()


def test_compare_two_files(fein: Fein, task: Path, tmp_path: Path):
    quantise(house_path("house-2"), tmp_path / "q4.gguf", "q4_0")
    (tmp_path / "q8.gguf").write_bytes(house_path("house-2").read_bytes())
    done = fein("compare", task, *SIDES, "--json")
    assert done.code == 0, done.err
    assert "embedded house model" not in done.err
    assert (done.json["settings"]["model"], done.json["baseline_settings"]["model"]) == ("q4.gguf", "q8.gguf")
    assert done.json["held_out"]["n"] == 12
    again = fein("compare", task, *SIDES, "--json")
    assert again.json["run"] == done.json["run"]
    assert again.json["spent"]["requests"] == done.json["spent"]["requests"]
    assert fein("check", done.json["run"]).code == 0
    # The same name, another file: another run.
    (tmp_path / "q4.gguf").unlink()
    quantise(house_path("house-2"), tmp_path / "q4.gguf", "q4_k_m")
    other = fein("compare", task, *SIDES, "--json")
    assert other.json["run"] != done.json["run"]


def test_compare_a_file_with_the_model_of_the_run(fein: Fein, task: Path, tmp_path: Path):
    (tmp_path / "same.gguf").write_bytes(house_path("house-2").read_bytes())
    side = ("--a", "model=same.gguf,temperature=0,max_tokens=24", "--b", "temperature=0,max_tokens=24")
    done = fein("compare", task, "--model", "house-2", *side, "--json")
    assert done.code == 0, done.err
    assert done.json["held_out"]["difference"]["mean"] == 0
    assert done.json["baseline_settings"].get("model") is None


def test_compare_with_a_file_that_is_none(fein: Fein, task: Path):
    done = fein("compare", task, "--a", "model=none.gguf", "--b", "model=house-1", "--json")
    assert (done.code, done.json["error"]["kind"]) == (2, "model")


def test_tokens_of_a_file_and_a_text(fein: Fein, tmp_path: Path):
    (tmp_path / "text.txt").write_text("Grüße 😀\n", encoding="utf-8")
    found = fein("models", "tokens", "text.txt", "--model", "house-2", "--json").json
    data = b"".join(bytes.fromhex(p["bytes"]) if "bytes" in p else p["text"].encode() for p in found["pieces"])
    assert data.decode() == "Grüße 😀\n"
    assert found["tokens"] == len(found["pieces"])
    assert (found["characters"], found["words"], found["context"]) == (8, 2, 2048)
    assert found["share"] == pytest.approx(found["tokens"] / 2048, abs=1e-6)
    assert found["characters_per_token"] == pytest.approx(8 / found["tokens"], abs=1e-3)
    assert set(found["samples"]) == {"en", "de", "ko"}
    assert found["samples"]["ko"]["characters"] == len(SAMPLES["ko"])
    assert fein("models", "tokens", "Grüße 😀\n", "--model", "house-2", "--json").json["pieces"] == found["pieces"]
    shown = fein("models", "tokens", "zwei Worte", "--model", "house-2")
    assert "·" in shown.out
    assert "rule of thumb" in shown.out


def test_tokens_of_a_server(fein: Fein):
    def told(path: str, body: object) -> tuple[int, object] | None:
        assert isinstance(body, dict)
        if path == "/tokenize":
            assert body["content"] == body["prompt"]
            pieces = [{"id": 5, "piece": "a"}, {"id": 6, "piece": [195]}, {"id": 7, "piece": [188]}]
            return 200, {"tokens": pieces}
        return None

    with FakeServer(override=told) as server:
        found = fein("models", "tokens", "aü", "--endpoint", server.url, "--model", "fake-1", "--json").json
    assert found["pieces"] == [
        {"id": 5, "text": "a"},
        {"id": 6, "text": "\ufffd", "bytes": "c3"},
        {"id": 7, "text": "\ufffd", "bytes": "bc"},
    ]


def test_tokens_of_vllm(fein: Fein):
    def told(path: str, body: object) -> tuple[int, object] | None:
        answer = {"count": 2, "max_model_len": 100, "tokens": [5, 6], "token_strs": ["a", "\u0120\u00c3\u00bc"]}
        return (200, answer) if path == "/tokenize" else None

    with FakeServer(override=told) as server:
        found = fein("models", "tokens", "a ü", "--endpoint", server.url, "--model", "fake-1", "--json").json
    assert [piece["text"] for piece in found["pieces"]] == ["a", " ü"]
    assert found["context"] == 100


def test_a_server_that_does_not_tell_its_tokens(fein: Fein):
    def gone(path: str, body: object) -> tuple[int, object] | None:
        return (404, {}) if path == "/tokenize" else None

    with FakeServer(override=gone) as server:
        done = fein("models", "tokens", "a", "--endpoint", server.url, "--model", "fake-1", "--json")
    assert done.code == 2
    assert "does not tell its tokens" in json.loads(done.out)["error"]["message"]


def test_tokens_of_models_by_name(fein: Fein, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FEIN_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "mine.gguf").write_bytes(house_path().read_bytes())
    blob = tmp_path / "sha256-123"
    blob.write_bytes(house_path().read_bytes())
    for name in ("mine", "models/mine.gguf", "sha256-123"):
        assert fein("models", "tokens", "Hallo", "--model", name, "--json").json["tokens"] == 1
    refused = fein("models", "tokens", "a", "--model", house_training_folder(), "--json")
    assert (refused.code, refused.json["error"]["kind"]) == (2, "model")
    assert "fein models quantise" in refused.json["error"]["mend"]
    assert fein("models", "tokens", "a", "--model", "other", "--json").code == 2


def test_tokens_of_a_file_that_is_not_there(fein: Fein):
    assert fein("models", "tokens", "none.txt", "--json").code == 2


def test_tokens_of_what_is_no_text(fein: Fein, tmp_path: Path):
    (tmp_path / "bad.txt").write_bytes(bytes(range(256)))
    error = fein("models", "tokens", "bad.txt", "--model", "house-2", "--json").json["error"]
    assert error["asked"] == "bad.txt"
    assert "codec" in error["found"]
    assert "UTF-8" in error["mend"]
