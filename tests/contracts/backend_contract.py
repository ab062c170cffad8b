"""What holds for every server software that answers are asked of: subclass `BackendContract`, and give `served`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from feinschliff.endpoints.protocol import Endpoint
from feinschliff.generation import Ask, Budget, Caps, Payer, generate
from feinschliff.parameters.dialects import Dialect
from feinschliff.probing import FULL_REQUESTS, ProbeResult, probe
from feinschliff.records import Example, Settings
from feinschliff.store import Store, open_store


@dataclass(frozen=True)
class Served:
    """A server under test."""

    endpoint: Endpoint
    dialect: Dialect
    """As which it is recognised."""
    knobs: Mapping[str, str]
    """The truth about its knobs."""
    settings: Mapping[str, object] = field(default_factory=lambda: {"temperature": 0.8, "max_tokens": 8})
    """Settings that it takes."""
    refused: Mapping[str, object] | None = None
    """Settings that it refuses; None: it refuses none."""
    named: str = ""
    """What its refusal must name."""
    probed_as: Dialect | None = None
    """How the fields are named in the probe, where the server cannot be recognised by its address."""
    omit: tuple[str, ...] = ()
    seeded: bool = True
    """False: a seed is taken and ignored."""


class BackendContract:
    """The suite."""

    @pytest.fixture
    def model(self, served: Served) -> str:
        return served.endpoint.models()[0].name

    @pytest.fixture
    def payer(self, served: Served, model: str, tmp_path: Path) -> Payer:
        store: Store = open_store(str(tmp_path / "store.db"))
        caps = Caps(requests=FULL_REQUESTS)
        return Payer(served.endpoint, model, store, Budget(caps), "run", omit=served.omit)

    def test_it_is_recognised(self, served: Served, model: str) -> None:
        assert served.endpoint.dialect(model) == served.dialect

    def test_answers_come_with_their_tokens_counted(self, served: Served, payer: Payer) -> None:
        (answer,) = generate([ask(served.settings)], payer)
        assert answer is not None
        assert answer.failure is None
        assert answer.text
        assert not answer.tokens_estimated
        assert answer.prompt_tokens > 0
        assert 0 < answer.completion_tokens <= 8
        assert payer.store.spent("run").tokens == answer.prompt_tokens + answer.completion_tokens

    def test_a_seed_repeats_an_answer_and_another_repeat_has_another(self, served: Served, payer: Payer) -> None:
        texts = []
        for salt in ("a", "b"):
            again = Payer(payer.endpoint, payer.model, payer.store, Budget(Caps()), "run", salt=salt, omit=served.omit)
            answers = generate([ask(served.settings, repeat=i) for i in range(4)], again)
            texts.append([answer.text for answer in answers if answer is not None])
        assert (texts[0] == texts[1]) is served.seeded
        assert len(set(texts[0])) > 1

    def test_a_refusal_says_what_it_is_about(self, served: Served, payer: Payer) -> None:
        if served.refused is None:
            return
        (answer,) = generate([ask(served.refused)], payer)
        assert answer is not None
        assert served.named in (answer.failure or "")

    def test_the_probe_is_right_about_every_knob(self, served: Served, payer: Payer) -> None:
        result = probe(payer, dialect=served.probed_as or served.dialect)
        found = {name: result.knobs[name].status for name in served.knobs}
        evidence = {n: result.knobs[n].evidence for n in found if found[n] != served.knobs[n]}
        assert found == served.knobs, evidence
        assert all(finding.evidence for finding in result.knobs.values())
        assert result.requests == payer.budget.requests <= FULL_REQUESTS
        self.check_conditions(served, result)

    def check_conditions(self, served: Served, result: ProbeResult) -> None:
        """Further findings; for subclasses."""
        assert result.determinism["same_seed_same_text"] is served.seeded


def ask(values: Mapping[str, object], *, repeat: int = 0) -> Ask:
    """One question under these settings."""
    settings = Settings(values={"prompt": "Write a subject line for {{ post }}", **values})  # type: ignore[dict-item]
    return Ask(Example(id="e", row={"post": "my new bicycle"}), settings, repeat)
