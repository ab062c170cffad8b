"""A small BERT classifier with random weights, written as a folder that transformers reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

LABELS = ("positive", "negative", "neutral")


def write_classifier(folder: Path, *, order: Sequence[int] = (0, 1, 2), labels: Sequence[str] = LABELS) -> Path:
    """The same classifier each time, its outputs in this order; `labels` names them as if the order were 0, 1, 2."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder.mkdir(parents=True)
    characters = 'abcdefghijklmnopqrstuvwxyzäöüß0123456789.,!?{}:"<>/'
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *characters, *(f"##{c}" for c in characters)]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    BertTokenizerFast(vocab=str(folder / "vocab.txt"), strip_accents=False, model_max_length=64).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=64, num_labels=len(order), initializer_range=0.4,
        id2label={i: labels[source] for i, source in enumerate(order)},
    )  # fmt: skip
    torch.manual_seed(7)
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        model.classifier.weight.copy_(model.classifier.weight[list(order)])
        model.classifier.bias.copy_(model.classifier.bias[list(order)])
    model.save_pretrained(folder)
    return folder


def rename_labels(folder: Path, names: dict[str, str]) -> None:
    """Write other names into a classifier's config."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["id2label"] = {i: names.get(label, label) for i, label in config["id2label"].items()}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
