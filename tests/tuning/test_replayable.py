"""Whether replay is of use to a search, before its first answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from feinschliff.endpoints.protocol import Backend
from feinschliff.generation import Budget, Caps, Payer
from feinschliff.parameters.space import make_space
from feinschliff.records import Example, Settings
from feinschliff.store import open_store
from feinschliff.tuning.replayable import make_replayer
from feinschliff.tuning.replaying import Replayer
from tests.fakes.scripted import ScriptedEndpoint
from tests.tuning.worlds import ReadNumber

EXAMPLES = [Example(id="e")]


class Told(ScriptedEndpoint):
    """A llama.cpp that tells defaults for each model, and no prompt's tokens."""

    backend: Backend = "llama.cpp"

    def __init__(self, defaults: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__(lambda request: "0", models=tuple(defaults))
        self._by_model = defaults

    def defaults(self, model: str) -> dict[str, Any]:
        return dict(self._by_model[model])

    def vocabulary(self, model: str) -> int:
        return 200

    def prompt_ids(self, model: str, messages: Any) -> None:
        return None


class Paid(ReadNumber):
    """Its scores take requests."""

    costs = True


def made(
    space: Mapping[str, Any], *, defaults: Mapping[str, Mapping[str, Any]] | None = None, scorer: Any = None
) -> Replayer | str:
    endpoint: Any = Told(defaults or {"a": {"top_k": 40}})
    with open_store(":memory:") as store:
        payer = Payer(endpoint, "a", store, Budget(Caps()), "run", seed=0)
        return make_replayer(make_space({"prompt": "p", **space}), payer, EXAMPLES, scorer or ReadNumber())


TWO = {"temperature": (0, 1), "model": ["a", "b"]}


@pytest.mark.parametrize(
    ("space", "defaults", "used"),
    [
        (TWO, {"a": {"top_k": 40}, "b": {"top_k": 40}}, True),
        (TWO, {"a": {"top_k": 40}, "b": {"top_k": 20}}, False),
        ({"temperature": (0, 1)}, {"a": {"mirostat": 2}}, False),
        ({"temperature": (0, 1)}, {"a": {"presence_penalty": 1.5}}, False),  # of the prompt's tokens nothing is known
        ({"temperature": (0, 1)}, {"a": {"presence_penalty": 0}}, True),
        ({"system": ["x", "y"]}, None, False),
        ({"max_tokens": (4, 64)}, None, True),
    ],
)
def test_it_depends_on_what_applies_to_every_model(
    space: Mapping[str, Any], defaults: Mapping[str, Mapping[str, Any]] | None, used: bool
) -> None:
    found = made(space, defaults=defaults)
    assert isinstance(found, Replayer) is used, found


def test_shortened_answers_are_not_scored_anew_for_money() -> None:
    assert isinstance(made({"temperature": (0, 1), "max_tokens": 8}, scorer=Paid()), Replayer)
    assert "costs requests" in str(made({"temperature": (0, 1), "max_tokens": (4, 64)}, scorer=Paid()))


def test_settings_that_are_followed_only_with_the_prompts_tokens_count_for_themselves() -> None:
    found = made({"temperature": (0, 1)})
    assert isinstance(found, Replayer)
    assert found.source(Settings(values={"temperature": 0.5})).sampling is not None
    assert found.source(Settings(values={"temperature": 0.5, "presence_penalty": 1.0})).sampling is None


def test_one_impossible_answer_among_few_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    found = made({"temperature": (0, 1)})
    assert isinstance(found, Replayer)
    for count, impossible, stays in ((28, 1, True), (28, 4, False), (400, 8, True), (400, 20, False)):
        known = {
            "followed": np.ones(count, dtype=bool),
            "impossible": lambda _, n=count, k=impossible: k / n,
        }
        pool = type("Fixed", (), known)()
        monkeypatch.setattr(found, "pool", pool)
        found.active = True
        found.check()
        assert found.active is stays
