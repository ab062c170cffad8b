"""Trains the judge: `python recipes/house_judge/judge_train.py --out runs/judge --pool runs/judge/pool.json`.

It starts from the house model's first version, which already finds what a post is about; run again to resume.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import house
import torch
import torch.nn.functional as F  # noqa: N812
from branched import Batch, states
from branches import LETTER_WEIGHT, SUBJECT_WEIGHT, UNMARKED
from judge_data import CHUNK, Posts, batches
from model import HouseModel
from torch import Tensor, nn
from warm import load_gguf, load_tokenizer

CHECKPOINT_S = 120
MARK_WEIGHT = 1.0
"""Weight of the marks in the loss, beside the letter."""


def main() -> None:
    """Parse the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for tokenizer, checkpoints and log")
    parser.add_argument("--pool", type=Path, help="the house model's own lines, from pool.py")
    parser.add_argument("--start", type=Path, default=house.START, help="GGUF file to start from")
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--tokens", type=int, default=4096, help="tokens in a batch")
    parser.add_argument("--chunk", type=int, default=CHUNK, help="posts made at a time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--muon-lr", type=float, default=0.01)
    parser.add_argument("--adam-lr", type=float, default=0.0015)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    Run(options).train()


class Run:
    """One training run: model, marker, optimizers and how far it has come."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        shape, weights = load_gguf(options.start)
        self.tokenizer = load_tokenizer(options.start)
        self.tokenizer.save(str(options.out / "tokenizer.json"))
        self.model = HouseModel(shape)
        self.model.load_state_dict(weights)
        self.marker = nn.Linear(shape.width, 2)
        matrices = [p for name, p in self.model.named_parameters() if p.ndim == 2 and "embedding" not in name]
        others = [p for name, p in self.model.named_parameters() if p.ndim != 2 or "embedding" in name]
        others += self.marker.parameters()
        self.optimizers: list[torch.optim.Optimizer] = [
            torch.optim.Muon(matrices, lr=options.muon_lr, weight_decay=0.01, momentum=0.95),
            torch.optim.AdamW(others, lr=options.adam_lr, betas=(0.9, 0.95), weight_decay=0.0),
        ]
        self.peaks = [options.muon_lr, options.adam_lr]
        self.step = self.chunk = self.skip = self.seen_tokens = self.judged = 0
        self.cpu_s = 0.0
        self._resume()

    def train(self) -> None:
        """Train to the last step, saving every few minutes."""
        started, saved = time.process_time(), time.monotonic()
        means: dict[str, float] = {}
        for batch in self._stream():
            for name, value in self._train_step(batch).items():
                if not math.isnan(value):
                    means[name] = 0.98 * means.get(name, value) + 0.02 * value
            if self.step % 50 == 0:
                self._log(means, self.cpu_s + time.process_time() - started)
            if time.monotonic() - saved > CHECKPOINT_S or self.step == self.options.steps:
                self.cpu_s += time.process_time() - started
                started, saved = time.process_time(), time.monotonic()
                self._save()
            if self.step >= self.options.steps:
                return

    def _stream(self) -> Iterator[Batch]:
        """Batches from where the last checkpoint stopped."""
        if self.step >= self.options.steps:
            return
        posts = Posts(self.options.pool, seed=self.options.seed, size=self.options.chunk)
        for chunk, made in batches(self.tokenizer, posts, tokens=self.options.tokens, start_chunk=self.chunk):
            self.chunk = chunk
            for index in range(self.skip, len(made)):
                self.skip = index + 1
                yield made[index]
            self.chunk, self.skip = chunk + 1, 0

    def _train_step(self, batch: Batch) -> dict[str, float]:
        factor = schedule(self.step, self.options.steps)
        for optimizer, peak in zip(self.optimizers, self.peaks, strict=True):
            for group in optimizer.param_groups:
                group["lr"] = peak * factor
            optimizer.zero_grad(set_to_none=True)
        loss, means = losses(self.model, self.marker, batch)
        loss.backward()
        nn.utils.clip_grad_norm_([*self.model.parameters(), *self.marker.parameters()], 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1
        self.seen_tokens += batch.ids.numel()
        self.judged += int((batch.weights == LETTER_WEIGHT).sum())
        return means

    def _log(self, means: dict[str, float], cpu_s: float) -> None:
        row = {"step": self.step, **{name: round(mean, 4) for name, mean in means.items()}}
        row |= {"judged": self.judged, "tokens": self.seen_tokens, "cpu_s": round(cpu_s, 1)}
        print(json.dumps(row), flush=True)
        with (self.options.out / "log.jsonl").open("a") as log:
            log.write(json.dumps(row) + "\n")

    def _save(self) -> None:
        """Write a checkpoint beside the last one and swap, so that a kill never leaves half a file."""
        state = {
            "shape": asdict(self.model.shape),
            "model": self.model.state_dict(),
            "marker": self.marker.state_dict(),
            "optimizers": [o.state_dict() for o in self.optimizers],
            **{name: getattr(self, name) for name in ("step", "chunk", "skip", "seen_tokens", "judged", "cpu_s")},
        }
        path = self.options.out / "checkpoint.pt"
        torch.save(state, path.with_suffix(".new"))
        path.with_suffix(".new").replace(path)

    def _resume(self) -> None:
        path = self.options.out / "checkpoint.pt"
        if not path.exists():
            return
        state = torch.load(path)
        self.model.load_state_dict(state["model"])
        self.marker.load_state_dict(state["marker"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        for name in ("step", "chunk", "skip", "seen_tokens", "judged", "cpu_s"):
            setattr(self, name, state[name])


def losses(model: HouseModel, marker: nn.Linear, batch: Batch) -> tuple[Tensor, dict[str, float]]:
    """The weighted loss to train on; and how often letter and mark are right, and the letter's loss (NaN for none)."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        final, asked, before_last = states(model, batch)
        logits = model.logits(final).float()
        marked = batch.marks != UNMARKED
        guesses = marker(F.rms_norm(before_last[marked], before_last.shape[-1:])).float()
    targets, weights = batch.targets[asked], batch.weights[asked]
    each = F.cross_entropy(logits, targets, reduction="none")
    letters = weights == LETTER_WEIGHT
    mark_loss = F.cross_entropy(guesses, batch.marks[marked]) if marked.any() else torch.zeros(())
    loss = (each * weights).sum() / letters.sum() + MARK_WEIGHT * mark_loss
    subject = weights == SUBJECT_WEIGHT
    return loss, {
        "letter_loss": float(each[letters].detach().mean()),
        "letter_right": float((logits[letters].argmax(-1) == targets[letters]).float().mean()),
        "mark_loss": float(mark_loss.detach()),
        "subject_loss": float(each[subject].detach().mean()) if subject.any() else math.nan,
    }


def schedule(step: int, steps: int) -> float:
    """Warm-up over 50 steps, a plateau, and a linear fall to nothing over the last 60 %."""
    return min((step + 1) / 50, 1.0, (steps - step) / (0.6 * steps))


if __name__ == "__main__":
    main()
