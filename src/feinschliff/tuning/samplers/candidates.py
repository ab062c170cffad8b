"""Candidate settings: a seeded low-discrepancy cover of the space, and steps around what is good so far."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from pydantic import JsonValue

from feinschliff.parameters.space import Choices, Knob, Range, Space
from feinschliff.records import Settings


def cover(space: Space, count: int, *, seed: int) -> list[Settings]:
    """`count` settings spread over the space (scrambled Sobol points)."""
    from scipy.stats import qmc

    if not space.knobs:
        return [space.settings({})]
    sobol = qmc.Sobol(len(space.knobs), scramble=True, rng=np.random.default_rng(seed))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the balance of a power of two is not needed here
        points = sobol.random(count)
    return [space.decode(point) for point in points]


def around(space: Space, centres: Sequence[Settings], count: int, *, seed: int) -> list[Settings]:
    """`count` settings near each centre: every knob moves by a normal step of a tenth of its range, or stays."""
    rng = np.random.default_rng(seed)
    found = []
    for centre in centres:
        for _ in range(count):
            found.append(_step(space, centre, rng))
    return found


def _step(space: Space, centre: Settings, rng: np.random.Generator) -> Settings:
    values: dict[str, JsonValue] = {}
    for name, knob in space.knobs.items():
        value = centre.values.get(name)
        if not space.is_active(name, centre.values):
            values[name] = _anywhere(knob, rng)  # a step of another knob may bring it into force
            continue
        if isinstance(knob, Choices):
            stays = value in knob.values and rng.random() < 0.8
            values[name] = value if stays else knob.values[int(rng.integers(len(knob.values)))]
            continue
        here = knob.unit(float(value)) if isinstance(value, int | float) else 0.5
        values[name] = knob.at(here + (0.1 * rng.standard_normal() if rng.random() < 0.6 else 0.0))
    return space.settings(values)


def _anywhere(knob: Knob, rng: np.random.Generator) -> JsonValue:
    return knob.at(rng.random()) if isinstance(knob, Range) else knob.values[int(rng.integers(len(knob.values)))]
