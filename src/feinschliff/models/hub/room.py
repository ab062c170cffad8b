"""Whether a model that is not here yet would run here, by its size alone: its shape is known once it has come.

`fein models fit FILE` reckons exactly; before a download this is enough to choose among the variants of one model.
"""

from __future__ import annotations

from typing import Literal

from feinschliff.models.hardware import Machine

Room = Literal["graphics card", "memory", "tight", "no", "unknown"]
"""Fits on a graphics card, fits into main memory, may fit with a short context, does not fit."""

_CONTEXT_SHARE = 0.15
_BESIDE_BYTES = 1 << 29
"""Caches, buffers and the program itself: so much of the weights, and so much whatever the model."""


def room_for(size: int, machine: Machine) -> Room:
    """Where weights of so many bytes would have room, with a context of some thousand tokens."""
    wanted = size * (1 + _CONTEXT_SHARE) + _BESIDE_BYTES
    if any(wanted <= gpu.room_bytes for gpu in machine.gpus):
        return "graphics card"
    room = machine.room_bytes
    if room is None:
        return "unknown"
    return "memory" if wanted <= room else "tight" if size <= room else "no"
