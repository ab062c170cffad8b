"""The models of our own that ship with the package: files in `weights/`, known by their names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HOUSE_NAME = "house-1"
"""The one that is used where no model is named."""

_WEIGHTS = Path(__file__).parent / "weights"


def house_models() -> tuple[str, ...]:
    """Names of the shipped models, as `--model` takes them."""
    return tuple(sorted(path.stem for path in _WEIGHTS.glob("*.gguf")))


def house_path(name: str = HOUSE_NAME) -> Path:
    """The GGUF file of a shipped model. Raises: KeyError for a name that is not shipped."""
    if name not in house_models():
        raise KeyError(name)
    return _WEIGHTS / f"{name}.gguf"


def house_card(name: str = HOUSE_NAME) -> dict[str, Any]:
    """What is known of a shipped model: version, SHA-256, bytes, parameters, how it was trained."""
    card: dict[str, Any] = json.loads(house_path(name).with_suffix(".json").read_text(encoding="utf-8"))
    return card


def house_training_folder(name: str = "house-2") -> Path:
    """The same model for training: a folder that transformers' `from_pretrained` reads (weights, tokenizer, template).

    Raises: KeyError for a model that ships without one.
    """
    folder = _WEIGHTS / name
    if not (folder / "model.safetensors").is_file():
        raise KeyError(name)
    return folder
