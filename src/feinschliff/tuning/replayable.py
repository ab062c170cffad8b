"""Whether replay is of use to a search, as far as that can be told before its first answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from feinschliff.endpoints.protocol import Endpoint
from feinschliff.generation import Payer, render_messages
from feinschliff.i18n.stored import stored
from feinschliff.measure import SEVERAL, answers_each
from feinschliff.parameters.space import Choices, Space
from feinschliff.records import Answer, Example, Settings
from feinschliff.replay import ENDINGS, PENALTIES, RULES, SAMPLING, Pool, why_not
from feinschliff.scorers.group import is_group
from feinschliff.scorers.protocol import Scorer, scoring_costs
from feinschliff.tuning.replaying import Replayer

_VOCABULARY = 32_000
"""Where the server does not tell."""


def make_replayer(space: Space, payer: Payer, examples: Sequence[Example], scorer: Scorer) -> Replayer | str:
    """A replayer where the server's sampler is known and nothing in the space is out of reach; else why there is none,
    a sentence as `i18n.stored` makes them.

    Not where several answers make a unit: their probabilities would have to be multiplied, and hardly one would weigh
    anything under other settings.

    Raises: EndpointError when the server cannot be reached.
    """
    endings = any(name in space.moving for name in ENDINGS)
    if reason := _out_of_question(space, scorer, endings=endings):
        return reason
    models = _models(space, payer)
    found = [RULES.get(payer.endpoint.dialect(model)) for model in models]
    rules, applied = found[0], payer.endpoint.defaults(models[0])
    if rules is None or None in found:
        return stored("it is not known which sampler the server has")
    if len(models) > 1 and len({_way(payer.endpoint, model) for model in models}) > 1:
        return stored("the models that are searched have different samplers, or defaults")
    name = why_not(Settings(values=dict(space.fixed)), applied)
    if name is not None:
        return stored("replay cannot follow '{name}'", name=name)
    penalised = any(
        n in space.moving or {**applied, **space.fixed}.get(n) not in (None, off) for n, off in PENALTIES.items()
    )
    matters = penalised and (rules.prompt_counts or "repeat_penalty" in space.moving)
    first = Settings(values=dict(space.fixed))
    if matters and payer.endpoint.prompt_ids(models[0], render_messages(examples[0], first)) is None:
        return stored("penalties count the prompt's tokens, which the server does not tell")
    by_number: dict[int, Example] = {}
    size = payer.endpoint.vocabulary(models[0]) or _VOCABULARY
    pool = Pool(rules, vocabulary=size, score=_scored(scorer, by_number))
    return Replayer(payer, rules, applied, matters, pool, by_number, endings)


def _out_of_question(space: Space, scorer: Scorer, *, endings: bool) -> str | None:
    if SEVERAL in space.moving or answers_each(Settings(values=dict(space.fixed))) > 1 or is_group(scorer):
        return stored("several answers are scored together")
    if space.fixed.get("logprobs") is False:
        return stored("log-probabilities are switched off")
    if endings and scoring_costs(scorer):
        return stored("answers that a limit shortens would have to be scored anew, which costs requests")
    if not endings and not any(name in SAMPLING for name in space.moving):
        return stored("nothing is searched that acts on how a token is drawn")
    return None


def _models(space: Space, payer: Payer) -> list[str]:
    knob = space.knobs.get("model")
    return [str(value) for value in knob.values] if isinstance(knob, Choices) else [payer.model]


def _way(endpoint: Endpoint, model: str) -> tuple[str, str]:
    """How a model's answers are drawn, as far as settings do not say it; and its vocabulary."""
    told = sorted(endpoint.defaults(model).items())
    return endpoint.dialect(model), f"{told} {endpoint.vocabulary(model)}"


def _scored(scorer: Scorer, by_number: Mapping[int, Example]) -> Callable[[int, str], float]:
    """The score of an answer that was cut shorter; 0 for one that cannot be scored."""

    def score(number: int, text: str) -> float:
        answer = Answer(key="", example=by_number[number].id, repeat=0, text=text)
        return scorer.score([by_number[number]], [answer])[0].value or 0.0

    return score
