"""How fast answers come: each token reads the weights that it goes through, and the cache, once.

tokens per second <= memory bandwidth / bytes read per token
"""

from __future__ import annotations

from dataclasses import dataclass

from feinschliff.models.place import Placement

_LEAST, _MOST = 0.3, 0.9
"""Part of the bound that engines reach: computing is not free, and caches of the processor help small models."""


@dataclass(frozen=True)
class Speed:
    """Tokens per second of one answer."""

    ceiling: float
    """What the memory's bandwidth allows, with an empty context."""
    low: float
    """With the context full."""
    high: float
    card_bandwidth: float | None
    main_bandwidth: float | None


def speed_of(
    placement: Placement, kv_per_slot: int, *, card_bandwidth: float | None, main_bandwidth: float | None
) -> Speed | None:
    """What to expect; None where a bandwidth that matters is not known.

    Args:
        kv_per_slot: bytes of cache of one slot, all of which an answer at its end reads.
    """
    empty = _seconds(placement, 0, card_bandwidth, main_bandwidth)
    full = _seconds(placement, kv_per_slot, card_bandwidth, main_bandwidth)
    if not empty or not full:
        return None
    return Speed(1 / empty, _LEAST / full, _MOST / empty, card_bandwidth, main_bandwidth)


def _seconds(placement: Placement, kv: int, card: float | None, main: float | None) -> float | None:
    """Seconds that one token's reading takes."""
    part = placement.card_read / ((placement.card_read + placement.main_read) or 1)
    on_card, in_main = placement.card_read + kv * part, placement.main_read + kv * (1 - part)
    if (on_card and not card) or (in_main >= 1 and not main):
        return None
    return (on_card / card if card else 0.0) + (in_main / main if main and in_main >= 1 else 0.0)
