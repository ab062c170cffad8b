"""Trains the house model: `python recipes/house_model/train.py --out runs/house`; run again to resume.

Version 2 starts from a file of version 1: `--version 2 --start house-1.gguf`.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import data
import data_2
import torch
import torch.nn.functional as F  # noqa: N812
from circuit import lay_copy_circuit, restore
from data import Batch
from model import HouseModel, Shape
from tokenizers import Tokenizer
from tokens import train_tokenizer
from torch import Tensor
from warm import load_gguf, load_tokenizer

DATA = {1: data, 2: data_2}
CHECKPOINT_S = 180
HOLD_STEPS = 500
"""For so long the copying heads stay as they were laid, while the rest learns to live with them."""


def main() -> None:
    """Parse the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for tokenizer, checkpoints and log")
    parser.add_argument("--version", type=int, choices=tuple(DATA), default=1, help="what is trained for")
    parser.add_argument("--start", type=Path, help="GGUF file to start from, instead of from nothing")
    parser.add_argument("--steps", type=int, default=3100)
    parser.add_argument("--tokens", type=int, default=2048, help="tokens in a batch")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--muon-lr", type=float, default=0.02)
    parser.add_argument("--adam-lr", type=float, default=0.003)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if torch.cuda.is_available():
        torch.set_default_device("cuda")
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    shape = Shape(width=options.width, layers=options.layers, heads=options.width // 32, hidden=_hidden(options.width))
    Run(shape, options).train()


class Run:
    """One training run: model, optimizers and how far it has come."""

    def __init__(self, shape: Shape, options: argparse.Namespace) -> None:
        self.shape, self.options = shape, options
        path = options.out / "tokenizer.json"
        if options.start is None:
            self.tokenizer = (
                Tokenizer.from_file(str(path)) if path.exists() else train_tokenizer(path, vocab=shape.vocab)
            )
            self.model = HouseModel(shape)
            self.laid = lay_copy_circuit(self.model)
        else:
            self.shape, weights = load_gguf(options.start)
            self.tokenizer = load_tokenizer(options.start)
            self.tokenizer.save(str(path))
            self.model = HouseModel(self.shape)
            self.model.load_state_dict(weights)
            self.laid = []
        matrices = [p for name, p in self.model.named_parameters() if p.ndim == 2 and "embedding" not in name]
        others = [p for name, p in self.model.named_parameters() if p.ndim != 2 or "embedding" in name]
        self.optimizers: list[torch.optim.Optimizer] = [
            torch.optim.Muon(matrices, lr=options.muon_lr, weight_decay=0.01, momentum=0.95),
            torch.optim.AdamW(others, lr=options.adam_lr, betas=(0.9, 0.95), weight_decay=0.0),
        ]
        self.peaks = [options.muon_lr, options.adam_lr]
        self.step = self.chunk = self.skip = self.seen_tokens = 0
        self.cpu_s = 0.0
        self._resume()

    def train(self) -> None:
        """Train to the last step, saving every few minutes."""
        started, saved = time.process_time(), time.monotonic()
        parts = DATA[self.options.version].PARTS
        means = dict.fromkeys(parts, math.nan)
        for group in self._stream():
            for name, loss in self._train_step(group, parts).items():
                if not math.isnan(loss):
                    means[name] = loss if math.isnan(means[name]) else 0.95 * means[name] + 0.05 * loss
            if self.step % 50 == 0:
                self._log(means, self.cpu_s + time.process_time() - started)
            if time.monotonic() - saved > CHECKPOINT_S or self.step == self.options.steps:
                self.cpu_s += time.process_time() - started
                started, saved = time.process_time(), time.monotonic()
                self._save()
            if self.step >= self.options.steps:
                return

    def _stream(self) -> Iterator[list[Batch]]:
        """The batches of each step, from where the last checkpoint stopped."""
        if self.step >= self.options.steps:
            return
        source = DATA[self.options.version]
        for chunk, made in source.batches(
            self.tokenizer, tokens=self.options.tokens, seed=self.options.seed, start_chunk=self.chunk
        ):
            self.chunk = chunk
            while self.skip < len(made):
                group = made[self.skip : self.skip + source.batches_per_step(chunk)]
                self.skip += len(group)
                yield group
            self.chunk, self.skip = chunk + 1, 0

    def _train_step(self, group: list[Batch], parts: dict[str, float]) -> dict[str, float]:
        factor = schedule(self.step, self.options.steps, fall=DATA[self.options.version].FALL)
        for optimizer, peak in zip(self.optimizers, self.peaks, strict=True):
            for parameters in optimizer.param_groups:
                parameters["lr"] = peak * factor
            optimizer.zero_grad(set_to_none=True)
        means = dict.fromkeys(parts, math.nan)
        total = sum(float(batch.weights[:, 1:].sum()) for batch in group)
        for batch in group:
            loss, told = losses(self.model, batch, parts)
            (loss / total).backward()
            means |= {name: value for name, value in told.items() if not math.isnan(value)}
            self.seen_tokens += batch.ids.numel()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        if self.step < HOLD_STEPS:
            restore(self.laid)
        self.step += 1
        return means

    def _log(self, means: dict[str, float], cpu_s: float) -> None:
        row = {
            "step": self.step,
            **{name: None if math.isnan(mean) else round(mean, 4) for name, mean in means.items()},
            "tokens": self.seen_tokens,
            "cpu_s": round(cpu_s, 1),
        }
        print(json.dumps(row), flush=True)
        with (self.options.out / "log.jsonl").open("a") as log:
            log.write(json.dumps(row) + "\n")

    def _save(self) -> None:
        """Write a checkpoint beside the last one and swap, so that a kill never leaves half a file."""
        state = {
            "shape": asdict(self.shape),
            "model": self.model.state_dict(),
            "optimizers": [o.state_dict() for o in self.optimizers],
            "step": self.step,
            "chunk": self.chunk,
            "skip": self.skip,
            "seen_tokens": self.seen_tokens,
            "cpu_s": self.cpu_s,
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
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        for name in ("step", "chunk", "skip", "seen_tokens", "cpu_s"):
            setattr(self, name, state[name])


def losses(model: HouseModel, batch: Batch, parts: dict[str, float]) -> tuple[Tensor, dict[str, float]]:
    """The weighted sum of the losses to train on, and plain means by weight (nats per token; NaN for no token)."""
    wanted = batch.weights[:, 1:] > 0
    with torch.autocast(batch.ids.device.type, dtype=torch.bfloat16):
        hidden = model(batch.ids[:, :-1])[wanted]
        logits = model.logits(hidden)
    each = F.cross_entropy(logits.float(), batch.ids[:, 1:][wanted], reduction="none")
    weights = batch.weights[:, 1:][wanted]
    return (each * weights).sum(), {
        name: float(each[weights == weight].detach().mean()) for name, weight in parts.items()
    }


def schedule(step: int, steps: int, *, fall: float) -> float:
    """Warm-up over 100 steps, a plateau, and a linear fall to nothing over the last part of all steps, `fall`."""
    return min((step + 1) / 100, 1.0, (steps - step) / (fall * steps))


def _hidden(width: int) -> int:
    return 32 * round(width * 8 / 3 / 32)


if __name__ == "__main__":
    main()
