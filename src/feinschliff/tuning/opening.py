"""How a search begins, and how far each of its steps goes: both depend on the sampler's kind."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from feinschliff.generation import Ask, Payer
from feinschliff.measure import answers_each
from feinschliff.parameters.space import Space
from feinschliff.records import Settings
from feinschliff.tuning.design import Labelled, first_design
from feinschliff.tuning.plot import LEAST_BLOCK, LEAST_DESIGN, Plot
from feinschliff.tuning.replayable import make_replayer
from feinschliff.tuning.replaying import Replayer, sent_with
from feinschliff.tuning.samplers import Sampler, trials_of
from feinschliff.tuning.state import State, Tried, Unit

_BLOCK_SIZES: tuple[int, ...] = (4, 6, 10, 16, 24, 40, 64, 100, 160, 250, 400, 640)
_BLOCKS_PLANNED = 36
"""Into how many blocks the search's answers are cut: a first design, and some six rounds of four."""
_TRIAL_SIZES: tuple[int, ...] = (4, 6, 10, 16, 20)


def block_size(sampler: Sampler, answers: int, units: int) -> int:
    """Units per step, in few sizes: a run that goes on with a somewhat larger budget keeps its steps and answers.

    A classic sampler measures each setting in one step: on 20 units, or so many that as many settings as it draws at
    random (or as it was told to try further) can follow the drawn ones.
    """
    trials = trials_of(sampler)
    if trials is None:
        sizes, wanted = _BLOCK_SIZES, _BLOCKS_PLANNED
    else:
        further = trials.init_points if trials.n_iter is None else trials.n_iter
        sizes, wanted = _TRIAL_SIZES, 1 + trials.init_points + further
    return min(units, max(size for size in sizes if size <= max(LEAST_BLOCK, answers // wanted)))


def first_state(plot: Plot, space: Space, units: Sequence[Unit], payer: Payer) -> State:
    """An empty state; with replay where the sampler makes use of it, and the server can."""
    state = State(space, units, constraints=plot.constraints)
    if plot.sampler == "fein":
        examples = [example for example, repeat in units if repeat == 0]
        made = make_replayer(space, payer, examples, plot.scorer)
        if isinstance(made, Replayer):
            state.replay, state.spread = made, True
            made.remains.scorers = {g.name: g.scorer for g in plot.gauges() if g.scorer is not None}
        else:
            state.unreplayed = made
    return state


def opening(sampler: Sampler, state: State, baseline: Settings, *, block: int, room: int) -> list[Labelled]:
    """The settings of round 0: today's, then the common first design, or what a classic sampler draws at random.

    The common design is cut so that about half of the room is left for the rounds.
    """
    if trials_of(sampler) is None:
        return _fitting(first_design(state.space, baseline), room // (2 * block))
    today = state.space.effective(baseline)
    own = [(p.settings, p.origin) for p in sampler.ask(state, block=block, round=0)]
    design = [(baseline, "baseline"), *((s, origin) for s, origin in own if state.space.effective(s) != today)]
    return _fitting(design, room // block)


def _fitting(design: list[Labelled], answers: int) -> list[Labelled]:
    """The front of the design for which so many answers on each unit are enough, and the least design in any case."""
    taken = itertools.accumulate(answers_each(settings) for settings, _ in design)
    return design[: max(LEAST_DESIGN, sum(total <= answers for total in taken))]


def opening_asks(state: State, design: Sequence[Labelled], *, block: int) -> list[Ask]:
    """What round 0 will ask, as far as it is known before the server was probed."""
    asks = []
    for settings, origin in design:
        sent = sent_with(state.replay, settings)
        asks += [Ask(example, sent, repeat) for example, repeat in state.draw(Tried(settings, origin, 0), block)]
    return asks
