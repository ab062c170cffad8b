"""Servers that never repeat an answer: log-probabilities, or an answer next to temperature 0, show what acts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.generation import Budget, Caps, Payer
from feinschliff.probing import FULL_REQUESTS, probe
from feinschliff.store import open_store
from tests.fakes.sampling.backends import COMMON, MODEL
from tests.fakes.sampling.language import LanguageModel
from tests.fakes.sampling.quirks import Manners, Quirk
from tests.fakes.sampling.server import SamplingServer

FIELDS = {
    **COMMON,
    "top_k": Quirk("top_k", "int"),
    "min_p": Quirk("min_p"),
    "xtc_probability": Quirk("xtc_probability"),
    "dynatemp_range": Quirk("dynatemp_range"),
    "logprobs": Quirk("logprobs", "bool"),
    "top_logprobs": Quirk("top_logprobs", "int"),
}
NAMES = ("temperature", "top_k", "top_p", "min_p", "xtc_probability", "dynatemp_range")


def found(folder: Path, kind: Literal["raw", "processed"] | None, fields: dict[str, Quirk]) -> dict[str, str]:
    manners = Manners(seeded=False, logprobs=kind)
    server = SamplingServer(models=(MODEL,), language=LanguageModel(), fields=fields, manners=manners)
    with server, HttpEndpoint(server.url) as endpoint, open_store(str(folder / "s.db")) as store:
        result = probe(Payer(endpoint, MODEL, store, Budget(Caps()), "r"), dialect="unknown", names=NAMES)
        assert server.counts["POST"] == result.requests <= FULL_REQUESTS
    return {name: finding.status for name, finding in result.knobs.items()}


@pytest.mark.parametrize("kind", ["raw", "processed"])
def test_log_probabilities_show_what_acts_and_what_does_not(tmp_path: Path, kind: Literal["raw", "processed"]) -> None:
    fields = {name: quirk for name, quirk in FIELDS.items() if name not in ("min_p", "xtc_probability")}
    acting = dict.fromkeys(("temperature", "top_k", "top_p", "dynatemp_range"), "honoured")
    assert found(tmp_path, kind, fields) == {**acting, "min_p": "inert", "xtc_probability": "inert"}


@pytest.mark.parametrize(
    ("kind", "name", "low", "high"),
    [
        ("raw", "top_p", 0.3, 1),
        ("raw", "top_k", 1, 20),
        ("processed", "temperature", 0.4, 5),
        ("processed", "min_p", 0, 0.3),
    ],
)
def test_log_probabilities_show_a_range(
    tmp_path: Path, kind: Literal["raw", "processed"], name: str, low: float, high: float
) -> None:
    clamped = {name: replace(FIELDS[name], low=low, high=high, outside="clamp")}
    assert found(tmp_path, kind, {**FIELDS, **clamped})[name] == "clamped"


@pytest.mark.parametrize("acts", [True, False])
def test_without_them_an_answer_next_to_temperature_0_shows_whether_the_rare_ones_act(
    tmp_path: Path, acts: bool
) -> None:
    rare = ("xtc_probability", "dynatemp_range")
    fields = FIELDS if acts else {name: quirk for name, quirk in FIELDS.items() if name not in rare}
    statuses = found(tmp_path, None, fields)
    assert {statuses[name] for name in rare} == {"honoured" if acts else "inert"}
