"""What a tuning run is about, and what can be found wrong with it before the first request."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from feinschliff.choosing import Choice
from feinschliff.datasets.split import Split, split
from feinschliff.datasets.task import Task
from feinschliff.endpoints.protocol import Backend
from feinschliff.errors import BudgetError, FeinschliffError, ParameterError, RunError
from feinschliff.generation import (
    Caps,
    Prices,
    check_rows,
    check_template,
    estimate_prompt_tokens,
    most_prompt_tokens,
    render_messages,
)
from feinschliff.i18n import tr
from feinschliff.i18n.stored import retold
from feinschliff.measure import COST, LATENCY, TOTAL, Constraint, Gauge, answers_each
from feinschliff.parameters.dialects import Dialect
from feinschliff.parameters.lengths import LIMITS, most_tokens
from feinschliff.parameters.refusals import remedy
from feinschliff.parameters.space import Choices, Range, Space
from feinschliff.probing import LEAST_REQUESTS
from feinschliff.records import Settings
from feinschliff.scorers.protocol import Scorer, scoring_costs
from feinschliff.text.tokens import estimate_tokens
from feinschliff.tuning.confirm import least_confirmation
from feinschliff.tuning.design import first_design
from feinschliff.tuning.kept import UNTOLD, ScorerRecipe
from feinschliff.tuning.plan import CONFIRMATION_SHARE, Cost, Plan, check_budget
from feinschliff.tuning.preferred import DEFAULT_RULE, Rule
from feinschliff.tuning.samplers import Sampler, make_sampler
from feinschliff.tuning.search import Step
from feinschliff.tuning.several import check_several, numbers_of

LEAST_DESIGN = 4
LEAST_BLOCK = 4
_SHORT_ANSWER = 8


@dataclass(frozen=True)
class Plot:
    """All that a tuning run is about."""

    task: Task
    space: Space
    baseline: Settings
    """What is used today; knobs that are not in it are not sent."""
    scorer: Scorer
    sampler: str = "fein"
    on_step: Callable[[Step], None] | None = None
    on_phase: Callable[[str, int | None], None] | None = None
    """Told of each phase (`probe`, `search`, `confirm`) and of the answers planned for the run."""
    backend: Backend = "unknown"
    """Server software: decides whether and how its knobs are probed."""
    recipe: ScorerRecipe = UNTOLD
    """How the scorer can be made again for a later check."""
    choice: Choice | None = None
    """Among the answers to a request, where settings ask for several."""
    init_points: int | None = None
    """Settings that a classic sampler draws at random first."""
    n_iter: int | None = None
    """Settings that a classic sampler tries after these."""

    constraints: tuple[Constraint, ...] = ()
    """What the setting that is wanted has to hold, on average over its answers."""
    prefer: Rule = DEFAULT_RULE
    """Which of the settings tied with the best is confirmed and recommended."""
    notes: tuple[str, ...] = ()
    """Sentences about the fixed settings that stand among the warnings."""

    def gauges(self) -> list[Gauge]:
        """What is read of every answer beside its score: what constraints are about, and what it takes."""
        gauges = (Gauge(TOTAL), Gauge(LATENCY), Gauge(COST), *(c.gauge for c in self.constraints))
        return list({gauge.name: gauge for gauge in gauges}.values())

    def make_sampler(self, *, seed: int) -> Sampler:
        """The sampler, new. Raises: ParameterError."""
        return make_sampler(self.sampler, seed=seed, init_points=self.init_points, n_iter=self.n_iter)


def check(plot: Plot, caps: Caps, *, prices: Prices | None = None, model: str | None = None) -> None:
    """Say before the first request what cannot work: templates, sampler, a budget that is too small.

    `model` is asked where settings name none.

    Raises: TaskError, ParameterError, BudgetError.
    """
    for name in ("system", "prompt"):
        for value in _texts(plot, name):
            check_texts(Settings(values={name: value}), plot.task)
    plot.make_sampler(seed=0)
    if not plot.space.knobs:
        raise _nothing_to_search(tr("every parameter has one fixed value"))
    check_several(numbers_of(plot.space, plot.baseline), scorer=plot.scorer, choice=plot.choice)
    parts = split(plot.task.examples)
    plan = make_plan(plot, parts, caps, prices=prices, model=model)
    check_budget(plan, least_answers=least_answers(plot, parts))


def check_prices(constraints: Sequence[Constraint], prices: Prices, models: Sequence[str | None]) -> None:
    """Refuse a limit on what an answer costs where a model has no price. Raises: BudgetError."""
    limits = [c.text for c in constraints if c.gauge.name == COST]
    unpriced = [str(name) for name in models if prices.of(name) is None]
    if limits and unpriced:
        raise BudgetError(
            tr("a limit on the cost of an answer needs a price"),
            asked=limits[0],
            found=tr("no price for {models}", models=", ".join(unpriced)),
            mend=tr("give --price IN,OUT in USD per million tokens, or run fein prices set MODEL IN,OUT"),
        )


def check_texts(settings: Settings, task: Task) -> None:
    """Check the system text and the prompt of some settings against the data's columns and rows. Raises: TaskError."""
    for name, what in (("system", "system text"), ("prompt", "prompt")):
        text = settings.values.get(name)
        if isinstance(text, str):
            check_template(text, task.columns, what=what)
            check_rows(text, task.examples, what=what)


def least_answers(plot: Plot, parts: Split) -> int:
    """Answers that the smallest first design and the smallest confirmation take."""
    size = plot.space.size
    design = first_design(plot.space, plot.baseline)
    settings = min(LEAST_DESIGN, len(design), size + 1 if size else LEAST_DESIGN)
    search = sum(answers_each(s) for s, _ in design[:settings]) * LEAST_BLOCK + LEAST_REQUESTS
    return max(
        math.ceil(search / (1 - CONFIRMATION_SHARE)), search + least_confirmation(parts, each=pair_answers(plot))
    )


def pair_answers(plot: Plot) -> int:
    """The most answers that a pair of the confirmation can take."""
    return max(numbers_of(plot.space, plot.baseline)) + answers_each(plot.baseline)


def make_plan(plot: Plot, parts: Split, caps: Caps, *, prices: Prices | None, model: str | None) -> Plan:
    """The run's plan under these limits."""
    models = models_of(plot, model)
    return Plan(
        caps,
        first=first_cost(plot, parts),
        prices=prices,
        models=models,
        keep=least_confirmation(parts, each=pair_answers(plot)),
        one_round=0 if parts.shared else pair_answers(plot) * len(parts.held_out),
        scoring_costs=scoring_costs(plot.scorer) or scoring_costs(plot.choice),
    )


def models_of(plot: Plot, model: str | None) -> list[str | None]:
    """All models that the run may ask; `model` is the one where settings name none."""
    knob = plot.space.knobs.get("model")
    named = knob.values if isinstance(knob, Choices) else [plot.space.fixed.get("model")]
    found = [value or model for value in (*named, plot.baseline.values.get("model"))]
    return [name for name in dict.fromkeys(found) if isinstance(name, str)] or [None]


def first_cost(plot: Plot, parts: Split) -> Cost:
    """What an answer is taken to cost before there is one: the longest prompts, and twice the targets' length."""
    whole = _filled(plot, plot.space.settings({}).merged(plot.baseline))
    prompts = [render_messages(e, whole) for e in parts.search[:50]]
    prompt = max(estimate_prompt_tokens(p) for p in prompts)
    longest = _max_tokens(plot)
    targets = [estimate_tokens(e.target) for e in parts.search if e.target]
    expected = min(longest, 2 * max(targets, default=longest // 2) + _SHORT_ANSWER)
    return Cost(prompt, expected, (max(most_prompt_tokens(p) for p in prompts), longest))


def nothing_honoured(names: Sequence[str], dialect: Dialect, *, paid: bool) -> FeinschliffError:
    """The error where a server honours none of the searched parameters; `paid`: whether finding out took requests."""
    remedies = dict.fromkeys(retold(remedy(name, dialect)) for name in names)
    kind = RunError if paid else ParameterError
    return kind(
        tr("there is nothing to search"),
        asked=", ".join(names),
        found=tr("this endpoint honours none of the knobs: {names}", names=", ".join(names)),
        mend="; ".join(remedies),
    )


def _nothing_to_search(found: str) -> ParameterError:
    return ParameterError(
        tr("there is nothing to search"),
        asked=tr("a knob with a range or choices"),
        found=found,
        mend=tr("give -p NAME=LOW:HIGH"),
    )


def _filled(plot: Plot, settings: Settings) -> Settings:
    """Settings with the longest of the texts that are searched, so that a prompt can be rendered."""
    texts = {name: max(_texts(plot, name), key=len, default=None) for name in ("system", "prompt")}
    return Settings(values={**settings.values, **texts})


def _texts(plot: Plot, name: str) -> list[str]:
    """What `system` or `prompt` can be in this run."""
    knob = plot.space.knobs.get(name)
    values = [
        *(knob.values if isinstance(knob, Choices) else [plot.space.fixed.get(name)]),
        plot.space.otherwise.get(name),
        plot.baseline.values.get(name),
    ]
    return [value for value in values if isinstance(value, str)]


def _max_tokens(plot: Plot) -> int:
    """The longest answer that any setting of this run allows."""
    knobs = [knob for name in LIMITS if (knob := plot.space.knobs.get(name)) is not None]
    searched = [v for knob in knobs for v in ([knob.high] if isinstance(knob, Range) else knob.values)]
    values = (of.get(name) for of in (plot.space.fixed, plot.space.otherwise, plot.baseline.values) for name in LIMITS)
    return most_tokens(*values, *searched)
