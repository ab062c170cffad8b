from __future__ import annotations

import json
import math
import shutil
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from feinschliff.endpoints.ask import ask
from feinschliff.endpoints.engine import Engine, EngineOptions
from feinschliff.errors import DataError, ModelError
from feinschliff.models.convert import convert
from feinschliff.models.house import house_path, house_training_folder
from feinschliff.models.loaded import LoadedModel
from feinschliff.models.make import made_smaller
from feinschliff.models.perplexity import Prompted, change, perplexity, surprises
from feinschliff.models.quantise import quantise

TEXT = "Flohmarkt am Samstag im Hof. Wer hat Lust, mitzumachen? Kaffee und Kuchen gibt es auch."


def test_probabilities_are_those_of_the_server(tmp_path: Path):
    """llama.cpp's server tells the probability of each token that it is made to choose."""
    file = quantise(house_path("house-2"), tmp_path / "f16.gguf", "f16").out  # 8-bit products round another way
    with LoadedModel(file) as model:
        tokens = model.tokens(TEXT)[:12]
        found = model.log_probabilities(tokens)
    with closing(Engine(file, EngineOptions("m", None))) as engine:
        for place in range(1, len(tokens)):
            told = ask(
                f"{engine.address}/completion",
                {
                    "prompt": tokens[:place],
                    "n_predict": 1,
                    "n_probs": 1,
                    "temperature": 1.0,
                    "logit_bias": [[tokens[place], 1000.0]],
                    "samplers": ["temperature"],
                },
            )
            assert told is not None
            chosen = told["completion_probabilities"][0]
            assert chosen["id"] == tokens[place]
            # The server works without flash attention: the last bits differ.
            assert found[place - 1] == pytest.approx(chosen["logprob"], abs=0.03)


def test_tokens_are_those_of_the_server():
    text = "Grüße 😀 <|user|> 한국어"
    with LoadedModel(house_path()) as model, closing(Engine(house_path(), EngineOptions("m", None))) as engine:
        for special in (True, False):
            told = ask(f"{engine.address}/tokenize", {"content": text, "add_special": True, "parse_special": special})
            assert told is not None
            assert model.tokens(text, special=special) == told["tokens"]
        pieces = model.pieces(text, start=False)
        assert b"".join(model.piece(piece.id) for piece in pieces).decode() == text


def test_perplexity_is_the_mean_surprise():
    blocks = [np.full(4, math.log(8)), np.full(12, math.log(8))]
    assert perplexity(blocks).value == pytest.approx(8)
    assert perplexity(blocks).tokens == 16
    assert change(blocks, [block + math.log(2) for block in blocks]).ratio == pytest.approx(2)
    with pytest.raises(DataError, match="different tokens"):
        change(blocks, blocks[:1])


def test_intervals_hold_where_tokens_of_a_block_go_together():
    random = np.random.default_rng(5)
    held = 0
    for _ in range(300):
        blocks = [random.normal(2 + random.normal(0, 0.5), 0.3, 40) for _ in range(20)]
        found = perplexity(blocks)
        held += found.low <= math.exp(2) <= found.high
    assert 0.9 <= held / 300 <= 0.985


def test_long_texts_go_through_in_blocks():
    found = surprises(house_path(), [TEXT * 60])
    assert len(found) > 2
    assert all(len(block) <= 511 for block in found)
    assert 1 < perplexity(found).value < 2048


def test_an_answer_counts_without_its_prompt():
    prompt = "<|user|>Flohmarkt am Samstag<|assistant|>"
    with LoadedModel(house_path()) as model:
        count = len(model.tokens("Flohmarkt am Samstag", start=False))
    (block,) = surprises(house_path(), [Prompted(prompt, "Flohmarkt am Samstag")])
    assert len(block) == count
    long = surprises(house_path(), [Prompted(TEXT * 60, "Flohmarkt am Samstag")])
    assert len(long[0]) == count


def test_texts_that_are_too_short():
    with pytest.raises(DataError, match="too short"):
        surprises(house_path(), [""])


def test_a_file_that_is_no_model(tmp_path: Path):
    (tmp_path / "x.gguf").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ModelError):
        LoadedModel(tmp_path / "x.gguf")
    with pytest.raises(ModelError, match="no file"):
        LoadedModel(tmp_path / "none.gguf")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the house model, whose prompts begin as those of its GGUF file."""
    folder = tmp_path_factory.mktemp("model") / "house"
    shutil.copytree(house_training_folder(), folder)
    about = folder / "tokenizer_config.json"
    about.write_text(json.dumps(json.loads(about.read_text()) | {"add_bos_token": True}))
    return folder


def test_a_folder_becomes_the_same_model(folder: Path, tmp_path: Path):
    convert(folder, tmp_path / "x.gguf")
    ours, shipped = surprises(tmp_path / "x.gguf", [TEXT * 5]), surprises(house_path("house-2"), [TEXT * 5])
    # The shipped file is in Q8_0.
    assert np.abs(np.concatenate(ours) - np.concatenate(shipped)).max() < 0.6
    assert change(shipped, ours).ratio == pytest.approx(1, abs=0.03)
    with LoadedModel(tmp_path / "x.gguf") as a, LoadedModel(house_path("house-2")) as b:
        for text in (TEXT, "Grüße 😀", "<|user|>x</s>"):
            assert a.tokens(text, special=True) == b.tokens(text, special=True)


def test_a_folder_is_quantised(folder: Path, tmp_path: Path):
    with made_smaller(folder, tmp_path / "x.gguf", "Q8_0") as (done, whole):
        assert whole.exists()
        assert (done.source, done.mixture) == (folder, "q8_0")
    assert [file.name for file in tmp_path.iterdir()] == ["x.gguf"]
    with made_smaller(folder, tmp_path / "y.gguf", "f16") as (done, whole):
        assert whole == done.out
    assert done.bits == pytest.approx(16, abs=0.1)


@pytest.mark.parametrize(
    ("file", "change_", "found"),
    [
        ("config.json", {"architectures": ["GPT2LMHeadModel"]}, "GPT2LMHeadModel"),
        ("config.json", {"rope_scaling": {"rope_type": "yarn"}}, "yarn"),
        ("config.json", {"num_hidden_layers": 5}, "no tensor blk.4"),
        ("tokenizer.json", {"model": {"type": "Unigram"}}, "Unigram"),
        ("tokenizer.json", {"pre_tokenizer": {"type": "Whitespace"}}, "Whitespace"),
    ],
)
def test_folders_of_another_kind(folder: Path, tmp_path: Path, file: str, change_: dict[str, object], found: str):
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    (other / file).write_text(json.dumps(json.loads((other / file).read_text()) | change_))
    with pytest.raises(ModelError) as refused:
        convert(other, tmp_path / "x.gguf")
    assert found in str(refused.value.found)
    assert not (tmp_path / "x.gguf").exists()


def test_llama_3_slows_its_rotations(folder: Path, tmp_path: Path):
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    scaling = {
        "rope_type": "llama3",
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 2048,
    }
    config = json.loads((other / "config.json").read_text()) | {"rope_scaling": scaling}
    (other / "config.json").write_text(json.dumps(config))
    convert(other, tmp_path / "x.gguf", name="f32")
    with LoadedModel(tmp_path / "x.gguf") as model:
        assert np.isfinite(model.log_probabilities(model.tokens(TEXT))).all()
