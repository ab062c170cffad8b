"""Constraints: how they are written, what they count, and when they hold."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from feinschliff.errors import ParameterError
from feinschliff.generation import Budget, Caps, Payer, Price, Prices
from feinschliff.measure import (
    Gauge,
    Given,
    Held,
    Kept,
    Pair,
    constraints_held,
    follows,
    parse_constraints,
    read_gauges,
)
from feinschliff.measure.compare import VerdictText
from feinschliff.measure.held import Status
from feinschliff.records import Answer, Example, Settings
from feinschliff.store import open_store
from tests.fakes.scripted import ScriptedEndpoint

EXAMPLES = [Example(id=f"e{i}", target="x") for i in range(40)]


@pytest.fixture
def payer(tmp_path: Path) -> Iterator[Payer]:
    with open_store(str(tmp_path / "s.db")) as store:
        yield Payer(ScriptedEndpoint(lambda request: ""), "toy", store, Budget(Caps()), "run")


def answer(example: str, repeat: int, *, text: str = "{}", tokens: int = 10, latency: float = 0.1) -> Answer:
    key = f"{example}/{repeat}/{text}/{tokens}/{random.random()}"
    return Answer(
        key=key,
        example=example,
        repeat=repeat,
        text=text,
        prompt_tokens=5,
        completion_tokens=tokens,
        latency_s=latency,
    )


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("tokens <= 300", "tokens <= 300"),
        ("tokens<=300 tokens", "tokens <= 300"),
        ("tokens ≥ 5", "tokens >= 5"),
        ("latency <= 200 ms", "latency <= 200 ms"),
        ("latency <= 1.5s", "latency <= 1.5 s"),
        ("cost <= 0.002", "cost <= 0.002 USD"),
        ("cost <= $2 per 1,000", "cost <= 0.002 USD"),
        ("cost <= 2 USD/1000", "cost <= 0.002 USD"),
        ("cost <= 2 / 1k", "cost <= 0.002 USD"),
        ("json >= 95 %", "json >= 0.95"),
        ("json >= 95%", "json >= 0.95"),
        ("language:de >= .9", "language:de >= 0.9"),
        ("length:5-10 >= 0.5", "length:5-10 >= 0.5"),
        ("json=0.5,length:5-10=0.5 >= 0.5", "json=0.5,length:5-10=0.5 >= 0.5"),
        ("format:/a<=b/ >= 0.5", "format:/a<=b/ >= 0.5"),
        ("similarity <= 0.4", "similarity <= 0.4"),
    ],
)
def test_what_is_written_is_understood(written: str, text: str) -> None:
    (found,) = parse_constraints([written], targets=["x"])
    assert found.text == text
    assert parse_constraints([written, found.text], targets=["x"]) == (found,) or found.gauge.scorer is not None


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("tokens", "is no constraint"),
        ("tokens < 300", "is no constraint"),
        ("<= 300", "is no constraint"),
        ("tokens <= -3", "no limit"),
        ("tokens <= many", "no limit"),
        ("latency <= 200", "no limit"),
        ("latency <= 2 h", "no limit"),
        ("cost <= 2 EUR", "no limit"),
        ("json >= 95", "between 0 and 1"),
        ("tokns <= 300", "did you mean 'tokens'"),
        ("jsn >= 0.9", "did you mean 'json'"),
        ("diversity >= 0.9", "scores several answers together"),
        ("embedding >= 0.9", "asks a server"),
        ("similarity >= 0.9", "there is none"),
        ("tests.nowhere:f >= 0.9", "nowhere"),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(written: str, told: str) -> None:
    with pytest.raises(ParameterError) as caught:
        parse_constraints([written])
    assert told in str(caught.value)
    assert caught.value.asked is not None
    assert caught.value.mend is not None


def test_two_that_no_answer_can_hold_are_refused_and_the_same_twice_is_one() -> None:
    with pytest.raises(ParameterError, match="no answer can hold both"):
        parse_constraints(["tokens <= 10", "tokens >= 20"])
    assert len(parse_constraints(["tokens <= 10", "tokens >= 10", "tokens<=10", "latency <= 100 ms"])) == 3


def test_a_unit_of_several_answers_takes_all_their_tokens_and_the_time_of_the_slowest(payer: Payer) -> None:
    several = [answer("e0", i, tokens=10 * (i + 1), latency=0.1 * (i + 1)) for i in range(3)]
    failed = Answer(key="f", example="e1", repeat=0, text="", failure="500")
    settings = Settings(values={"n": 3})
    (gauge,) = (c.gauge for c in parse_constraints(["json >= 0.9"]))
    units = [Given(EXAMPLES[0], settings, several, several[1]), Given(EXAMPLES[1], settings, [failed], failed)]
    free = read_gauges([Gauge("cost"), gauge], units[:1], payer)
    assert free == [{"cost": None, "json": None}]  # the target is no JSON
    payer.budget.prices = Prices(every=Price(1.0, 10.0))
    first, second = read_gauges([Gauge("tokens"), Gauge("total tokens"), Gauge("latency"), Gauge("cost")], units, payer)
    assert first == {
        "tokens": 60.0,
        "total tokens": 75.0,
        "latency": pytest.approx(0.3),
        "cost": pytest.approx((15 * 1.0 + 60 * 10.0) / 1e6),
    }
    assert set(second.values()) == {None}


def sides(texts: list[tuple[str, str]], tokens: list[tuple[int, int]]) -> list[Pair]:
    pairs = []
    for i, ((a, b), (m, n)) in enumerate(zip(texts, tokens, strict=True)):
        example = Example(id=f"e{i}")
        best, other = answer(example.id, 0, text=a, tokens=m), answer(example.id, 0, text=b, tokens=n)
        pairs.append(Pair(example, 0, best, other, None, None, (best,), (other,)))
    return pairs


def test_held_out_answers_show_what_holds_and_what_is_broken(payer: Payer) -> None:
    rng = random.Random(3)
    tokens = [(rng.randint(8, 10), rng.randint(19, 25)) for _ in range(40)]
    pairs = sides([("{}", "{}" if i % 2 else "no") for i in range(40)], tokens)
    made = constraints_held(
        parse_constraints(["tokens <= 12", "tokens <= 22", "json >= 95 %", "json >= 80 %"]),
        pairs,
        (Settings(), Settings()),
        unit="examples",
        payer=payer,
    )
    assert [(h.best.status, h.baseline.status) for h in made] == [
        ("holds", "broken"),
        ("holds", "not shown"),
        ("not shown", "broken"),  # 40 valid ones of 40 do not show 95 %
        ("holds", "broken"),
    ]
    assert made[2].best.mean == 1.0
    assert made[2].best.low == pytest.approx(40 / (40 + 1.959964**2))
    assert [h.chance for h in made] == [None] * 4


def test_intervals_of_shares_cover_the_truth_though_answers_to_an_example_are_alike(payer: Payer) -> None:
    (constraint,) = parse_constraints(["json >= 90 %"])
    covered = 0
    for world in range(100):
        rng = random.Random(world)
        pairs = []
        for example in (Example(id=f"{world}/{i}") for i in range(30)):
            easy = rng.random() < 0.85
            for repeat in range(3):
                one = answer(example.id, repeat, text="{}" if rng.random() < (0.99 if easy else 0.5) else "no")
                pairs.append(Pair(example, repeat, one, one, None, None, (one,), (one,)))
        (held,) = constraints_held([constraint], pairs, (Settings(), Settings()), unit="examples", payer=payer)
        assert held.best.low is not None
        assert held.best.high is not None
        covered += held.best.low <= 0.85 * 0.99 + 0.15 * 0.5 <= held.best.high
    assert covered >= 88  # 95 % of 100, three standard deviations down


@pytest.mark.parametrize(
    ("best", "baseline", "verdict", "recommended"),
    [
        ("holds", "holds", "better", True),
        ("holds", "holds", "worse", False),
        ("holds", "broken", "worse", True),
        ("not shown", "broken", "no measurable gain", True),
        ("broken", "holds", "better", False),
        ("broken", "broken", "better", True),
        ("broken", "broken", "worse", False),
        ("holds", "not shown", "no measurable gain", True),
        ("holds", "not shown", "worse", False),
        ("holds", "broken", None, False),
    ],
)
def test_a_side_that_breaks_a_constraint_gives_way(
    best: Status, baseline: Status, verdict: VerdictText | None, recommended: bool
) -> None:
    (constraint,) = parse_constraints(["tokens <= 20"])
    means = {"holds": 15.0, "not shown": 21.0, "broken": 30.0}
    held = Held(
        constraint,
        *(Kept(means[status], means[status] - 2, means[status] + 2, status) for status in (best, baseline)),
        0.95,
    )
    assert follows([held], verdict) is recommended


def test_without_constraints_the_verdict_decides() -> None:
    assert follows([], "better")
    assert not any(follows([], verdict) for verdict in ("no measurable gain", "worse", None))  # type: ignore[arg-type]
