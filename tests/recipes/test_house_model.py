"""The recipe of the house model, a few real steps of it: train, resume, export, and answer in the real engine."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from feinschliff import Endpoint, Task, generate
from feinschliff.datasets.grammar import make_posts
from feinschliff.models.house import house_card, house_path, house_training_folder

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


@pytest.mark.second
def test_the_second_version_starts_from_the_first(tmp_path: Path) -> None:
    run, out, folder = (str(tmp_path / name) for name in ("run", "next.gguf", "next"))
    more = ("--version", "2", "--start", str(house_path("house-1")), "--out", run, "--tokens", "512")
    recipe("train.py", *more, "--steps", "2")
    recipe("train.py", *more, "--steps", "4")
    recipe("export.py", "--run", run, "--out", out, "--version", "2", "--folder", folder)
    card = json.loads(Path(out).with_suffix(".json").read_text(encoding="utf-8"))
    assert (card["training"]["steps"], card["training"]["started_from"]) == (4, "house-1")
    # Four steps of warm-up hardly move the weights: what the first version could, this one still can.
    task = Task.single("Betreff für: Verkaufe Gartenbank für 20 Euro.")
    for model in (out, "house-1"):
        answers = generate(
            task,
            Endpoint(model=model),
            settings={"temperature": 0, "max_tokens": 16},
            store=str(tmp_path / "s.db"),
        )
        assert "gartenbank" in answers[0].text.casefold()
    assert len(greedy_texts(Path(folder), ["Verkaufe Gartenbank."])) == 1


@pytest.mark.second
def test_the_folder_for_training_answers_as_the_gguf_file_does(tmp_path: Path) -> None:
    posts = [post.text for post in make_posts(16, seed=31)]
    task = Task.from_rows([{"id": str(i), "post": post} for i, post in enumerate(posts)], prompt="{{ post }}")
    answers = generate(
        task,
        Endpoint(model="house-2"),
        settings={"temperature": 0, "max_tokens": 24},
        store=str(tmp_path / "s.db"),
    )
    theirs = greedy_texts(house_training_folder("house-2"), posts)
    same = [answer.text.strip() == text.strip() for answer, text in zip(answers, theirs, strict=True)]
    # One is rounded to 8 bits a weight, the other to 16; where two words are about equally likely they may part.
    assert sum(same) >= 13, list(zip([answer.text for answer in answers], theirs, strict=True))


@pytest.mark.second
def test_the_folder_marks_the_answers_tokens_for_trainers() -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(house_training_folder("house-2"))
    turns = [{"role": "user", "content": "Rad weg ä"}, {"role": "assistant", "content": "Rad verloren"}]
    told = tokenizer.apply_chat_template(turns, return_dict=True, return_assistant_tokens_mask=True)
    marked = [i for i, mark in zip(told["input_ids"], told["assistant_masks"], strict=True) if mark]
    assert tokenizer.decode(marked) == "Rad verloren</s>"
    assert tokenizer.decode(told["input_ids"]) == "<s><|user|>Rad weg ä<|assistant|>Rad verloren</s>"
    assert sum(file.stat().st_size for file in house_training_folder("house-2").iterdir()) <= 20_000_000


def greedy_texts(folder: Path, posts: list[str]) -> list[str]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.set_num_threads(1)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder)
    texts = []
    for post in posts:
        asked = tokenizer.apply_chat_template(
            [{"role": "user", "content": post}], add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        made = model.generate(**asked, do_sample=False, max_new_tokens=24)
        texts.append(tokenizer.decode(made[0, asked["input_ids"].shape[1] :], skip_special_tokens=True))
    return texts


@pytest.mark.parametrize(("name", "mark"), [("house-1", ""), ("house-2", "-2")])
def test_the_shipped_file_is_the_one_that_card_and_results_describe(name: str, mark: str) -> None:
    shipped = house_path(name)
    card = house_card(name)
    assert hashlib.sha256(shipped.read_bytes()).hexdigest() == card["sha256"]
    assert shipped.stat().st_size == card["bytes"] <= 10_000_000
    assert card["sha256"] in (RECIPE / f"MODEL_CARD{mark}.md").read_text(encoding="utf-8")
    assert json.loads((RECIPE / f"results{mark}.json").read_text(encoding="utf-8"))["sha256"] == card["sha256"]
