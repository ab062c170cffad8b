"""Converted folders against transformers: the same probabilities, with grouped heads, scaled positions and bfloat16."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from feinschliff.models.convert import convert
from feinschliff.models.house import house_training_folder
from feinschliff.models.loaded import LoadedModel

pytestmark = pytest.mark.second
LLAMA_3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
    "rope_theta": 10000.0,
}


@pytest.mark.parametrize(
    ("more", "dtype", "name"),
    [
        ({}, "float32", "f32"),
        ({"num_key_value_heads": 2}, "float32", "f32"),
        ({"num_key_value_heads": 2, "head_dim": 64}, "bfloat16", "bf16"),
        ({"num_key_value_heads": 4, "rope_parameters": LLAMA_3}, "float32", "f32"),
        ({"tie_word_embeddings": True}, "float16", "f16"),
    ],
)
def test_a_converted_folder_foresees_what_transformers_does(
    tmp_path: Path, more: dict[str, Any], dtype: str, name: str
):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    torch.set_num_threads(1)
    torch.manual_seed(1)
    config = transformers.LlamaConfig(
        **{
            "vocab_size": 2048,
            "hidden_size": 128,
            "intermediate_size": 320,
            "num_hidden_layers": 3,
            "num_attention_heads": 8,
            "max_position_embeddings": 512,
            "initializer_range": 0.2,
            "bos_token_id": 0,
            "eos_token_id": 1,
            "tie_word_embeddings": False,
            **more,
        }
    )
    model = transformers.LlamaForCausalLM(config).to(getattr(torch, dtype))
    folder = tmp_path / "model"
    model.save_pretrained(folder)
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(house_training_folder() / file, folder)
    assert json.loads((folder / "config.json").read_text())["model_type"] == "llama"
    convert(folder, tmp_path / "x.gguf", name=name)
    with LoadedModel(tmp_path / "x.gguf") as loaded:
        ids = loaded.tokens("Flohmarkt am Samstag im Hof, wer hat Lust mitzumachen? " * 6)
        found = loaded.log_probabilities(ids)
    with torch.no_grad():
        logits = model.float()(torch.tensor([ids])).logits[0].double().log_softmax(-1)
    wanted = logits[torch.arange(len(ids) - 1), torch.tensor(ids[1:])].numpy()
    # llama.cpp keeps keys and values in 16 bits, and multiplies 16-bit weights with 16-bit numbers.
    difference = np.abs(found - wanted)
    assert difference.max() < 0.02 if name == "f32" else difference.mean() < 0.12
    assert wanted.std() > 0.5
