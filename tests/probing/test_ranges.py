"""Ranges that values are moved into: found where they are, with few requests, and not where they are not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.generation import Budget, Caps, Payer
from feinschliff.probing import ProbeResult, probe
from feinschliff.store import open_store
from tests.fakes.sampling.backends import COMMON, MODEL
from tests.fakes.sampling.language import LanguageModel
from tests.fakes.sampling.quirks import Manners, Quirk
from tests.fakes.sampling.server import SamplingServer

FIELDS: Mapping[str, Quirk] = {
    **COMMON,
    "repeat_penalty": Quirk("repetition_penalty"),
    "top_k": Quirk("top_k", "int"),
    "min_p": Quirk("min_p"),
}
PENALTIES = ("frequency_penalty", "presence_penalty", "repeat_penalty")


def probed(
    folder: Path, names: tuple[str, ...], manners: Manners | None = None, **ranges: tuple[float, float]
) -> ProbeResult:
    """The probe of a server that honours all fields but moves some into ranges."""
    clamped = {n: replace(FIELDS[n], low=low, high=high, outside="clamp") for n, (low, high) in ranges.items()}
    server = SamplingServer(
        models=(MODEL,), language=LanguageModel(), fields={**FIELDS, **clamped}, manners=manners or Manners()
    )
    with server, HttpEndpoint(server.url) as endpoint, open_store(str(folder / "s.db")) as store:
        return probe(Payer(endpoint, MODEL, store, Budget(Caps()), "r"), dialect="unknown", names=names)


def statuses(result: ProbeResult) -> dict[str, str]:
    return {name: finding.status for name, finding in result.knobs.items()}


@pytest.mark.parametrize("seeded", [True, False])
def test_a_penalty_without_a_range_is_honoured(seeded: bool, tmp_path: Path) -> None:
    result = probed(tmp_path, PENALTIES, Manners(seeded=seeded))
    assert statuses(result) == dict.fromkeys(PENALTIES, "honoured")


@pytest.mark.parametrize("seeded", [True, False])
@pytest.mark.parametrize(("added", "multiplied"), [((-2, 2), (0.5, 2)), ((0, 2), (1, 1.5))])
def test_the_range_of_a_penalty_is_found(
    added: tuple[float, float], multiplied: tuple[float, float], seeded: bool, tmp_path: Path
) -> None:
    ranges = {"frequency_penalty": added, "presence_penalty": added, "repeat_penalty": multiplied}
    result = probed(tmp_path, PENALTIES, Manners(seeded=seeded), **ranges)
    assert statuses(result) == dict.fromkeys(PENALTIES, "clamped")


def test_a_range_that_ends_at_the_neutral_value_is_named(tmp_path: Path) -> None:
    result = probed(tmp_path, PENALTIES, frequency_penalty=(0, 2), repeat_penalty=(1, 1.5))
    assert (result.knobs["frequency_penalty"].low, result.knobs["repeat_penalty"].low) == (0.0, 1.0)


def test_a_range_that_ends_where_the_server_cuts_by_itself_is_found(tmp_path: Path) -> None:
    manners = Manners(defaults={"top_k": 40, "top_p": 0.9})
    names = ("top_k", "top_p", "min_p")
    free = probed(tmp_path, names, manners)
    assert statuses(free) == dict.fromkeys(names, "honoured")
    (tmp_path / "moved").mkdir()
    moved = probed(tmp_path / "moved", names, manners, top_k=(1, 40), top_p=(0, 0.9), min_p=(0.05, 1))
    assert statuses(moved) == dict.fromkeys(names, "clamped")
