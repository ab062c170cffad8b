"""Makes a smaller file of a model, and says what was lost."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from feinschliff.errors import InputError, ModelError, OutputError
from feinschliff.i18n import tr
from feinschliff.models.file_types import ALIASES, full_name
from feinschliff.models.floats import PLAIN, from_floats, to_floats
from feinschliff.models.gguf_file import GgufFile, entry, read_gguf, write_gguf
from feinschliff.models.mix import MIXTURES, Choice, choose
from feinschliff.models.native import Bytes

QUANTISATION_VERSION = 2
"""Of ggml's block formats; it stands in the file."""

_READ = (*PLAIN, "q8_0")
"""Formats that a source may be in."""

_AT_ONCE = 1 << 22
"""Weights that one thread works on at a time: 16 MiB as floats."""


@dataclass(frozen=True)
class PartLoss:
    """What one kind of tensor lost in all layers together."""

    part: str
    """The tensor's name without the layer: `attn_v`, `token_embd`."""
    kinds: tuple[str, ...]
    """Formats that its tensors got."""
    tensors: int
    bytes: int
    mse: float
    """Mean squared error of a weight."""
    relative: float
    """That error as a share of the weights' own mean square; 0 where nothing changed."""


@dataclass(frozen=True)
class Fallback:
    """A tensor whose rows do not fill the blocks that were wanted for it."""

    tensor: str
    row: int
    wanted: str
    kind: str


@dataclass(frozen=True)
class Quantised:
    """What came of it."""

    source: Path
    out: Path
    mixture: str
    bytes_before: int
    bytes_after: int
    weights: int
    bits: float
    """Bits per weight, over all tensors."""
    parts: tuple[PartLoss, ...]
    fallbacks: tuple[Fallback, ...] = ()
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As JSON shows it."""
        return {**asdict(self), "source": str(self.source), "out": str(self.out)}


@dataclass
class _Sum:
    kinds: dict[str, None] = field(default_factory=dict)
    tensors: int = 0
    bytes: int = 0
    weights: int = 0
    error: float = 0.0
    square: float = 0.0


def mixture_name(text: str) -> str:
    """The mixture that is meant, in any case of letters. Raises: ModelError."""
    name = full_name(text)
    if name not in MIXTURES:
        raise ModelError(
            tr("there is no quantisation '{name}'", name=text),
            asked=f"--to {text}",
            found=tr(
                "known are {names}", names=", ".join([*MIXTURES, *(n for n, of in ALIASES.items() if of in MIXTURES)])
            ),
            mend=tr("choose one of them"),
        )
    return name


def quantise(
    source: Path,
    out: Path,
    mixture: str,
    *,
    threads: int | None = None,
    watch: Callable[[int, int], None] | None = None,
) -> Quantised:
    """Write `source` in another mixture of formats to `out`; norms and other vectors stay as they are.

    Args:
        source: a GGUF file in f32, f16 or bf16, or in q8_0 (with a warning).
        out: the file to write; it appears whole or not at all.
        mixture: as `q4_k_m`; see `MIXTURES`.
        threads: processors to use; all of them if None.
        watch: told after each tensor how many of how many bytes of the source are done.

    Raises: ModelError for a source that cannot be used, OutputError for an `out` that is there, InputError for a full
    disk.
    """
    mixture = mixture_name(mixture)
    file = read_gguf(source)
    check_out(source, out)
    choices = choose(file, mixture)
    warnings = _check_source(file, choices, mixture)
    after = sum(choice.kind.size(choice.tensor.weights) for choice in choices)
    check_space(out, after + (source.stat().st_size - sum(tensor.bytes for tensor in file.tensors)))
    part = out.with_name(out.name + ".part")
    try:
        sums = _write(file, part, choices, mixture, threads=threads or os.cpu_count() or 1, watch=watch)
        part.rename(out)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    weights = sum(tensor.weights for tensor in file.tensors)
    return Quantised(
        source,
        out,
        mixture,
        source.stat().st_size,
        out.stat().st_size,
        weights,
        round(8 * after / weights, 4),
        tuple(_loss(name, total) for name, total in sums.items()),
        tuple(Fallback(c.tensor.name, c.tensor.row, c.wanted.name, c.kind.name) for c in choices if c.wanted),
        tuple(warnings),
    )


def check_space(out: Path, needed: int) -> None:
    """Refuse to begin what the disk cannot hold; a thousandth of it, at least 1 MiB, stays free. Raises: InputError."""
    usage = shutil.disk_usage(out.parent)
    if usage.free - max(usage.total // 1000, 1 << 20) < needed:
        raise InputError(
            tr("the disk has no room for {out}", out=out),
            asked=tr("{n:.1f} MiB", n=needed / 2**20),
            found=tr("{n:.1f} MiB free", n=usage.free / 2**20),
            mend=tr("free some space, or write to another disk"),
        )


def check_out(source: Path, out: Path) -> None:
    """Refuse a file that is there, or a folder that is not. Raises: OutputError."""
    if out.exists() and out.samefile(source):
        raise OutputError(
            tr("{out} is the source itself", out=out), asked=str(out), mend=tr("give the new file another name")
        )
    if out.exists():
        raise OutputError(
            tr("{out} exists", out=out), asked=str(out), mend=tr("choose another name, or remove the file")
        )
    if not out.parent.is_dir():
        raise OutputError(
            tr("there is no folder {folder}", folder=out.parent), asked=str(out), mend=tr("make the folder first")
        )


def _check_source(file: GgufFile, choices: list[Choice], mixture: str) -> list[str]:
    """Warnings. Raises: ModelError."""
    if not file.tensors:
        raise ModelError(tr("{path} holds no tensors", path=file.path), asked=str(file.path))
    shards = file.metadata.get("split.count")
    if isinstance(shards, int) and shards > 1:
        raise ModelError(
            tr("{path} is one of {n} parts of a model", path=file.path, n=shards),
            asked=str(file.path),
            mend=tr("join the parts first, with llama.cpp's llama-gguf-split --merge"),
        )
    changed = [choice for choice in choices if choice.kind != choice.tensor.kind]
    if not changed:
        raise ModelError(
            tr("{path} is in {mixture} already", path=file.path, mixture=mixture.upper()),
            asked=f"--to {mixture}",
            mend=tr("choose another quantisation"),
        )
    kinds = dict.fromkeys(choice.tensor.kind.name for choice in changed)
    poor = [name for name in kinds if name not in _READ]
    if poor:
        raise ModelError(
            tr("{path} is quantised already ({kinds})", path=file.path, kinds=", ".join(poor)),
            asked=f"--to {mixture}",
            found=tr("what was lost then stays lost, and more would be lost now"),
            mend=tr("begin with the model in f32, f16, bf16 or q8_0"),
        )
    if "q8_0" not in kinds:
        return []
    return [
        tr("The source is in Q8_0, so its losses add to the new ones; the same from f16 or bf16 would be a bit better.")
    ]


def _write(
    file: GgufFile,
    part: Path,
    choices: list[Choice],
    mixture: str,
    *,
    threads: int,
    watch: Callable[[int, int], None] | None,
) -> dict[str, _Sum]:
    changed = [
        entry("general.quantization_version", QUANTISATION_VERSION),
        entry("general.file_type", MIXTURES[mixture][0]),
    ]
    names = {item.key for item in changed}
    entries = [*(item for item in file.entries if item.key not in names), *changed]
    rows = [(choice.tensor.name, choice.tensor.shape, choice.kind) for choice in choices]
    total, done = sum(tensor.bytes for tensor in file.tensors), 0
    sums: dict[str, _Sum] = {}
    with ThreadPoolExecutor(threads) as pool:
        for stream, choice in zip(write_gguf(part, entries, rows), choices, strict=True):
            counted = sums.setdefault(choice.part, _Sum())
            for blocks, error, square in _converted(file, choice, pool, threads):
                stream.write(blocks.data)
                counted.error += error
                counted.square += square
            counted.kinds[choice.kind.name] = None
            counted.tensors += 1
            counted.bytes += choice.kind.size(choice.tensor.weights)
            counted.weights += choice.tensor.weights
            done += choice.tensor.bytes
            if watch is not None:
                watch(done, total)
    with part.open("rb+") as written:
        os.fsync(written.fileno())
    return sums


def _converted(
    file: GgufFile, choice: Choice, pool: ThreadPoolExecutor, threads: int
) -> Iterator[tuple[Bytes, float, float]]:
    """A tensor's new bytes piece by piece, each with the sums of its squared errors and of its squared weights."""
    tensor = choice.tensor
    data = file.data(tensor)
    rows = max(1, _AT_ONCE // tensor.row)
    step = tensor.kind.size(rows * tensor.row)

    def convert(begin: int) -> tuple[Bytes, float, float]:
        old = data[begin : begin + step]
        if choice.kind == tensor.kind and tensor.kind.name not in _READ:
            return old, 0.0, 0.0
        weights = to_floats(old, tensor.kind)
        wide = weights.astype(np.float64)
        if choice.kind == tensor.kind:
            return old, 0.0, float(np.sum(wide**2))
        if not np.isfinite(weights).all():
            raise ModelError(
                tr("tensor {name} holds weights that are no numbers", name=tensor.name),
                asked=str(file.path),
                mend=tr("fetch or convert the file again"),
            )
        made = from_floats(weights.reshape(-1, tensor.row), choice.kind)
        again = to_floats(made, choice.kind)
        if not np.isfinite(again).all():
            raise ModelError(
                tr("tensor {name} holds weights beyond the range of {kind}", name=tensor.name, kind=choice.kind.name),
                asked=str(file.path),
                mend=tr("use bf16"),
            )
        return made, float(np.sum((again - wide) ** 2)), float(np.sum(wide**2))

    begins = range(0, len(data), step)
    for first in range(0, len(begins), threads):  # not all at once: a large tensor is several times its size in memory
        yield from pool.map(convert, begins[first : first + threads])


def _loss(part: str, total: _Sum) -> PartLoss:
    return PartLoss(
        part,
        tuple(total.kinds),
        total.tensors,
        total.bytes,
        total.error / total.weights,
        total.error / total.square if total.square else 0.0,
    )
