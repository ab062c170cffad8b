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

_SIZE = re.compile(r"\b(\d+) ?gi?b\b")
_NEAR_TOLD = 0.01
"""How far a size in a name may be from the table's: the H200 is sold as one of 141 GB."""
_NEAR_SHOWN = 0.1
"""The same for what a driver shows."""
_VARIANTS = frozenset(
    ("ti", "super", "d", "nvl", "xt", "gre", "pro", "max", "ultra", "ada", "blackwell", "mobile", "gddr6x")
)
"""Words that make another card of a name."""


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
    return list(dict.fromkeys(card.name for card in _cards()))


def parse_gpu(text: str) -> Gpu:
    """A card by its name ("RTX 4090", "M2 Max 64GB"), or one of a size ("24GiB") whose speed is not known.

    Raises: InputError for a name that the table does not have, or has with other sizes only.
    """
    size = parse_size(re.sub(r"(?i)gb\s*$", "GiB", text))  # a card "of 24 GB" has 24 GiB
    if size is not None:
        return Gpu(text.strip(), size, None)
    known = find_gpu(text)
    if known is not None:
        return known
    rows = _rows_named(text)
    if rows:
        sizes = sorted(size for card in rows for size in card.sizes)
        raise InputError(
            tr("no {card} of that size is known", card=rows[0].name),
            asked=f"--gpu {text}",
            found=", ".join(f"{rows[0].name} {size}GB" for size in sizes),
            mend=tr("give one of these, or the size of its memory, as --gpu 24GiB, or --gpu none"),
        )
    raise InputError(
        tr("no graphics card '{name}' is known", name=text),
        asked=f"--gpu {text}",
        found=", ".join(gpu_names()),
        mend=tr("give one of these, or the size of its memory, as --gpu 24GiB, or --gpu none"),
    )


def find_gpu(text: str, *, memory_bytes: int | None = None) -> Gpu | None:
    """The card that a name means, as a person or a driver writes it; None where the table does not have it.

    Cards of one name may differ in speed by their memory: `memory_bytes` chooses, or a size in the text ("A100 80GB");
    without both it is the first of the table. A size that no card of that name has finds nothing.
    """
    rows = _rows_named(text)
    if not rows:
        return None
    pairs = [(card, size) for card in rows for size in card.sizes]
    told = [float(n) for n in _SIZE.findall(_plain(text))]
    near = _NEAR_TOLD
    if memory_bytes:
        told, near = [memory_bytes / GIB], _NEAR_SHOWN
    if told:
        pairs = [(card, size) for card, size in pairs if any(abs(size - n) <= near * size for n in told)]
    if not pairs:
        return None
    card, size = pairs[0]
    several = len(rows) > 1 or len(card.sizes) > 1
    shown = f"{card.name} {size}GB" if told and several else card.name
    return Gpu(shown, size * GIB, card.bandwidth * 1e9, shared=card.shared, source=card.source)


def apple_gpu(name: str, memory_bytes: int) -> Gpu:
    """The graphics of an Apple chip with so much memory."""
    known = find_gpu(name, memory_bytes=memory_bytes)
    if known is None:
        return Gpu(name, memory_bytes, None, shared=True)
    return replace(known, name=name, memory_bytes=memory_bytes)


def _rows_named(text: str) -> list[_Card]:
    """The rows of the card that a text names: of the longest name in it, and of no other variant's."""
    words = " ".join(_SIZE.sub(" ", _plain(text)).split())
    if "laptop" in words or "max q" in words:
        return []  # slower ones of the same name
    found = [card for card in _cards() if re.search(rf"(?<!\w){re.escape(_plain(card.name))}(?!\w)", words)]
    if not found:
        return []
    name = max((card.name for card in found), key=len)
    rest = words.replace(_plain(name), " ", 1).split()
    return [] if _VARIANTS.intersection(rest) else [card for card in found if card.name == name]


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
