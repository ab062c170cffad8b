"""What the answers of earlier probes tell, without asking anything."""

from __future__ import annotations

from collections.abc import Sequence

from feinschliff.generation import Payer
from feinschliff.parameters.dialects import Dialect
from feinschliff.probing.controls import find_controls
from feinschliff.probing.finding import Finding
from feinschliff.probing.lab import Lab
from feinschliff.probing.probe import FULL_REQUESTS, find, full_names


def recall(payer: Payer, names: Sequence[str], *, dialect: Dialect) -> dict[str, Finding]:
    """Findings of these knobs, where the store holds the answers that tell; `payer` must be one that asks nothing.

    A probe asks about several knobs at once, so the same ones are needed for the same requests: those of a full probe
    first, then each alone, as a probe of a few knobs and the one before a search have it.
    """
    found: dict[str, Finding] = {}
    for several, bounds in [(full_names(), True), *(([name], bounds) for name in names for bounds in (True, False))]:
        left = [name for name in several if name in names and name not in found]
        if left:
            made = _replayed(payer, several, dialect=dialect, bounds=bounds)
            if made is None:
                break
            found |= {name: made[name] for name in left if made[name].status != "unknown"}
    return found


def _replayed(payer: Payer, names: Sequence[str], *, dialect: Dialect, bounds: bool) -> dict[str, Finding] | None:
    """None where there has been no probe."""
    lab = Lab(payer, dialect=dialect, most=FULL_REQUESTS, attempts=1)
    controls = find_controls(lab)
    return None if controls is None else find(lab, controls, names, bounds=bounds)
