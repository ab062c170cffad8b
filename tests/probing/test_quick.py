"""The probe of a small run, and servers that refuse with a 500: few requests, each of them once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.generation import Budget, Caps, Payer
from feinschliff.parameters.space import make_space
from feinschliff.probing import Finding, probe, probe_space, requests_for
from feinschliff.store import open_store
from tests.fakes.sampling.backends import COMMON, MODEL
from tests.fakes.sampling.language import LanguageModel
from tests.fakes.sampling.quirks import Manners, Quirk
from tests.fakes.sampling.server import SamplingServer

SEARCHED = {
    "temperature": (0.0, 1.5),
    "top_p": (0.1, 1.0),
    "top_k": (1, 30),
    "frequency_penalty": (0.0, 1.0),
    "repeat_penalty": (1.0, 1.3),
    "prompt": "p",
}


def serving(fields: Mapping[str, Quirk], manners: Manners | None = None) -> SamplingServer:
    return SamplingServer(models=(MODEL,), language=LanguageModel(), fields=fields, manners=manners or Manners())


def searched(folder: Path, server: SamplingServer, most: int) -> dict[str, Finding]:
    with server, HttpEndpoint(server.url) as endpoint, open_store(str(folder / "s.db")) as store:
        payer = Payer(endpoint, MODEL, store, Budget(Caps()), "r")
        found, answers = probe_space(make_space(SEARCHED), payer, dialect="unknown", most=most)
        assert server.counts["POST"] == len(answers) <= most
    return found


def test_six_requests_tell_deaf_knobs_from_those_that_act(tmp_path: Path) -> None:
    without = {name: quirk for name, quirk in COMMON.items() if name not in ("top_p", "frequency_penalty")}
    found = searched(tmp_path, serving({**without, "top_k": Quirk("top_k", "int")}), requests_for(60))
    assert {name: finding.status for name, finding in found.items()} == {
        "temperature": "honoured",
        "top_p": "inert",
        "top_k": "honoured",
        "frequency_penalty": "inert",
        "repeat_penalty": "inert",
    }


def test_where_every_knob_is_deaf_another_seed_tells_that_texts_can_change(tmp_path: Path) -> None:
    deaf = {name: COMMON[name] for name in ("seed", "max_tokens")}
    found = searched(tmp_path, serving(deaf), 7)
    assert {finding.status for finding in found.values()} == {"inert"}


@pytest.mark.parametrize("manners", [Manners(seeded=False), Manners(random=False, seeded=False)])
def test_few_requests_never_honour_what_is_deaf(manners: Manners, tmp_path: Path) -> None:
    found = searched(tmp_path, serving({"max_tokens": COMMON["max_tokens"]}, manners), 7)
    assert not {finding.status for finding in found.values()} & {"honoured", "clamped"}


def test_what_nothing_was_asked_about_is_told_apart(tmp_path: Path) -> None:
    found = searched(tmp_path, serving(COMMON), 2)
    assert {(finding.status, finding.tested) for finding in found.values()} == {("unknown", False)}


@pytest.mark.parametrize("names", [True, False])
def test_a_500_that_stays_the_same_is_a_refusal(names: bool, tmp_path: Path) -> None:
    server = serving(COMMON, Manners(unknown="rejected", status=500, names=names))
    with server, HttpEndpoint(server.url) as endpoint, open_store(str(tmp_path / "s.db")) as store:
        payer = Payer(endpoint, MODEL, store, Budget(Caps()), "r")
        result = probe(payer, dialect="unknown", names=["temperature", "top_k", "top_p"])
        assert server.counts["POST"] <= 22
    assert result.knobs["top_k"].status == "rejected"
    assert result.knobs["top_p"].status == "honoured"


def knobs_of(folder: Path, names: tuple[str, ...], **fields: Quirk) -> dict[str, Finding]:
    with (
        serving({**COMMON, **fields}) as server,
        HttpEndpoint(server.url) as endpoint,
        open_store(str(folder / "s.db")) as store,
    ):
        return dict(probe(Payer(endpoint, MODEL, store, Budget(Caps()), "r"), dialect="unknown", names=names).knobs)


def test_a_limit_is_judged_by_itself_and_not_by_the_other_one(tmp_path: Path) -> None:
    limit = replace(COMMON["max_tokens"], low=1, high=16, outside="clamp")
    found = knobs_of(tmp_path, ("max_completion_tokens",), max_completion_tokens=limit)["max_completion_tokens"]
    assert (found.status, found.high) == ("clamped", 16)


@pytest.mark.parametrize(("high", "status"), [(5, "clamped"), (20, "honoured")])
def test_twenty_candidates_are_asked_for(high: int, status: str, tmp_path: Path) -> None:
    most = Quirk("top_logprobs", "int", low=0, high=high, outside="clamp")
    both = {"logprobs": Quirk("logprobs", "bool"), "top_logprobs": most}
    assert knobs_of(tmp_path, ("top_logprobs",), **both)["top_logprobs"].status == status
