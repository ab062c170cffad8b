"""Whether a model fits a machine, how, and how fast it will be; in ranges and in words, never a bare yes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from feinschliff.endpoints.engine import MOST_CONTEXT
from feinschliff.errors import ModelError
from feinschliff.i18n import tr
from feinschliff.models.files import gguf_in, parts_of
from feinschliff.models.gguf_file import GgufFile, read_gguf
from feinschliff.models.gpus import Gpu
from feinschliff.models.mix import MIXTURES, choose
from feinschliff.models.place import Placement, place
from feinschliff.models.plan import Plan
from feinschliff.models.quants import BITS, COMMON
from feinschliff.models.shape import ModelShape, shape_of
from feinschliff.models.sizes import size_text
from feinschliff.models.typical import typical, typical_shape
from feinschliff.models.typical_weights import typical_weights
from feinschliff.models.weights_of import Weights, folder_weights, weights_of

Verdict = Literal["fits", "fits on the GPU", "fits in part on the GPU", "may fit", "does not fit"]


@dataclass(frozen=True)
class Candidate:
    """A model that is to fit."""

    name: str
    shape: ModelShape
    weights: Weights
    quant: str | None
    """Its quantisation, where one name stands for it."""
    file: GgufFile | None = None
    like: str | None = None
    """The model whose shape stands in for it, where there is no file."""
    active: int | None = None
    """Parameters that a token goes through, where that are told not to be all."""

    @property
    def bits(self) -> float:
        """Bits per weight."""
        return 8 * self.weights.total / self.weights.parameters if self.weights.parameters else 0.0

    def default_context(self) -> int:
        """Tokens of a slot where nobody says how many."""
        return min(self.shape.context or MOST_CONTEXT, MOST_CONTEXT)


@dataclass(frozen=True)
class Fit:
    """What came out."""

    candidate: Candidate
    plan: Plan
    gpu: Gpu | None
    room: int | None
    """Bytes of main memory that are free for it; None where the system does not tell."""
    placement: Placement
    verdict: Verdict

    @property
    def words(self) -> str:
        """The verdict with its numbers: "fits with 20 of 33 layers on the GPU"."""
        if self.verdict == "fits in part on the GPU":
            return f"fits with {self.placement.on_card} of {self.placement.layers} layers on the GPU"
        return self.verdict


def read_candidate(path: Path) -> Candidate:
    """The model in a GGUF file (of all its parts where it is split), or in a folder. Raises: ModelError."""
    found = gguf_in(path)
    if found is None or found.suffix == ".safetensors":
        return _folder_candidate(path)
    path = found
    files = [read_gguf(part) for part in parts_of(path)]
    file = replace(files[0], tensors=tuple(tensor for one in files for tensor in one.tensors))
    shape = shape_of(file)
    if not shape.layers:
        raise ModelError(
            tr("{path} tells nothing of a model's layers", path=path),
            asked=str(path),
            found=tr("architecture '{name}'", name=file.architecture or "?"),
            mend=tr("give the file of a language model"),
        )
    number = file.metadata.get("general.file_type")
    quant = next((name for name, (told, _) in MIXTURES.items() if told == number), None)
    return Candidate(path.stem, shape, weights_of(file, len(shape.layers)), quant, file)


def _folder_candidate(path: Path) -> Candidate:
    from feinschliff.models.inspect import inspect
    from feinschliff.models.safetensors import read_one, read_safetensors

    told = inspect(path)
    if told.shape is None:
        raise ModelError(
            tr("{path} tells nothing of a model's layers", path=path),
            asked=str(path),
            found=tr("architecture '{name}'", name=told.architecture or "?"),
            mend=tr("give the folder of a language model, with its config.json"),
        )
    tensors = read_safetensors(path) if path.is_dir() else read_one(path)
    sizes = [(tensor.name, tensor.bytes) for tensor in tensors.values()]
    weights = folder_weights(sizes, len(told.shape.layers), parameters=told.parameters)
    return Candidate(path.stem, told.shape, weights, told.quantisation)


def typical_candidate(parameters: int, quant: str, *, active: int | None = None) -> Candidate:
    """A model of so many parameters, shaped like the open model that is nearest to it in size.

    `active`: how many of them a token goes through, of a model with experts.
    """
    model = typical(parameters, active)
    weights = typical_weights(model, parameters, quant, active=active)
    name = f"{parameters / 1e9:g}B" + ("" if active is None else f"-A{active / 1e9:g}B")
    return Candidate(name, typical_shape(model), weights, quant, like=model.like, active=active)


def fit(candidate: Candidate, plan: Plan, *, gpu: Gpu | None, room: int | None) -> Fit:
    """Place a model on a machine. Raises: ModelError where the cache's format does not fit the model."""
    placement = place(candidate.shape, candidate.weights, plan, gpu)
    return Fit(candidate, plan, gpu, room, placement, _verdict(placement, gpu, room))


def quantised(candidate: Candidate) -> Iterable[tuple[str, int]]:
    """(name, bytes of weights) of the common quantisations of a model, the largest first.

    For a file by llama.cpp's own mixtures where they are known, and none that would be larger than the file.
    """
    for name in COMMON:
        bits = BITS[name]
        if candidate.file is not None:
            if bits > candidate.bits * 1.02:
                continue
            if name in MIXTURES:
                yield name, sum(c.kind.size(c.tensor.weights) for c in choose(candidate.file, name))
                continue
        if candidate.like is not None:
            like = typical_candidate(candidate.weights.parameters, name, active=candidate.active)
            yield name, like.weights.total
        else:
            yield name, round(candidate.weights.parameters * bits / 8)


def fit_quantised(found: Fit) -> list[tuple[str, int, Fit]]:
    """The same model at the common quantisations: (name, bytes of weights, how it fits)."""
    rows = []
    for name, size in quantised(found.candidate):
        smaller = replace(found.candidate, weights=scaled(found.candidate.weights, size), quant=name)
        rows.append((name, size, fit(smaller, found.plan, gpu=found.gpu, room=found.room)))
    return rows


def sentence(found: Fit) -> str:
    """The verdict in one sentence, with what is needed and what is there."""
    p = found.placement
    main = size_range(p.main_low, p.main_high)
    there = tr("unknown") if found.room is None else size_text(found.room)
    card = "" if found.gpu is None else found.gpu.name
    room = size_text(found.gpu.room_bytes) if found.gpu else ""
    if found.verdict == "fits on the GPU":
        return tr(
            "fits on the GPU with all {n} layers: needs {need}, and {card} has {room}",
            n=p.layers, need=size_range(p.card_low, p.card_high), card=card, room=room,
        )  # fmt: skip
    if found.verdict == "fits in part on the GPU":
        return tr(
            "fits with {n} of {all} layers on the GPU: {need} on {card} ({room}), and {main} of {there} main memory",
            n=p.on_card, all=p.layers, need=size_range(p.card_low, p.card_high), card=card, room=room,
            main=main, there=there,
        )  # fmt: skip
    if found.verdict == "fits":
        if found.gpu is not None:
            return tr(
                "fits in main memory only, with no layer on {card}: needs {main}, has {there}",
                card=card, main=main, there=there,
            )  # fmt: skip
        return tr("fits: needs {main} of main memory, has {there}", main=main, there=there)
    if found.verdict == "may fit":
        return tr("may fit: needs {main} of main memory, has {there}", main=main, there=there)
    if found.gpu is not None:
        return tr(
            "does not fit: all layers need {need} on the GPU, {card} has {room}; the rest needs {main} of main memory, "
            "has {there}",
            need=size_range(p.all_low, p.all_high), card=card, room=room, main=main, there=there,
        )  # fmt: skip
    return tr("does not fit: needs {main} of main memory, has {there}", main=main, there=there)


def size_range(low: int, high: int) -> str:
    """`4.9 to 5.6 GiB`, as two sizes."""
    return tr("{low} to {high}", low=size_text(low), high=size_text(high))


def _verdict(placement: Placement, gpu: Gpu | None, room: int | None) -> Verdict:
    if gpu is not None and placement.all_on_card:
        return "fits on the GPU"
    # Memory that card and processors share holds both parts.
    taken_low, taken_high = placement.main_low, placement.main_high
    if gpu is not None and gpu.shared:
        taken_low, taken_high = taken_low + placement.card_low, taken_high + placement.card_high
    if room is not None and taken_low > room:
        return "does not fit"
    if room is None or taken_high > room:
        return "may fit"
    return "fits in part on the GPU" if placement.on_card else "fits"


def scaled(weights: Weights, size: int) -> Weights:
    """The same model with so many bytes of weights."""
    return weights.scaled(size)
