"""Sizes as people write and read them."""

from __future__ import annotations

import re

from feinschliff.i18n import language

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30

_UNITS = {
    "b": 1, "kib": KIB, "mib": MIB, "gib": GIB, "tib": GIB << 10,
    "k": KIB, "m": MIB, "g": GIB, "t": GIB << 10,
    "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12,
}  # fmt: skip
_LARGE = (("TiB", GIB << 10), ("GiB", GIB), ("MiB", MIB), ("KiB", KIB))
_COUNTS = {"k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12}


def parse_size(text: str) -> int | None:
    """Bytes of "24GiB", "24 GB", "512M", "24g"; None for what is no size."""
    found = re.fullmatch(r"\s*(\d+(?:[.,]\d+)?)\s*([a-z]+)\s*", text.lower())
    if found is None or found[2] not in _UNITS:
        return None
    return round(float(found[1].replace(",", ".")) * _UNITS[found[2]])


def parse_count(text: str) -> int | None:
    """A number of parameters: "8B", "0.5b", "350M", "8000000000"; None for what is none."""
    found = re.fullmatch(r"\s*(\d+(?:[.,]\d+)?)\s*([kmbt]?)\s*", text.lower())
    if found is None:
        return None
    return round(float(found[1].replace(",", ".")) * _COUNTS.get(found[2], 1)) or None


def size_text(count: float) -> str:
    """`640 B`, `3.7 MiB`, `4.58 GiB`: at least three digits, in the user's decimal sign."""
    large = next(((unit, size) for unit, size in _LARGE if abs(count) >= size), None)
    if large is None:
        return f"{count:.0f} B"
    unit, size = large
    value = count / size
    text = f"{value:.{2 if value < 9.995 else 1 if value < 99.95 else 0}f}"
    return f"{text.replace('.', ',') if language() == 'de' else text} {unit}"


def count_text(count: float) -> str:
    """`3.64 M`, `8.03 B` (billions): numbers of parameters."""
    for unit, size in (("T", 1e12), ("B", 1e9), ("M", 1e6), ("K", 1e3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return str(int(count))
