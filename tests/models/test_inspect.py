"""What is read of model files, whole and damaged."""

from __future__ import annotations

import json
import shutil
import struct
from pathlib import Path

import pytest

from feinschliff.errors import ModelError
from feinschliff.models.gguf_file import entry, read_gguf, write_gguf
from feinschliff.models.house import house_card, house_path, house_training_folder
from feinschliff.models.inspect import inspect
from feinschliff.models.template import read_template
from tests.fakes.model_files import Sizes, write_model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(house_training_folder(), tmp_path / "house"))


def test_the_house_model_as_file_and_as_folder() -> None:
    file, folder = inspect(house_path("house-2")), inspect(house_training_folder())
    assert file.parameters == folder.parameters == house_card("house-2")["parameters"]
    assert (file.form, folder.form) == ("gguf", "safetensors")
    assert (file.quantisation, folder.quantisation) == ("q8_0", "f16")
    assert file.bits == pytest.approx(8.51, abs=0.01)
    assert folder.bits == 16
    assert file.context == folder.context == 2048
    assert file.shape is not None
    assert folder.shape is not None
    assert [layer.keys for layer in file.shape.layers] == [layer.keys for layer in folder.shape.layers] == [256] * 4
    assert file.tokenizer is not None
    assert folder.tokenizer is not None
    assert file.tokenizer.size == folder.tokenizer.size == 2048
    assert file.tokenizer.specials["eos"] == folder.tokenizer.specials["eos"]
    assert file.template is not None
    assert file.template.system
    assert not file.template.tools
    assert {kind: count.tensors for kind, count in file.types.items()} == {"q8_0": 29, "f32": 9}


def test_a_cut_file_is_damaged_wherever_it_ends(tmp_path: Path) -> None:
    whole = house_path().read_bytes()
    for length in (0, 3, 100, 5000, len(whole) // 2, len(whole) - 1):
        cut = tmp_path / f"{length}.gguf"
        cut.write_bytes(whole[:length])
        with pytest.raises(ModelError, match="no usable GGUF file"):
            inspect(cut)


def test_sampling_defaults_of_a_file(tmp_path: Path) -> None:
    source = read_gguf(write_model(tmp_path / "a.gguf", Sizes()))
    told = {"temp": 0.6, "top_k": 20, "penalty_repeat": 1.1, "mirostat": 2}
    entries = [*source.entries, *(entry(f"general.sampling.{key}", value) for key, value in told.items())]
    rows = [(t.name, t.shape, t.kind) for t in source.tensors]
    for tensor, file in zip(source.tensors, write_gguf(tmp_path / "b.gguf", entries, rows), strict=True):
        file.write(source.data(tensor).tobytes())
    found = inspect(tmp_path / "b.gguf").sampling
    assert found == {"temperature": 0.6, "top_k": 20, "repeat_penalty": 1.1, "mirostat": 2}


def changed(path: Path, key: str, value: float) -> Path:
    """A model that tells one number of itself otherwise."""
    source = read_gguf(write_model(path.with_name("source.gguf"), Sizes()))
    wrong = entry(f"{source.architecture}.{key}", value)
    entries = [wrong if item.key == wrong.key else item for item in source.entries]
    rows = [(t.name, t.shape, t.kind) for t in source.tensors]
    for tensor, file in zip(source.tensors, write_gguf(path, entries, rows), strict=True):
        file.write(source.data(tensor).tobytes())
    return path


def test_layers_that_no_file_has(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="tells of 2147483648 layers"):
        inspect(changed(tmp_path / "b.gguf", "block_count", 1 << 31))


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_numbers_that_are_none(tmp_path: Path, value: float) -> None:
    found = inspect(changed(tmp_path / "b.gguf", "embedding_length", value)).shape
    assert found is not None
    assert (found.width, len(found.layers)) == (0, Sizes().layers)


def test_layers_that_no_folder_has(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 10**12}))
    with pytest.raises(ModelError, match="tells of 1000000000000 layers"):
        inspect(folder)


def test_a_file_in_parts_is_counted_whole(tmp_path: Path) -> None:
    source = read_gguf(write_model(tmp_path / "whole.gguf", Sizes()))
    half = len(source.tensors) // 2
    for number, tensors in enumerate((source.tensors[:half], source.tensors[half:]), 1):
        rows = [(t.name, t.shape, t.kind) for t in tensors]
        entries = source.entries if number == 1 else [entry("split.no", 1)]
        for tensor, file in zip(
            tensors, write_gguf(tmp_path / f"m-0000{number}-of-00002.gguf", entries, rows), strict=True
        ):
            file.write(source.data(tensor).tobytes())
    whole, parts = inspect(source.path), inspect(tmp_path / "m-00001-of-00002.gguf")
    assert (parts.parts, parts.parameters) == (2, whole.parameters)
    (tmp_path / "m-00002-of-00002.gguf").unlink()
    with pytest.raises(ModelError, match="m-00002-of-00002"):
        inspect(tmp_path / "m-00001-of-00002.gguf")


def test_weights_in_several_safetensors_files(folder: Path) -> None:
    file = folder / "model.safetensors"
    data = file.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = {k: v for k, v in json.loads(data[8 : 8 + size]).items() if k != "__metadata__"}
    names, index = sorted(header), {}
    for number in range(2):
        chosen, body, made = names[number::2], b"", {}
        for name in chosen:
            begin, end = header[name]["data_offsets"]
            made[name] = {**header[name], "data_offsets": [len(body), len(body) + end - begin]}
            body += data[8 + size + begin : 8 + size + end]
            index[name] = f"part-{number}.safetensors"
        text = json.dumps(made).encode()
        (folder / f"part-{number}.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + body)
    file.unlink()
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": index}), encoding="utf-8")
    found = inspect(folder)
    assert (found.parts, found.parameters) == (2, inspect(house_training_folder()).parameters)
    (folder / "part-1.safetensors").unlink()
    with pytest.raises(ModelError, match=r"part-1\.safetensors"):
        inspect(folder)


def test_defaults_and_a_template_of_a_folder(folder: Path) -> None:
    (folder / "generation_config.json").write_text(
        '{"do_sample": true, "temperature": 0.6, "top_k": 20}', encoding="utf-8"
    )
    (folder / "chat_template.jinja").write_text(
        "{% if tools %}<tools>{% endif %}{% for message in messages %}{{ message.role + message.content }}{% endfor %}"
        "{% if enable_thinking %}<think>{% endif %}",
        encoding="utf-8",
    )
    found = inspect(folder)
    assert found.sampling == {"do_sample": True, "temperature": 0.6, "top_k": 20}
    assert found.template is not None
    assert (found.template.tools, found.template.reasoning, found.template.system) == (True, True, True)
    assert not found.template.opens_answer


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("model.safetensors", b""),
        ("model.safetensors", struct.pack("<Q", 1 << 50)),
        ("model.safetensors", struct.pack("<Q", 4) + b"nope"),
        ("config.json", b"{"),
        ("config.json", b"[]"),
        ("generation_config.json", b"\xff\xfe"),
        ("tokenizer.json", b"nope"),
    ],
)
def test_a_damaged_folder(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(ModelError) as raised:
        inspect(folder)
    assert name in str(raised.value)


def test_a_cut_safetensors_file(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(ModelError, match="ends within tensor"):
        inspect(folder)


def test_what_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no weights"):
        inspect(tmp_path)
    shutil.copy(house_path(), tmp_path / "a.gguf")
    assert inspect(tmp_path).form == "gguf"
    shutil.copy(house_path(), tmp_path / "b.gguf")
    with pytest.raises(ModelError, match="several models"):
        inspect(tmp_path)


def test_templates_by_name() -> None:
    template = read_template([{"name": "rag", "template": "a"}, {"name": "default", "template": "b system"}])
    assert template is not None
    assert template.text == "b system"
    assert read_template("  ") is None
    assert read_template(None) is None


def test_experts_and_windows(tmp_path: Path) -> None:
    experts = inspect(
        write_model(tmp_path / "e.gguf", Sizes(architecture="qwen3moe", experts=4, experts_used=2, heads_kv=2))
    ).shape
    assert experts is not None
    assert (experts.experts, experts.experts_used) == (4, 2)
    sizes = Sizes(architecture="gemma3", layers=12, head=64, more={"attention.sliding_window": 512})
    windows = inspect(write_model(tmp_path / "w.gguf", sizes)).shape
    assert windows is not None
    assert [layer.kind for layer in windows.layers] == (["window"] * 5 + ["full"]) * 2
    assert windows.window == 512
