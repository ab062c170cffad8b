"""The recipe of the house model, a few real steps of it: train, resume, export, and answer in the real engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from feinschliff import Endpoint, Task, generate
from feinschliff.models.house import house_path

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "recipes" / "house_model"


def recipe(script: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, str(RECIPE / script), *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.second
def test_train_resume_export_answer(tmp_path: Path) -> None:
    small = ("--out", str(tmp_path / "run"), "--tokens", "512", "--layers", "2")
    recipe("train.py", *small, "--steps", "3")
    recipe("train.py", *small, "--steps", "6")
    import torch

    state = torch.load(tmp_path / "run" / "checkpoint.pt")
    assert state["step"] == 6
    assert state["seen_tokens"] > 0
    out = tmp_path / "tiny.gguf"
    recipe("export.py", "--run", str(tmp_path / "run"), "--out", str(out))
    assert json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))["training"]["steps"] == 6
    answers = generate(
        Task.single("Betreff für: Fahrrad gefunden."),
        Endpoint(model=str(out)),
        settings={"temperature": 0, "max_tokens": 8},
        store=str(tmp_path / "s.db"),
    )
    assert answers[0].failure is None
    assert answers[0].completion_tokens <= 8


def test_the_shipped_file_is_the_one_that_the_card_describes() -> None:
    import hashlib

    shipped = house_path()
    card = json.loads(shipped.with_suffix(".json").read_text(encoding="utf-8"))
    assert hashlib.sha256(shipped.read_bytes()).hexdigest() == card["sha256"]
    assert shipped.stat().st_size == card["bytes"] <= 10_000_000
    assert card["sha256"] in (RECIPE / "MODEL_CARD.md").read_text(encoding="utf-8")
    results = json.loads((RECIPE / "results.json").read_text(encoding="utf-8"))
    assert card["sha256"] in json.dumps(results)
