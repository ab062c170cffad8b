"""Which price holds for a model, and what was spent with several of them."""

from __future__ import annotations

import datetime

import pytest

from feinschliff.generation import Price, PriceEntry, Prices
from feinschliff.store import Spent
from feinschliff.store.ledger import ModelSpent

TODAY = datetime.date(2026, 11, 21)
TABLE = Prices(
    entries=(
        PriceEntry("*", Price(9, 9)),
        PriceEntry("big-*", Price(5, 10), TODAY - datetime.timedelta(days=181)),
        PriceEntry("big-2*", Price(4, 8), TODAY - datetime.timedelta(days=180)),
        PriceEntry("big-2-mini", Price(1, 2)),
        PriceEntry("odd[1]", Price(7, 7)),
    ),
    source="prices.toml",
)


@pytest.mark.parametrize(
    ("model", "prompt"),
    [("big-2-mini", 1), ("big-2-max", 4), ("big-1", 5), ("Big-1", 9), ("odd[1]", 7), ("odd1", 7), ("else", 9)],
)
def test_an_exact_name_before_patterns_and_the_most_telling_pattern_first(model: str, prompt: float) -> None:
    price = TABLE.of(model)
    assert price is not None
    assert price.prompt == prompt


def test_one_price_for_the_run_goes_before_the_table() -> None:
    assert Prices(Price(3, 3), TABLE.entries).of("big-1") == Price(3, 3)
    assert Prices(Price(3, 3)).of(None) == Price(3, 3)
    assert Prices().of("big-1") is None
    assert TABLE.of(None) is None


def test_the_dearest_of_several_is_needed_of_all() -> None:
    some = Prices(entries=(PriceEntry("a", Price(1, 9)), PriceEntry("b", Price(2, 3))))
    assert some.dearest(["a", "b"]) == Price(2, 9)
    assert some.dearest(["a", "c"]) is None
    assert some.dearest([]) is None


def test_old_prices_are_told() -> None:
    warnings = TABLE.warnings(["big-1", "big-9", "big-2-x", "else"], today=TODAY)
    assert len(warnings) == 1
    assert "'big-*' in prices.toml is from 2026-05-24, 181 days ago" in warnings[0]


def test_money_of_several_models_as_booked_and_of_what_was_booked_without_a_price() -> None:
    spent = Spent(
        models=(
            ModelSpent("a", 2, 2, 10, 10, 0.5),
            ModelSpent("b", 1, 1, 1_000_000, 0, None, unpriced=(1_000_000, 0), uncounted=(0, 1_000_000)),
        )
    )
    both = Prices(entries=(PriceEntry("a", Price(1, 1)), PriceEntry("b", Price(2, 3))))
    assert both.spent_usd(spent) == pytest.approx(2.5)
    assert both.most_usd(spent) == pytest.approx(5.5)
    assert Prices().spent_usd(spent) is None  # half of the money would be a lie
    assert Prices().spent_usd(Spent()) is None
