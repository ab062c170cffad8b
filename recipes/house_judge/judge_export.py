"""Turns a checkpoint into GGUF: `python recipes/house_judge/judge_export.py --run runs/judge --out judge.gguf`."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import house
import torch
from export import write_gguf
from model import HouseModel, Shape
from tokenizers import Tokenizer

NAME = "feinschliff-house-judge"
VERSION = "1"
DESCRIPTION = (
    "Says which of two subject lines of a neighbourhood post is better, A or B, in German and English; "
    "trained on text made by feinschliff's own grammar."
)


def main() -> None:
    """Parse the arguments and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="folder of the training run")
    parser.add_argument("--out", type=Path, required=True, help="GGUF file to write; the metadata go beside it")
    options = parser.parse_args()
    state = torch.load(options.run / "checkpoint.pt", map_location="cpu")
    shape = Shape(**state["shape"])
    tokenizer = Tokenizer.from_file(str(options.run / "tokenizer.json"))
    write_gguf(options.out, shape, state["model"], tokenizer, version=VERSION, name=NAME, description=DESCRIPTION)
    card = {
        "name": NAME,
        "version": VERSION,
        "license": "MIT",
        "file": options.out.name,
        "quantization": "Q8_0",
        "sha256": hashlib.sha256(options.out.read_bytes()).hexdigest(),
        "bytes": options.out.stat().st_size,
        "parameters": sum(p.numel() for p in HouseModel(shape).parameters()),
        "architecture": state["shape"],
        "training": {
            "started_from": house.START.stem,
            "steps": state["step"],
            "tokens": state["seen_tokens"],
            "pairs": state["judged"],
            "cpu_minutes": round(state["cpu_s"] / 60, 1),
        },
    }
    options.out.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n")
    print(json.dumps(card))


if __name__ == "__main__":
    main()
