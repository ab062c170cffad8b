from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from feinschliff.errors import ModelError
from feinschliff.models.file_types import quantisation_in, shard_of
from feinschliff.models.files import model_path
from feinschliff.models.house import house_models, house_path, house_training_folder
from feinschliff.models.listing import local_models
from feinschliff.models.look import LocalModel

MODEL = house_path("house-2").read_bytes()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("FEIN_MODELS", str(tmp_path / "own"))
    for name in (
        *("OLLAMA_MODELS", "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME", "LLAMA_CACHE"),
    ):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def put(path: Path, data: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def found() -> dict[str, LocalModel]:
    return {model.name: model for model in local_models() if model.name not in house_models()}


def ollama(root: Path, name: str, data: bytes, *, size: int | None = None, host: str = "registry.ollama.ai") -> Path:
    digest = hashlib.sha256(data).hexdigest()
    layer = {
        "mediaType": "application/vnd.ollama.image.model",
        "digest": f"sha256:{digest}",
        "size": len(data) if size is None else size,
    }
    put(root / "manifests" / host / name.replace(":", "/"), json.dumps({"schemaVersion": 2, "layers": [layer]}))
    return put(root / "blobs" / f"sha256-{digest}", data)


def test_shipped_models_only(home: Path):
    models = local_models()
    assert [model.name for model in models] == list(house_models())
    assert all(model.quantisation == "Q8_0" and model.problem is None for model in models)
    assert all(3e6 < (model.parameters or 0) < 4e6 for model in models)


def test_our_own(home: Path):
    put(home / "own" / "maker" / "tiny" / "tiny.gguf", MODEL)
    model = found()["maker/tiny/tiny"]
    assert (model.format, model.quantisation, model.bytes, model.source) == ("gguf", "Q8_0", len(MODEL), "feinschliff")
    assert (model.architecture, model.context) == ("llama", 2048)


def test_ollamas(home: Path, monkeypatch: pytest.MonkeyPatch):
    ollama(home / ".ollama" / "models", "library/tiny:1b", MODEL)
    ollama(home / ".ollama" / "models", "maker/mine:latest", MODEL + b"x", size=len(MODEL) + 1)
    assert set(found()) == {"tiny:1b", "maker/mine:latest"}
    assert found()["tiny:1b"].path.name.startswith("sha256-")
    monkeypatch.setenv("OLLAMA_MODELS", str(home / "elsewhere"))
    assert found() == {}
    ollama(home / "elsewhere", "maker/tiny:q8", MODEL, host="hf.co")
    assert set(found()) == {"hf.co/maker/tiny:q8"}


def test_lm_studios(home: Path):
    put(home / ".lmstudio" / "models" / "maker" / "repo" / "tiny-Q8_0.gguf", MODEL)
    put(home / ".lmstudio" / "models" / "maker" / "repo" / "mmproj-tiny.gguf", MODEL)
    put(home / ".cache" / "lm-studio" / "models" / "old" / "repo" / "old.gguf", MODEL)
    put(home / ".lmstudio" / "settings.json", json.dumps({"downloadsFolder": str(home / "big")}))
    put(home / "big" / "maker" / "repo" / "big.gguf", MODEL)
    assert set(found()) == {"maker/repo/tiny-Q8_0", "old/repo/old", "maker/repo/big"}
    assert {model.source for model in found().values()} == {"lm studio"}


def test_the_cache_of_the_hub(home: Path, monkeypatch: pytest.MonkeyPatch):
    cache = home / ".cache" / "huggingface" / "hub"
    place = cache / "models--maker--tiny"
    put(place / "refs" / "main", "abc")
    blob = put(place / "blobs" / "1234", MODEL)
    (place / "snapshots" / "abc").mkdir(parents=True)
    (place / "snapshots" / "abc" / "tiny-Q8_0.gguf").symlink_to(blob)
    put(place / "snapshots" / "old" / "older.gguf", MODEL)
    shutil.copytree(house_training_folder(), cache / "models--maker--house" / "snapshots" / "abc")
    put(cache / "models--maker--begun" / "blobs" / "99.incomplete", b"x" * 10)
    put(cache / "models--maker--tokens" / "snapshots" / "a" / "tokenizer.json", "{}")
    models = found()
    assert set(models) == {"maker/tiny/tiny-Q8_0", "maker/house", "maker/begun"}
    house = models["maker/house"]
    assert (house.format, house.quantisation, house.architecture, house.context) == (
        "safetensors",
        "F16",
        "llama",
        2048,
    )
    assert "not finished" in str(models["maker/begun"].problem)
    for name, folder in (("HF_HOME", home / "other"), ("HF_HUB_CACHE", home / "other" / "hub")):
        monkeypatch.setenv(name, str(folder))
        assert found() == {}
        put(home / "other" / "hub" / "models--a--b" / "snapshots" / "c" / "b.gguf", MODEL)
        assert set(found()) == {"a/b/b"}
        shutil.rmtree(home / "other")


def test_a_file_that_two_share_is_listed_once(home: Path):
    blob = ollama(home / ".ollama" / "models", "library/tiny:1b", MODEL)
    (home / "own").mkdir()
    (home / "own" / "mine.gguf").symlink_to(blob)
    assert set(found()) == {"mine"}


def test_parts_of_a_model(home: Path):
    for number in (1, 2):
        put(home / "own" / f"big-0000{number}-of-00002.gguf", MODEL)
    put(home / "own" / "half-00001-of-00003.gguf", MODEL)
    models = found()
    assert models["big"].bytes == 2 * len(MODEL)
    assert models["big"].problem is None
    assert "2 of 3 parts are missing" in str(models["half"].problem)


def test_damaged_files_are_listed_with_the_reason(home: Path):
    own, root = home / "own", home / ".ollama" / "models"
    put(own / "cut.gguf", MODEL[:-1000])
    put(own / "header.gguf", MODEL[:100])
    put(own / "text.gguf", "hello")
    put(own / "empty.gguf", b"")
    put(own / "wild.gguf", b"GGUF\x03\x00\x00\x00" + b"\xff" * 64)
    (own / "gone.gguf").symlink_to(home / "nowhere")
    put(own / "folder" / "model.safetensors", b"\xff" * 20)
    put(own / "index" / "model.safetensors.index.json", json.dumps({"weight_map": {"a": "missing.safetensors"}}))
    put(own / "index" / "other.safetensors", b"")
    ollama(root, "library/short:1b", MODEL, size=7)
    ollama(root, "library/gone:1b", b"y").unlink()
    put(root / "manifests" / "registry.ollama.ai" / "library" / "broken" / "latest", "{")
    put(root / "manifests" / "registry.ollama.ai" / "library" / "list" / "latest", "[1]")
    put(root / "manifests" / "registry.ollama.ai" / "library" / "odd" / "latest", json.dumps({"layers": [{"x": 1}]}))
    problems = {name: model.problem for name, model in found().items()}
    assert all(problems.values()), problems
    assert set(problems) == {
        *("cut", "header", "text", "empty", "wild", "gone", "folder", "index"),
        *("short:1b", "gone:1b", "broken:latest", "list:latest", "odd:latest"),
    }
    assert "ends within tensor" in str(problems["cut"])
    assert "begins with" in str(problems["text"])
    assert "instead of 7" in str(problems["short:1b"])


def test_names_mean_listed_models(home: Path):
    blob = ollama(home / ".ollama" / "models", "library/tiny:latest", MODEL)
    put(home / "own" / "maker" / "x.gguf", MODEL)
    put(home / "own" / "cut.gguf", MODEL[:-1000])
    assert model_path("tiny:latest") == model_path("ollama:tiny") == blob
    assert model_path("maker/x") == model_path("maker/x.gguf") == home / "own" / "maker" / "x.gguf"
    for name in ("cut", "other"):
        with pytest.raises(ModelError, match="no file"):
            model_path(name)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Llama-3.2-1B-Instruct-Q4_K_M.gguf", "Q4_K_M"),
        ("qwen2.5-0.5b-instruct-q8_0.gguf", "Q8_0"),
        ("model.IQ2_XXS.gguf", "IQ2_XXS"),
        ("x-bf16.gguf", "BF16"),
        ("x-fp16.gguf", "F16"),
        ("Q3D-model.gguf", None),
        ("plain.gguf", None),
    ],
)
def test_quantisation_in_a_name(name: str, found: str | None):
    assert quantisation_in(name) == found


def test_shards():
    assert shard_of("big-Q8_0-00002-of-00011.gguf") == ("big-Q8_0.gguf", 2, 11)
    assert shard_of("big.gguf") is None
