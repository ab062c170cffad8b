"""n answers to one request: how many a setting wants, and which they are."""

from __future__ import annotations

from feinschliff.generation import Ask
from feinschliff.records import Settings

SEVERAL = "n"
"""The setting that says how many answers a unit takes; we ask for them one by one, and it is not sent."""

_APART = 10_000_000
"""Between the repeats of one unit's answers: more than any run has units of one example."""


def answers_each(settings: Settings) -> int:
    """Answers to each request under these settings, 1 where they do not say."""
    value = settings.values.get(SEVERAL)
    return max(1, int(value)) if isinstance(value, int | float) else 1


def draws(ask: Ask) -> list[Ask]:
    """The single answers that make up a unit. The first is what the unit is with n = 1, and the first k are those of
    the same unit with n = k: their seeds and their keys in the store do not depend on n."""
    alone = single(ask.settings)
    return [Ask(ask.example, alone, ask.repeat + i * _APART) for i in range(answers_each(ask.settings))]


def single(settings: Settings) -> Settings:
    """The settings of one answer."""
    if SEVERAL not in settings.values:
        return settings
    return Settings(values={name: value for name, value in settings.values.items() if name != SEVERAL})
