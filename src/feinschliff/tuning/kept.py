"""What a later check needs of a run, kept with it: it must work when the data file has changed or is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from feinschliff.errors import InputError
from feinschliff.generation import Payer
from feinschliff.i18n import tr
from feinschliff.measure import Pair, answers_each
from feinschliff.records import Example, Score, Settings
from feinschliff.store import Run
from feinschliff.tuning.state import Unit

_MOST_UNITS = 1000
"""Of a comparison on a whole data set; they stand in the order of a hash, so the first ones are a random part."""


@dataclass(frozen=True)
class ScorerRecipe:
    """How the run's scorer was asked for, so that it can be made again."""

    spec: JsonValue = None
    """A name, weights by name, or `module:callable`; None for an object that has no such place."""
    corpus: tuple[str, ...] = ()
    """The task's targets, where the scorer was fitted on them and not only on those of the examples below."""
    pick: str | None = None
    """How the choice among several answers was asked for; None without one, or for an object that has no such place."""


UNTOLD = ScorerRecipe()
"""Of a scorer that cannot be made again by its name."""


@dataclass(frozen=True)
class Kept:
    """A confirmation that can be asked again."""

    best: Settings
    baseline: Settings
    units: tuple[Unit, ...]
    keys: tuple[tuple[str, str], ...]
    """Keys in the store of both sides' answers, by unit."""
    scores: tuple[tuple[float | None, float | None], ...] | None
    """Of both sides, where a unit is several answers and the store has no score of it; None where it has."""
    recipe: ScorerRecipe
    omit: tuple[str, ...]
    """Fields that the server refused."""

    @property
    def examples(self) -> tuple[Example, ...]:
        """Each once, in the order of the units."""
        return tuple({example.id: example for example, _ in self.units}.values())

    def first(self, pairs: int, *, whole_repeats: bool) -> Kept:
        """The part that so many pairs pay for; whole repeats only where those are what is compared."""
        if whole_repeats:
            pairs -= pairs % len(self.examples)
        scores = None if self.scores is None else self.scores[:pairs]
        return Kept(self.best, self.baseline, self.units[:pairs], self.keys[:pairs], scores, self.recipe, self.omit)


def keep(pairs: Sequence[Pair], *, best: Settings, baseline: Settings, payer: Payer, recipe: ScorerRecipe) -> Any:
    """The confirmation as JSON, for the run's details."""
    asked = [p for p in pairs if p.best is not None and p.baseline is not None][:_MOST_UNITS]
    examples = {p.example.id: p.example for p in asked}
    several = answers_each(best) > 1 or answers_each(baseline) > 1
    return {
        "best": best.values,
        "baseline": baseline.values,
        "examples": [example.model_dump(mode="json", exclude_defaults=True) for example in examples.values()],
        "units": [[p.example.id, p.repeat, p.best.key, p.baseline.key] for p in asked if p.best and p.baseline],
        "score": recipe.spec,
        "corpus": list(recipe.corpus),
        **({"pick": recipe.pick} if recipe.pick is not None else {}),
        **({"scores": [[_value(p.best_score), _value(p.baseline_score)] for p in asked]} if several else {}),
        "omit": list(payer.omit),
    }


def read_kept(run: Run) -> Kept:
    """What a run kept for its check. Raises: InputError for a run that has none, or no verdict."""
    kept = (run.details or {}).get("check")
    if kept is None or run.result is None or run.result.get("verdict") is None:
        raise InputError(
            tr("run {run} has no verdict that could be checked", run=run.id),
            asked=run.id,
            found=tr("{kind}, {status}", kind=run.kind, status=run.status),
            mend=tr("name a finished run of fein tune or fein compare; fein runs lists them"),
        )
    examples = {row["id"]: Example.model_validate(row) for row in kept["examples"]}
    scores = kept.get("scores")
    return Kept(
        best=Settings(values=kept["best"]),
        baseline=Settings(values=kept["baseline"]),
        units=tuple((examples[name], repeat) for name, repeat, _, _ in kept["units"]),
        keys=tuple((best, baseline) for _, _, best, baseline in kept["units"]),
        scores=None if scores is None else tuple((best, baseline) for best, baseline in scores),
        recipe=ScorerRecipe(kept["score"], tuple(kept["corpus"]), kept.get("pick")),
        omit=tuple(kept["omit"]),
    )


def _value(score: Score | None) -> float | None:
    return None if score is None else score.value
