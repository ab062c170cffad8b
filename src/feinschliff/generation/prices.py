"""What tokens cost: one price for all models, or a price by model from a table that the user keeps."""

from __future__ import annotations

import datetime
import fnmatch
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from feinschliff.i18n.stored import stored
from feinschliff.store import Spent

STALE_DAYS = 180
"""A price older than this is worth a warning: providers change theirs about once a year."""


@dataclass(frozen=True)
class Price:
    """USD per million tokens."""

    prompt: float
    completion: float

    def of(self, prompt_tokens: int, completion_tokens: int) -> float:
        """USD for these tokens."""
        return (prompt_tokens * self.prompt + completion_tokens * self.completion) / 1e6


@dataclass(frozen=True)
class PriceEntry:
    """One line of a price table."""

    model: str
    """A model's name, or a pattern with `*`, `?` or `[...]`."""
    price: Price
    date: datetime.date | None = None
    """When it was looked up; None where nobody says."""

    @property
    def is_pattern(self) -> bool:
        """True where `model` stands for more than one name."""
        return any(mark in self.model for mark in "*?[")


@dataclass(frozen=True)
class Prices:
    """The prices that hold for one endpoint."""

    every: Price | None = None
    """For all models, before any entry: what the user gave for this run."""
    entries: tuple[PriceEntry, ...] = ()
    source: str | None = None
    """Where the entries come from, for messages."""

    def entry(self, model: str) -> PriceEntry | None:
        """The entry of this very name, else the most telling pattern (the one with the most letters of its own)."""
        exact = next((e for e in self.entries if e.model == model), None)
        if exact is not None:
            return exact
        fitting = [e for e in self.entries if e.is_pattern and fnmatch.fnmatchcase(model, e.model)]
        return max(fitting, key=lambda e: sum(c not in "*?[]" for c in e.model), default=None)

    def of(self, model: str | None) -> Price | None:
        """The price of a model; None where nobody gave one."""
        if self.every is not None or model is None:
            return self.every
        found = self.entry(model)
        return None if found is None else found.price

    def dearest(self, models: Iterable[str | None]) -> Price | None:
        """No model of these costs more; None where one of them has no price."""
        found = [self.of(model) for model in models]
        known = [price for price in found if price is not None]
        if not known or len(known) < len(found):
            return None
        return Price(max(p.prompt for p in known), max(p.completion for p in known))

    def spent_usd(self, spent: Spent) -> float | None:
        """USD of all counted answers: as booked, and at today's price where they were made before there was one.

        None where nothing was spent, or a model that was asked has no price.
        """
        total: float | None = None
        for row in spent.models:
            usd = row.usd
            if any(row.unpriced):
                price = self.of(row.model)
                if price is None:
                    return None
                usd = (usd or 0.0) + price.of(*row.unpriced)
            if usd is not None:
                total = (total or 0.0) + usd
        return total

    def most_usd(self, spent: Spent) -> float:
        """The most that was paid so far, with what nobody counted at the most it can have been."""
        uncounted = (price.of(*row.uncounted) for row in spent.models if (price := self.of(row.model)) is not None)
        return (self.spent_usd(spent) or 0.0) + sum(uncounted)

    def warnings(self, models: Sequence[str], *, today: datetime.date) -> list[str]:
        """A sentence for each price in use that is old; it is stored with the run."""
        if self.every is not None:
            return []
        used = {e.model: e for model in models if (e := self.entry(model)) is not None}
        return [
            stored(
                "The price of '{model}' in {source} is from {date}, {days} days ago: look it up and run "
                "fein prices set '{model}' IN,OUT.",
                model=e.model,
                source=self.source,
                date=e.date,
                days=(today - e.date).days,
            )
            for e in used.values()
            if e.date is not None and (today - e.date).days > STALE_DAYS
        ]
