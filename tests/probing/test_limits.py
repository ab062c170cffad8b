"""The ends of what is searched, before a search: refused or moved ones narrow it, all within twelve requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.generation import Budget, Caps, Payer
from feinschliff.parameters.dialects import Dialect
from feinschliff.parameters.space import make_space, named_space
from feinschliff.probing import SPACE_REQUESTS, Finding, probe_space
from feinschliff.store import open_store
from tests.fakes.sampling import backends
from tests.fakes.sampling.backends import COMMON, MODEL
from tests.fakes.sampling.language import LanguageModel
from tests.fakes.sampling.quirks import Manners, Quirk
from tests.fakes.sampling.server import SamplingServer

Make = Callable[[], SamplingServer]


def server_with(manners: Manners | None = None, **fields: Quirk) -> Make:
    """A server that takes the common fields, these in their own way."""
    kept = {**COMMON, **fields}
    return lambda: SamplingServer(models=(MODEL,), language=LanguageModel(), fields=kept, manners=manners or Manners())


def rejects(low: float | None, high: float | None, sets: str = "temperature", kind: Any = "number") -> Quirk:
    return Quirk(sets, kind, low=low, high=high, outside="reject")


def probed(
    make: Make, folder: Path, space: Mapping[str, object], *, dialect: Dialect = "unknown", most: int = SPACE_REQUESTS
) -> dict[str, Finding]:
    """The findings; a second probe of the same model and version asks nothing."""
    with make() as server, HttpEndpoint(server.url) as endpoint, open_store(str(folder / "s.db")) as store:
        found = []
        for run, asked in (("first", True), ("second", False)):
            payer = Payer(endpoint, MODEL, store, Budget(Caps()), run)
            before = server.counts["POST"]
            findings, answers = probe_space(make_space(space), payer, dialect=dialect, most=most)
            assert len(answers) <= most
            assert store.spent(run).requests == server.counts["POST"] - before == (len(answers) if asked else 0)
            found.append(findings)
        assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize("dialect", ["lmstudio", "unknown"])
def test_a_refused_end_is_found_with_what_is_taken_instead(dialect: Dialect, tmp_path: Path) -> None:
    found = probed(backends.lm_studio, tmp_path, named_space("default"), dialect=dialect)
    assert (found["temperature"].status, found["temperature"].low, found["temperature"].high) == ("honoured", None, 1)
    assert "temperature=1.5 is refused" in found["temperature"].evidence
    assert "must be in [0, 1]" in found["temperature"].evidence
    others = [finding for name, finding in found.items() if name != "temperature"]
    assert all(f.status == "honoured" and f.low is None and f.high is None for f in others)


def test_what_the_server_takes_counts_for_more_than_the_catalogue(tmp_path: Path) -> None:
    found = probed(server_with(), tmp_path, named_space("default"), dialect="lmstudio")
    assert (found["temperature"].status, found["temperature"].high) == ("honoured", None)


@pytest.mark.parametrize("make", [backends.openai_chat, backends.vllm, backends.ollama, backends.openrouter])
@pytest.mark.parametrize("name", ["default", "classic"])
def test_a_server_that_takes_all_narrows_nothing(make: Make, name: str, tmp_path: Path) -> None:
    found = probed(make, tmp_path, named_space(name))
    assert all(finding.low is None and finding.high is None for finding in found.values())
    assert "unknown" not in {finding.status for finding in found.values()}


def test_ends_of_several_knobs_are_told_apart_where_they_are_refused(tmp_path: Path) -> None:
    make = server_with(
        temperature=rejects(0, 1),
        frequency_penalty=rejects(0, 2, "frequency_penalty"),
        top_k=rejects(0, 50, "top_k", "int"),
    )
    space = {
        "temperature": (0, 1.5),
        "frequency_penalty": (-1.0, 1.0),
        "presence_penalty": (-1.0, 1.0),
        "top_k": (1, 90),
    }
    found = probed(make, tmp_path, space)
    assert (found["temperature"].low, found["temperature"].high) == (None, 1)
    assert (found["frequency_penalty"].low, found["frequency_penalty"].high) == (0, None)
    assert (found["presence_penalty"].low, found["presence_penalty"].high) == (None, None)
    assert (found["top_k"].low, found["top_k"].high) == (None, 45)  # the middle of what would be lost


def test_refusals_without_a_name_are_told_apart_too(tmp_path: Path) -> None:
    make = server_with(Manners(names=False), frequency_penalty=rejects(0, 2, "frequency_penalty"))
    space = {"frequency_penalty": (-1.0, 1.0), "presence_penalty": (-1.0, 1.0)}
    found = probed(make, tmp_path, space)
    assert (found["frequency_penalty"].low, found["presence_penalty"].low) == (0, None)


def test_moved_temperatures_are_seen_where_a_seed_repeats(tmp_path: Path) -> None:
    moved = Quirk("temperature", low=0, high=1, outside="clamp")
    found = probed(server_with(temperature=moved), tmp_path, named_space("default"))
    assert (found["temperature"].status, found["temperature"].high) == ("clamped", 1)
    assert "the same text" in found["temperature"].evidence


def test_and_are_known_of_the_backend_where_none_does(tmp_path: Path) -> None:
    found = probed(backends.anthropic, tmp_path, named_space("default"), dialect="anthropic")
    assert (found["temperature"].status, found["temperature"].high) == ("clamped", 1)
    assert (found["frequency_penalty"].status, found["presence_penalty"].status) == ("inert", "inert")


def test_a_limit_that_was_not_asked_for_is_the_catalogues(tmp_path: Path) -> None:
    found = probed(backends.lm_studio, tmp_path, {"temperature": (0, 1.5)}, dialect="lmstudio", most=2)
    assert found["temperature"].high == 1
    assert "was not asked for" in found["temperature"].evidence


def test_the_echo_tells_where_an_end_was_moved_to_and_a_refused_one_is_asked_for_apart(tmp_path: Path) -> None:
    space = {"top_k": (1, 50), "repeat_last_n": (-1, 64), "extra.mirostat": (0, 7)}
    found = probed(backends.llama_cpp, tmp_path, space, dialect="llama.cpp")
    assert (found["repeat_last_n"].status, found["repeat_last_n"].low, found["repeat_last_n"].high) == (
        "honoured",
        0,
        None,
    )
    assert (found["extra.mirostat"].status, found["extra.mirostat"].high) == ("clamped", 2)
    assert (found["top_k"].low, found["top_k"].high) == (None, None)


def test_choices_have_ends_as_well(tmp_path: Path) -> None:
    found = probed(backends.lm_studio, tmp_path, {"temperature": [0.2, 1.4, 0.7]}, dialect="lmstudio")
    assert found["temperature"].high == 1


def test_a_value_that_does_nothing_and_zero_can_be_refused_as_well(tmp_path: Path) -> None:
    top_k = Quirk("top_k", "int")
    make = server_with(temperature=rejects(0.01, 2), top_p=rejects(0, 0.95, "top_p"), top_k=top_k)
    found = probed(make, tmp_path, {"temperature": (0.0, 1.5), "top_p": (0.1, 1.0), "top_k": (1, 90)})
    assert (found["temperature"].low, found["temperature"].high) == (0.01, None)
    assert (found["top_p"].low, found["top_p"].high) == (None, 0.55)


def test_a_knob_that_is_taken_at_one_value_is_not_called_rejected_for_another(tmp_path: Path) -> None:
    make = server_with(top_p=rejects(0.05, 1, "top_p"), presence_penalty=rejects(0, 1, "presence_penalty"))
    found = probed(make, tmp_path, named_space("default"))
    assert not [name for name, finding in found.items() if finding.status == "rejected"]
    assert all(finding.low is None and finding.high is None for finding in found.values())
