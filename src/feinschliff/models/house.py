"""The house model: a small Llama of our own that ships with the package."""

from __future__ import annotations

from pathlib import Path

HOUSE_NAME = "house-1"


def house_path() -> Path:
    """The GGUF file of the house model."""
    return Path(__file__).parent / "weights" / f"{HOUSE_NAME}.gguf"
