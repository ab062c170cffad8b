"""The contract of every sampler."""

from __future__ import annotations

import random

import pytest

from feinschliff.parameters.space import Choices, Range, Space
from feinschliff.records import Example
from feinschliff.tuning.design import first_design
from feinschliff.tuning.samplers import SAMPLERS, Proposal, make_sampler
from feinschliff.tuning.state import State, Tried

SPACES = {
    "one range": Space({"temperature": Range(0.0, 1.5)}, {"prompt": "p"}),
    "mixed": Space(
        {
            "temperature": Range(0.0, 1.5),
            "top_k": Range(1, 100, integer=True, log=True),
            "system": Choices(("a", "b", "c")),
        }
    ),
    "choices only": Space({"system": Choices(("a", "b")), "temperature": Choices((0.0, 0.7))}),
}
BLOCK = 5


def begun(space: Space) -> State:
    """A state after its first design."""
    state = State(space, [(Example(id=f"e{i}"), 0) for i in range(20)])
    rng = random.Random(1)
    for settings, origin in first_design(space, space.decode([0.5] * len(space.knobs))):
        state.tried.append(Tried(settings, origin, 0, [rng.random() for _ in range(BLOCK)]))
    return state


def carry_out(state: State, proposals: list[Proposal], rng: random.Random) -> int:
    asked = 0
    for p in proposals:
        if not state.known(p.settings):
            state.tried.append(Tried(p.settings, p.origin, 1))
        tried = next(t for t in state.tried if state.space.effective(t.settings) == state.space.effective(p.settings))
        while tried.seen < min(p.units, len(state.units)):
            tried.scores.append(rng.random())
            asked += 1
    return asked


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize("space", SPACES)
def test_contract(name: str, space: str) -> None:
    state = begun(SPACES[space])
    sampler = make_sampler(name, seed=3)
    rng = random.Random(2)
    for number in range(1, 6):
        proposals = list(sampler.ask(state, block=BLOCK, round=number))
        again = list(make_sampler(name, seed=3).ask(state, block=BLOCK, round=number))
        assert proposals == again, "the same state and seed must give the same proposals"
        for p in proposals:
            assert set(p.settings.values) >= {*state.space.knobs, *state.space.fixed}
            for knob_name, knob in state.space.knobs.items():
                value = p.settings.values[knob_name]
                if isinstance(knob, Choices):
                    assert value in knob.values
                else:
                    assert knob.low <= value <= knob.high  # type: ignore[operator]
                    assert not knob.integer or isinstance(value, int)
        asked = carry_out(state, proposals, rng)
        assert bool(proposals) == (asked > 0), "a proposal that asks for nothing would go on for ever"


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_finite_space_comes_to_an_end(name: str) -> None:
    state = begun(SPACES["choices only"])
    sampler = make_sampler(name, seed=0)
    rng = random.Random(4)
    for number in range(1, 200):
        if not carry_out(state, list(sampler.ask(state, block=BLOCK, round=number)), rng):
            break
    assert number < 100
    assert len(state.tried) == 4


def test_another_seed_gives_other_settings() -> None:
    state = begun(SPACES["mixed"])
    for name in ("fein", "gp", "random"):
        one, two = (list(make_sampler(name, seed=s).ask(state, block=BLOCK, round=1)) for s in (1, 2))
        assert one != two
