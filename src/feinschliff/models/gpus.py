"""Graphics cards: those of the table beside this file, by name, and those of a plain size."""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from feinschliff.errors import InputError
from feinschliff.i18n import tr
from feinschliff.models.sizes import GIB, parse_size

_TABLE = Path(__file__).parent / "gpus.toml"
_LARGE_APPLE = 36 * GIB
"""Up to here macOS lends two thirds of the memory to the graphics, above three quarters."""


@dataclass(frozen=True)
class Gpu:
    """One card."""

    name: str
    memory_bytes: int
    bandwidth: float | None
    """Bytes per second at which its memory is read; None where it is not known."""
    free_bytes: int | None = None
    """None: nothing is known to be taken."""
    shared: bool = False
    """Whether its memory is the main memory."""
    source: str | None = None
    """Where the figures are from."""

    @property
    def room_bytes(self) -> int:
        """What a model can take: what is free, and of shared memory the part that the system lends."""
        room = self.memory_bytes if self.free_bytes is None else self.free_bytes
        if self.shared:
            room = room * 2 // 3 if self.memory_bytes <= _LARGE_APPLE else room * 3 // 4
        return room


@dataclass(frozen=True)
class _Card:
    name: str
    sizes: tuple[int, ...]
    bandwidth: float
    shared: bool
    source: str


def gpu_names() -> list[str]:
    """All names of the table."""
    return [card.name for card in _cards()]


def parse_gpu(text: str) -> Gpu:
    """A card by its name ("RTX 4090", "M2 Max 64GB"), or one of a size ("24GiB") whose speed is not known.

    Raises: InputError for a name that the table does not have.
    """
    size = parse_size(re.sub(r"(?i)gb\s*$", "GiB", text))  # a card "of 24 GB" has 24 GiB
    if size is not None:
        return Gpu(text.strip(), size, None)
    known = find_gpu(text)
    if known is None:
        raise InputError(
            tr("no graphics card '{name}' is known", name=text),
            asked=f"--gpu {text}",
            found=", ".join(gpu_names()),
            mend=tr("give one of these, or the size of its memory, as --gpu 24GiB, or --gpu none"),
        )
    return known


def find_gpu(text: str) -> Gpu | None:
    """The card that a name means, as a person or a driver writes it; the longest name that is in it counts.

    Where a card is sold with several sizes, a size in the text chooses one ("A100 80GB"), else it is the smallest.
    """
    words = _plain(text)
    if "laptop" in words or "max q" in words:
        return None  # slower ones of the same name
    found = [card for card in _cards() if re.search(rf"(?<!\w){re.escape(_plain(card.name))}(?!\w)", words)]
    if not found:
        return None
    card = max(found, key=lambda card: len(card.name))
    sizes = {int(n) for n in re.findall(r"(\d+) ?gi?b", words)}
    told = next((size for size in card.sizes if size in sizes), None)
    shown = card.name if told is None or str(told) in card.name else f"{card.name} {told}GB"
    return Gpu(shown, (told or card.sizes[0]) * GIB, card.bandwidth * 1e9, shared=card.shared, source=card.source)


def apple_gpu(name: str, memory_bytes: int) -> Gpu:
    """The graphics of an Apple chip with so much memory."""
    known = find_gpu(name)
    if known is None:
        return Gpu(name, memory_bytes, None, shared=True)
    return replace(known, name=name, memory_bytes=memory_bytes)


def _plain(text: str) -> str:
    spaced = re.sub(r"[-_,]", " ", text.lower())
    spaced = re.sub(r"\b(nvidia|geforce|apple|tesla|graphics|gpu|sxm\d?)\b", " ", spaced)
    spaced = re.sub(r"\b(rtx|gtx)(\d)", r"\1 \2", spaced)
    spaced = re.sub(r"(\d)(ti|super)\b", r"\1 \2", spaced)
    return " ".join(spaced.split())


@functools.cache
def _cards() -> tuple[_Card, ...]:
    parts = tomllib.loads(_TABLE.read_text(encoding="utf-8"))["part"]
    return tuple(
        _Card(name, tuple(sizes), rate, bool(part.get("shared")), part["source"])
        for part in parts
        for name, sizes, rate in part["cards"]
    )
