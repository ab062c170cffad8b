"""Puts the house model's recipe, which this one builds on, on the import path."""

from __future__ import annotations

import sys
from pathlib import Path

SRC = Path(__file__).parents[2] / "src" / "feinschliff"
HOUSE = Path(__file__).parents[1] / "house_model"
START = SRC / "models" / "weights" / "house-1.gguf"
"""The model that the judge starts from, and whose lines it learns to judge."""

sys.path.insert(0, str(HOUSE))
