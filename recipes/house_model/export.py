"""Turns a checkpoint into GGUF: `python recipes/house_model/export.py --run runs/house --out house-1.gguf`.

The second version: `--version 2`, and with `--folder house-2` a folder for transformers beside it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import gguf
import numpy as np
import torch
from folder import write_folder
from model import HouseModel, Shape
from prompts import BOS, CHAT_TEMPLATE, EOS, PAD, SPECIAL
from tokenizers import Tokenizer

NAME = "feinschliff-house"
DESCRIPTIONS = {
    "1": (
        "Writes subject lines for neighbourhood posts in German and English; "
        "trained on text made by feinschliff's own grammar."
    ),
    "2": (
        "Writes subject lines in several styles, and whole neighbourhood posts, in German and English; "
        "trained on text made by feinschliff's own grammar."
    ),
}
STARTED_FROM = {"2": "house-1"}


def main() -> None:
    """Parse the arguments and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="folder of the training run")
    parser.add_argument(
        "--out", type=Path, required=True, help="GGUF file to write; the metadata go beside it as .json"
    )
    parser.add_argument("--version", choices=tuple(DESCRIPTIONS), default="1")
    parser.add_argument("--folder", type=Path, help="folder to write for transformers, in float16")
    options = parser.parse_args()
    state = torch.load(options.run / "checkpoint.pt", map_location="cpu")
    shape = Shape(**state["shape"])
    tokenizer = Tokenizer.from_file(str(options.run / "tokenizer.json"))
    write_gguf(options.out, shape, state["model"], tokenizer, version=options.version)
    if options.folder is not None:
        write_folder(options.folder, shape, state["model"], tokenizer)
    card = {
        "name": NAME,
        "version": options.version,
        "license": "MIT",
        "file": options.out.name,
        "quantization": "Q8_0",
        "sha256": hashlib.sha256(options.out.read_bytes()).hexdigest(),
        "bytes": options.out.stat().st_size,
        "parameters": sum(p.numel() for p in HouseModel(shape).parameters()),
        "architecture": state["shape"],
        "training": {
            "steps": state["step"],
            "tokens": state["seen_tokens"],
            "cpu_minutes": round(state["cpu_s"] / 60, 1),
        },
    }
    if options.version in STARTED_FROM:
        card["training"]["started_from"] = STARTED_FROM[options.version]
    options.out.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n")
    print(json.dumps(card))


def write_gguf(
    path: Path,
    shape: Shape,
    weights: dict[str, torch.Tensor],
    tokenizer: Tokenizer,
    *,
    version: str,
    name: str = NAME,
    description: str | None = None,
) -> None:
    """Write a Q8_0 GGUF; norms stay in float32."""
    writer = gguf.GGUFWriter(str(path), "llama")
    _write_about(writer, name, version, DESCRIPTIONS[version] if description is None else description)
    _write_metadata(writer, shape)
    _write_tokenizer(writer, tokenizer, shape.vocab)
    for tensor, array in _tensors(shape, weights):
        if array.ndim == 2:
            kind = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(tensor, gguf.quants.quantize(array, kind), raw_dtype=kind)
        else:
            writer.add_tensor(tensor, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _write_about(writer: gguf.GGUFWriter, name: str, version: str, description: str) -> None:
    writer.add_name(name)
    writer.add_version(version)
    writer.add_author("the Feinschliff authors")
    writer.add_license("MIT")
    writer.add_description(description)
    writer.add_languages(["de", "en"])


def _write_metadata(writer: gguf.GGUFWriter, shape: Shape) -> None:
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_rope_dimension_count(shape.head)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_layer_norm_rms_eps(shape.norm_eps)
    writer.add_vocab_size(shape.vocab)


def _write_tokenizer(writer: gguf.GGUFWriter, tokenizer: Tokenizer, vocab: int) -> None:
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    tokens = [tokenizer.id_to_token(index) or f"<unused{index}>" for index in range(vocab)]
    control, normal = gguf.TokenType.CONTROL, gguf.TokenType.NORMAL
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([control if token in SPECIAL or token.startswith("<unused") else normal for token in tokens])
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in merges])
    writer.add_bos_token_id(tokenizer.token_to_id(BOS))
    writer.add_eos_token_id(tokenizer.token_to_id(EOS))
    writer.add_pad_token_id(tokenizer.token_to_id(PAD))
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)


def tensor_names(shape: Shape) -> dict[str, str]:
    """Our names to GGUF's; the rotary pairs already lie side by side, as llama.cpp wants them."""
    names = {"embedding.weight": "token_embd.weight", "norm.weight": "output_norm.weight"}
    parts = {
        "attn_norm": "attn_norm",
        "q": "attn_q",
        "k": "attn_k",
        "v": "attn_v",
        "o": "attn_output",
        "ffn_norm": "ffn_norm",
        "gate": "ffn_gate",
        "up": "ffn_up",
        "down": "ffn_down",
    }
    for index in range(shape.layers):
        names |= {f"blocks.{index}.{ours}.weight": f"blk.{index}.{theirs}.weight" for ours, theirs in parts.items()}
    return names


def _tensors(shape: Shape, weights: dict[str, torch.Tensor]) -> Iterator[tuple[str, np.ndarray]]:
    for ours, theirs in tensor_names(shape).items():
        yield theirs, np.ascontiguousarray(weights[ours].float().numpy())


if __name__ == "__main__":
    main()
