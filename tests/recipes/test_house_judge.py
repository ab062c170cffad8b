"""The judge: what ships answers A or B better than chance, and its recipe takes real steps."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from feinschliff import Endpoint, Task, generate
from feinschliff.datasets.pairs import Pair, make_pairs
from feinschliff.models.house import house_card, house_models, house_path

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "recipes" / "house_judge"
NAME = "house-judge-1"
SYSTEM = "You compare two answers. Answer with exactly one letter, A or B."
PROMPT = "Post:\n{{ post }}\n\nA: {{ a }}\n\nB: {{ b }}\n\nWhich is better? Answer A or B."


@cache
def pairs() -> tuple[Pair, ...]:
    """44 unseen pairs, then the same with the lines swapped."""
    made = make_pairs(44, seed=606)
    return tuple(made) + tuple(replace(pair, better_first=not pair.better_first) for pair in made)


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    rows = [dict(zip(("post", "a", "b"), (pair.post.text, *pair.lines), strict=True)) for pair in pairs()]
    answers = generate(
        Task.from_rows([{"id": str(i), **row} for i, row in enumerate(rows)], system=SYSTEM, prompt=PROMPT),
        Endpoint(model=NAME),
        settings={"temperature": 0, "max_tokens": 4},
        store=str(tmp_path_factory.mktemp("judge") / "s.db"),
    )
    return [answer.text for answer in answers]


def test_the_judge_answers_with_one_letter(letters: list[str]) -> None:
    assert set(letters) <= {"A", "B"}


def test_the_judge_is_right_far_above_chance_in_both_orders(letters: list[str]) -> None:
    right = [letter == pair.answer for letter, pair in zip(letters, pairs(), strict=True)]
    half = len(right) // 2
    # Of 44 guesses, 31 or more are right in one case of a hundred.
    assert sum(right[:half]) >= 31
    assert sum(right[half:]) >= 31


def test_the_shipped_file_is_the_one_that_card_and_results_describe() -> None:
    shipped, card = house_path(NAME), house_card(NAME)
    assert NAME in house_models()
    assert hashlib.sha256(shipped.read_bytes()).hexdigest() == card["sha256"]
    assert shipped.stat().st_size == card["bytes"] <= 10_000_000
    assert card["sha256"] in (RECIPE / "MODEL_CARD.md").read_text(encoding="utf-8")
    results = json.loads((RECIPE / "results.json").read_text(encoding="utf-8"))
    assert results["sha256"] == card["sha256"]
    for language in results["languages"].values():
        assert language["plain"]["accuracy"] >= 0.75


def python(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        cwd=RECIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.second
def test_branches_see_what_plain_conversations_see() -> None:
    """Several pairs share the tokens of their post; each must get what it would get alone."""
    told = python(
        "-c",
        """
import house, torch
from random import Random
from branched import collate, states
from judge_data import Posts, chunk_rows
from model import HouseModel
from warm import load_gguf, load_tokenizer

torch.set_num_threads(1)
shape, weights = load_gguf(house.START)
model = HouseModel(shape)
model.load_state_dict(weights)
rows = chunk_rows(Random(5), load_tokenizer(house.START), Posts(None, seed=3, size=12), 0)[:4]
final, asked, _ = states(model, collate(rows))
worst, compared, start = 0.0, 0, 0
for row in rows:
    for branch in range(1, max(row.branch) + 1):
        own = [i for i, b in enumerate(row.branch) if b in (0, branch)]
        alone = model(torch.tensor([[row.ids[i] for i in own]]))[0]
        for at, token in enumerate(asked.tolist()):
            if token - start in own and row.branch[token - start] == branch:
                worst = max(worst, float((final[at] - alone[own.index(token - start)]).abs().max()))
                compared += 1
    start += len(row.ids)
assert compared == len(asked) > 20, (compared, len(asked))
print(worst)
""",
    )
    assert float(told) < 1e-3


@pytest.mark.second
@pytest.mark.timeout(400)
def test_train_resume_export_answer(tmp_path: Path) -> None:
    run, pool = tmp_path / "run", tmp_path / "pool.json"
    python("pool.py", "--out", str(pool), "--posts", "20")
    lines = json.loads(pool.read_text(encoding="utf-8"))
    assert len(lines) == 20
    assert all(row["greedy"] and len(row["sampled"]) == 4 for row in lines)
    small = ("judge_train.py", "--out", str(run), "--pool", str(pool), "--tokens", "1024", "--chunk", "40")
    python(*small, "--steps", "2")
    python(*small, "--steps", "4")
    import torch

    state = torch.load(run / "checkpoint.pt")
    assert state["step"] == 4
    assert state["judged"] > 0
    out = tmp_path / "tiny.gguf"
    python("judge_export.py", "--run", str(run), "--out", str(out))
    assert json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))["training"]["steps"] == 4
    answers = generate(
        Task.single("Post: Rad weg.\n\nA: Rad\n\nB: Auto\n\nA or B?"),
        Endpoint(model=str(out)),
        settings={"temperature": 0, "max_tokens": 4},
        store=str(tmp_path / "s.db"),
    )
    assert answers[0].failure is None
