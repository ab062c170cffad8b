"""How fast answers come: for each token the weights that it goes through, and the cache, are read once.

    tokens per second <= memory bandwidth / bytes read per token

is the ceiling. The range below it adds what engines need beside the reading, as measured (benchmarks/speed): processors
multiply some 15 to 100 billion weights a second with each thread, whatever their format, and cards lose time at every
layer, which slows the fastest ones most.
"""

from __future__ import annotations

from dataclasses import dataclass

from feinschliff.models.place import Placement

_MAIN_SLOW = 0.7
"""Least part of the measured bandwidth of main memory that counts."""
_WEIGHTS_SLOW, _WEIGHTS_QUICK = 15e9, 100e9
"""Weights that one thread multiplies in a second: x86-64 with AVX2, from small models to large."""
_ANSWERING_S = 0.5e-3
"""Most that a token takes beside the model: sampling, and the server."""
_CARD_SLOW, _CARD_QUICK = 0.55, 0.9
"""Part of a card's bandwidth, by its maker, that is reached."""
_CARD_LAYER_S = 0.15e-3
"""Most that a layer takes on a card beside the reading."""


@dataclass(frozen=True)
class Speed:
    """Tokens per second of one answer, on a machine with nothing else to do."""

    ceiling: float
    """What the memory's bandwidth allows, with an empty context."""
    low: float
    """With the context full."""
    high: float
    """With the context empty."""
    card_bandwidth: float | None
    main_bandwidth: float | None


def speed_of(
    placement: Placement,
    kv_per_slot: int,
    *,
    card_bandwidth: float | None,
    main_bandwidth: float | None,
    bits: float = 16.0,
    threads: int = 1,
) -> Speed | None:
    """What to expect; None where a bandwidth that matters is not known.

    Args:
        kv_per_slot: bytes of cache of one slot, all of which an answer at its end reads.
        card_bandwidth, main_bandwidth: bytes per second; the latter as `threads` read together.
        bits: of a weight, on average.
        threads: of the processors that compute.
    """
    empty = _seconds(placement, 0, card_bandwidth, main_bandwidth)
    full = _seconds(placement, kv_per_slot, card_bandwidth, main_bandwidth)
    if not empty or not full or not sum(empty):
        return None
    (card, main), (card_full, main_full) = empty, full
    weights = placement.main_read * 8 / (bits or 16.0) / max(1, threads)
    layers = placement.on_card if placement.card_read else 0
    slow = card_full / _CARD_SLOW + layers * _CARD_LAYER_S + main_full / _MAIN_SLOW + weights / _WEIGHTS_SLOW
    quick = card / _CARD_QUICK + main + weights / _WEIGHTS_QUICK
    return Speed(1 / (card + main), 1 / (slow + _ANSWERING_S), 1 / quick, card_bandwidth, main_bandwidth)


def _seconds(placement: Placement, kv: int, card: float | None, main: float | None) -> tuple[float, float] | None:
    """Seconds that one token's reading takes: (on the card, in main memory)."""
    part = placement.card_read / ((placement.card_read + placement.main_read) or 1)
    on_card, in_main = placement.card_read + kv * part, placement.main_read + kv * (1 - part)
    if (on_card and not card) or (in_main >= 1 and not main):
        return None
    return (on_card / card if card else 0.0, in_main / main if main and in_main >= 1 else 0.0)
