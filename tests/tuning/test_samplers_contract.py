"""The contract of every sampler, in small worlds: what it proposes, whatever it is told."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from feinschliff.errors import EndpointGone
from feinschliff.generation import Caps
from feinschliff.parameters.space import Choices, Space
from feinschliff.parameters.space import make_space as space_of
from feinschliff.records import Example, Settings
from feinschliff.tuning import Result, Step
from feinschliff.tuning.opening import opening
from feinschliff.tuning.samplers import SAMPLERS, Proposal, Sampler, make_sampler, trials_of
from feinschliff.tuning.search import told_of
from feinschliff.tuning.state import State, Tried
from tests.tuning.worlds import hill, run_tune

SPACES = {
    "one range": space_of({"temperature": (0, 1.5), "prompt": "p"}),
    "one choice": space_of({"system": ["a", "b", "c"]}),
    "mixed": space_of(
        {"temperature": (0, 1.5), "top_p": (0.1, 1.0), "top_k": (1, 100), "stop": {"choices": [["\n"], [".", "!"]]}}
    ),
    "choices only": space_of({"system": ["a", "b"], "temperature": {"choices": [0.0, 0.7]}}),
    "conditional": space_of(
        {
            "min_p": {"range": [0, 0.3], "when": {"model": "b"}},
            "model": ["a", "b"],
            "temperature": (0, 1.5),
            "reasoning_effort": {"choices": ["low", "high"], "when": {"model": "b", "min_p": [0.1, 0.3]}},
            "stop": {"value": "!", "when": {"model": "a"}},
        }
    ),
    "conditional choices": space_of(
        {"model": ["a", "b"], "top_k": {"choices": [1, 20, 40], "when": {"model": "b"}}, "prompt": "p"}
    ),
}
BLOCK = 5
UNITS = 15
Scores = Callable[[Settings, int], float | None]


def noise(settings: Settings, unit: int) -> float:
    """Seeded noise: no setting is better than another."""
    return random.Random(f"{settings.canonical()}/{unit}").random()


def cold_is_better(settings: Settings, unit: int) -> float:
    return 1.0 - abs(float(settings.values["temperature"]) - 0.2) / 2 + 0.02 * noise(settings, unit)  # type: ignore[arg-type]


def hot_fails(settings: Settings, unit: int) -> float | None:
    return None if float(settings.values["temperature"]) > 0.7 else noise(settings, unit)  # type: ignore[arg-type]


@dataclass
class Play:
    """A search without an endpoint; as `Search`, it asks and tells round by round."""

    name: str
    space: Space
    scores: Scores = noise
    seed: int = 3
    numbers: dict[str, int] = field(default_factory=dict)
    proposals: list[list[Proposal]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = State(self.space, [(Example(id=f"e{i}"), 0) for i in range(UNITS)])
        numbers = {"init_points": 3, **self.numbers} if self.name in {"tpe", "bayes_opt", "random"} else {}
        self.sampler: Sampler = make_sampler(self.name, seed=self.seed, **numbers)

    def run(self, rounds: int) -> Play:
        baseline = self.space.decode([0.5] * len(self.space.knobs))
        design = opening(self.sampler, self.state, baseline, block=BLOCK, room=8 * BLOCK)
        asked = [Proposal(settings, origin, BLOCK) for settings, origin in design]
        for number in range(1, rounds + 1):
            self._answer(asked, number - 1)
            asked = list(self.sampler.ask(self.state, block=BLOCK, round=number))
            if not asked:
                self.proposals.append([])
                break
        return self

    def _answer(self, proposals: Sequence[Proposal], number: int) -> None:
        self.proposals.append(list(proposals))
        work = []
        for p in proposals:
            if not self.state.known(p.settings):
                self.state.tried.append(Tried(p.settings, p.origin, number))
            wanted = self.space.effective(p.settings)
            tried = next(t for t in self.state.tried if self.space.effective(t.settings) == wanted)
            before = tried.seen
            for unit in range(before, min(p.units, UNITS)):
                tried.units.append(self.state.units[unit])
                tried.scores.append(self.scores(tried.settings, unit))
            assert tried.seen > before, "a proposal that asks for nothing would go on for ever"
            work.append(tried)
        self.sampler.tell([told_of(t) for t in work])


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("name", SAMPLERS)
def test_proposals_lie_in_the_space_and_are_new_in_effect(name: str, space: str) -> None:
    play = Play(name, SPACES[space]).run(7)
    seen: set[str] = set()
    for proposals in play.proposals:
        effects = [play.space.effective(p.settings) for p in proposals]
        assert len(set(effects)) == len(effects)
        for p in proposals:
            names = {*play.space.knobs, *play.space.fixed}
            assert {*p.settings.values} == {n for n in names if play.space.is_active(n, p.settings.values)}
            for knob_name, knob in play.space.knobs.items():
                if knob_name not in p.settings.values:
                    continue
                value = p.settings.values[knob_name]
                if isinstance(knob, Choices):
                    assert value in knob.values
                else:
                    assert isinstance(value, int | float)
                    assert knob.low <= value <= knob.high
                    assert isinstance(value, int) is knob.integer
        seen.update(effects)
    assert len(play.state.tried) == len(seen)
    cold = [t.settings.values for t in play.state.tried if t.settings.values.get("temperature") == 0]
    acting = [{n: v for n, v in values.items() if n not in {"top_p", "top_k", "min_p"}} for values in cold]
    hidden = [values for values in acting if "reasoning_effort" not in values]  # that depends on min_p
    assert len({Settings(values=values).canonical() for values in hidden}) == len(hidden)


@pytest.mark.parametrize("name", SAMPLERS)
def test_the_same_seed_asks_the_same_and_another_seed_something_else(name: str) -> None:
    one, two, other = (Play(name, SPACES["mixed"], seed=seed).run(4).proposals for seed in (3, 3, 4))
    assert one == two
    assert (one != other) is (name != "grid")


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize("space", ["one choice", "choices only", "conditional choices"])
def test_a_finite_space_comes_to_an_end_when_all_has_been_seen(name: str, space: str) -> None:
    play = Play(name, SPACES[space]).run(60)
    assert play.proposals[-1] == []
    assert len(play.state.tried) == SPACES[space].size
    if name not in {"fein", "gp"}:  # these two stop where another answer is not worth it
        assert all(t.seen == UNITS for t in play.state.tried)


@pytest.mark.parametrize("name", SAMPLERS)
def test_answers_that_cannot_be_scored_do_not_stop_it(name: str) -> None:
    play = Play(name, SPACES["mixed"], hot_fails).run(7)
    failed = [t for t in play.state.tried if not t.scored]
    assert failed
    assert len(play.state.tried) - len(failed) >= 3
    assert len(play.proposals) == 7


@pytest.mark.parametrize("name", ["gp", "tpe", "bayes_opt"])
def test_a_model_goes_where_the_score_is(name: str) -> None:
    play = Play(name, SPACES["one range"], cold_is_better).run(14)
    modelled = [float(t.settings.values["temperature"]) for t in play.state.tried if t.origin == "model"]  # type: ignore[arg-type]
    assert len(modelled) >= 4
    # Drawn evenly, a third of them would lie below 0.5.
    assert sum(t < 0.5 for t in modelled) / len(modelled) > 0.5


@pytest.mark.parametrize("name", ["tpe", "bayes_opt", "random"])
def test_the_classics_try_as_many_settings_as_they_are_told(name: str) -> None:
    play = Play(name, SPACES["one range"], numbers={"init_points": 4, "n_iter": 3}).run(20)
    assert play.proposals[-1] == []
    assert [t.origin for t in play.state.tried].count("baseline") == 1
    assert len(play.state.tried) == 1 + 4 + 3
    assert all(t.seen == BLOCK for t in play.state.tried)
    trials = trials_of(play.sampler)
    assert trials is not None
    assert trials.init_points == 4


def proposed(result: Result) -> list[tuple[object, ...]]:
    """What was asked in which round, and what came of it."""
    return [(t["round"], t["origin"], t["settings"], t["mean"], t["n"]) for t in result.details["trials"]]


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_run_killed_between_rounds_asks_the_same_as_one_that_was_not(tmp_path: Path, name: str) -> None:
    numbers = {"init_points": 3} if name in {"tpe", "bayes_opt", "random"} else {}
    rounds = 0

    def dying(step: Step) -> None:
        nonlocal rounds
        if step.round == rounds < 4:  # one round further than the last attempt
            rounds += 1
            raise EndpointGone("killed between two rounds")

    for folder in ("whole", "cut"):
        (tmp_path / folder).mkdir()
    whole = run_tune(tmp_path / "whole", hill, caps=Caps(requests=150), sampler=name, **numbers)
    cut = None
    while cut is None:
        try:
            cut = run_tune(tmp_path / "cut", hill, caps=Caps(requests=150), sampler=name, on_step=dying, **numbers)
        except EndpointGone:
            continue
    assert rounds >= 3
    assert proposed(cut) == proposed(whole)
    assert cut.settings == whole.settings
    assert cut.spent["requests"] == whole.spent["requests"]
