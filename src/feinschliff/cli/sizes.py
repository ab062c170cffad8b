"""Sizes of files for people."""

from __future__ import annotations


def size(count: float) -> str:
    """Bytes in the largest unit of which there is at least one, as 4.6 GiB."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if abs(count) < 1024:
            return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"
