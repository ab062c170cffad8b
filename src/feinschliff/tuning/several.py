"""Several answers to a request: what can be wrong with that, what it takes, and what fewer would have scored."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, Literal

from feinschliff.choosing import Choice
from feinschliff.errors import ParameterError
from feinschliff.i18n import tr
from feinschliff.measure import SEVERAL, Drawn, Pair, answers_each, levels_by_n
from feinschliff.parameters.space import Range, Space
from feinschliff.records import Settings
from feinschliff.scorers.group import LEAST_ANSWERS, is_group
from feinschliff.scorers.protocol import Scorer
from feinschliff.store import Store


def check_several(wanted: Iterable[int], *, scorer: Scorer, choice: Choice | None) -> None:
    """Refuse numbers of answers to a request that scorer and choice can make nothing of.

    `wanted`: the least and the most that any setting of the run asks for. Raises: ParameterError.
    """
    least, most = min(wanted), max(wanted)
    if choice is not None and is_group(scorer):
        raise ParameterError(
            tr("a choice leaves one answer, and '{scorer}' scores several together", scorer=scorer.name),
            asked=f"pick {choice.name}",
            mend=tr("leave out one of the two"),
        )
    if choice is not None and most == 1:
        raise nothing_to_choose(choice)
    if is_group(scorer) and least < LEAST_ANSWERS:
        raise ParameterError(
            tr("'{scorer}' scores several answers to a request together, and n is 1", scorer=scorer.name),
            asked=scorer.name,
            found="n = 1",
            mend=tr("ask for several, as in {example}", example="-p n=4"),
        )
    if least != most and choice is None and not is_group(scorer):
        raise ParameterError(
            tr(
                "n changes nothing: of several answers '{scorer}' scores each, and their mean counts",
                scorer=scorer.name,
            ),
            asked=f"n = {least} ... {most}",
            mend=tr("give --pick medoid, or a score for several answers such as diversity"),
        )


def nothing_to_choose(choice: Choice) -> ParameterError:
    """The error where each request has one answer."""
    return ParameterError(
        tr("there is nothing to choose among: each request has one answer"),
        asked=f"pick {choice.name}",
        found="n = 1",
        mend=tr("ask for several, as in {example}", example="-p n=4"),
    )


def numbers_of(space: Space, baseline: Settings) -> list[int]:
    """The least and the most answers to a request that any setting of a search asks for, and today's."""
    knob = space.knobs.get(SEVERAL)
    if isinstance(knob, Range):
        values: Sequence[Any] = [knob.low, knob.high]
    else:
        values = [space.fixed.get(SEVERAL)] if knob is None else knob.values
    if SEVERAL in space.when:
        values = [*values, space.otherwise.get(SEVERAL)]
    return [*(answers_each(Settings(values={SEVERAL: value})) for value in values), answers_each(baseline)]


def usual_number(space: Space) -> int:
    """Answers to a request that a setting of a search asks for on average, rounded."""
    knob = space.knobs.get(SEVERAL)
    if knob is None:
        return answers_each(Settings(values=dict(space.fixed)))
    values = [knob.low, knob.high] if isinstance(knob, Range) else [float(str(value)) for value in knob.values]
    return max(1, round(math.fsum(values) / len(values)))


def equal_cost(
    pairs: Sequence[Pair],
    best: Settings,
    baseline: Settings,
    *,
    scorer: Scorer,
    choice: Choice | None,
    store: Store,
    unit: Literal["examples", "repeats"],
) -> dict[str, Any] | None:
    """What the side that asks for several answers to a request scored with one, two, four and all: the best setting,
    or the baseline where only that does; None where both ask for one."""
    if answers_each(best) > 1:
        side, settings = "best", best
        drawn = [Drawn(p.example, p.repeat, p.best_answers) for p in pairs if p.best is not None]
    elif answers_each(baseline) > 1:
        side, settings = "baseline", baseline
        drawn = [Drawn(p.example, p.repeat, p.baseline_answers) for p in pairs if p.baseline is not None]
    else:
        return None
    levels = levels_by_n(drawn, settings, scorer=scorer, choice=choice, store=store, over=unit)
    pick = None if choice is None else choice.name
    return {"side": side, "pick": pick, "levels": [asdict(level) for level in levels]}
