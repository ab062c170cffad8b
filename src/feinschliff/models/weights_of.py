"""How many bytes a model's weights take, where they lie, and how many of them one token reads."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from feinschliff.endpoints.engine import repacked
from feinschliff.models.gguf_file import GgufFile, Tensor

_EXPERTS = "_exps."


@dataclass(frozen=True)
class Weights:
    """Bytes of a model's tensors."""

    layers: tuple[int, ...]
    """Each layer's, experts included."""
    experts: tuple[int, ...]
    """Of these, the experts'."""
    output: int
    """What makes a token of the last layer's numbers: 0 where the table of tokens serves for that too."""
    tokens: int
    """The table that makes numbers of tokens; it stays in main memory."""
    other: int
    copied: int = 0
    """What main memory holds a second time where nothing is on a graphics card: a repacked copy."""
    parameters: int = 0
    tensors: int = 0
    """How many of them; 0 where that is not known."""

    @property
    def total(self) -> int:
        """Bytes in the file."""
        return sum(self.layers) + self.output + self.tokens + self.other

    def scaled(self, size: int) -> Weights:
        """The same model with so many bytes."""
        by = size / (self.total or 1)
        return replace(
            self,
            layers=tuple(round(n * by) for n in self.layers),
            experts=tuple(round(n * by) for n in self.experts),
            output=round(self.output * by),
            tokens=round(self.tokens * by),
            other=round(self.other * by),
            copied=round(self.copied * by),
        )

    def read_per_token(self, share_of_experts: float) -> int:
        """Bytes that are read for one token; of the table of tokens only a row, unless it is the output too.

        `share_of_experts`: experts that a token goes through / all.
        """
        inactive = sum(self.experts) * (1 - share_of_experts)
        return round(sum(self.layers) - inactive + (self.output or self.tokens) + self.other)


def weights_of(file: GgufFile, layers: int) -> Weights:
    """Add up a GGUF file's tensors, over so many layers."""
    by_layer, experts = [0] * layers, [0] * layers
    output = tokens = other = 0
    table: Tensor | None = None
    for tensor in file.tensors:
        index = _layer(tensor.name)
        if index is not None and index < layers:
            by_layer[index] += tensor.bytes
            experts[index] += tensor.bytes if _EXPERTS in tensor.name else 0
        elif tensor.name == "output.weight":
            output += tensor.bytes
        elif tensor.name == "token_embd.weight":
            table, tokens = tensor, tokens + tensor.bytes
        else:
            other += tensor.bytes
    copied = tokens if table is not None and not output and repacked(table.kind.name) else 0
    parameters = sum(tensor.weights for tensor in file.tensors)
    return Weights(tuple(by_layer), tuple(experts), output, tokens, other, copied, parameters, len(file.tensors))


def folder_weights(tensors: Iterable[tuple[str, int]], layers: int, *, parameters: int) -> Weights:
    """The same for tensors as transformers names them: (name, bytes)."""
    by_layer, experts = [0] * layers, [0] * layers
    output = tokens = other = count = 0
    for name, size in tensors:
        count += 1
        found = re.search(r"\b(?:layers|h|blocks)\.(\d+)\.", name)
        if found is not None and int(found[1]) < layers:
            by_layer[int(found[1])] += size
            experts[int(found[1])] += size if ".experts." in name else 0
        elif "lm_head" in name:
            output += size
        elif "embed_tokens" in name or ".wte." in name:
            tokens += size
        else:
            other += size
    return Weights(tuple(by_layer), tuple(experts), output, tokens, other, 0, parameters, count)


def _layer(name: str) -> int | None:
    pieces = name.split(".")
    return int(pieces[1]) if pieces[0] == "blk" and len(pieces) > 1 and pieces[1].isdigit() else None
