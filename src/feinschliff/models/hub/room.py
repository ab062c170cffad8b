"""Whether a model that is not here yet would run here: by its size, and the shape that models of its size have.

`fein models fit FILE` reckons with the model's own shape once it has come.
"""

from __future__ import annotations

from dataclasses import replace

from feinschliff.models.file_types import quantisation_in
from feinschliff.models.fit import Fit, fit, scaled, typical_candidate
from feinschliff.models.hardware import Machine
from feinschliff.models.hub.variants import RemoteModel, Variant
from feinschliff.models.plan import Plan
from feinschliff.models.quants import BITS

_WHOLE_BITS = 16.0


def room_for(model: RemoteModel, variant: Variant, machine: Machine) -> Fit:
    """How the variant would fit this machine, with the usual context of one slot."""
    quant = (quantisation_in(variant.name) or "").lower()
    quant = quant if quant in BITS else "f16"
    parameters = model.parameters or max(1, round(8 * variant.bytes / BITS.get(quant, _WHOLE_BITS)))
    like = typical_candidate(parameters, quant)
    candidate = replace(like, weights=scaled(like.weights, variant.bytes))
    card = max(machine.gpus, key=lambda gpu: gpu.room_bytes, default=None)
    return fit(candidate, Plan(candidate.default_context()), gpu=card, room=machine.room_bytes)
