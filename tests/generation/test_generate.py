"""The path to a paid answer: durable, counted once, never beyond the budget."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from feinschliff.endpoints.protocol import Reply, Request
from feinschliff.errors import TaskError
from feinschliff.generation import Ask, Budget, Caps, Payer, Price, Prices, answer_seed, check_template, generate
from feinschliff.records import Example, Message, Settings
from feinschliff.store import Store, open_store
from tests.fakes.scripted import AnswerFunction, ScriptedEndpoint

SETTINGS = Settings(values={"prompt": "Say {{ word }}", "temperature": 0.5, "max_tokens": 16})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(str(tmp_path / "s.db")) as opened:
        yield opened


def asks(count: int, repeats: int = 1) -> list[Ask]:
    examples = [Example(id=f"e{i}", row={"word": f"w{i}"}) for i in range(count)]
    return [Ask(e, SETTINGS, r) for e in examples for r in range(repeats)]


def payer(store: Store, answer: AnswerFunction, caps: Caps | None = None, **more: object) -> Payer:
    budget = Budget(caps or Caps(), spent=store.spent("r"), prices=Prices(more.pop("price", None)))  # type: ignore[arg-type]
    return Payer(ScriptedEndpoint(answer), "toy", store, budget, "r", **more)  # type: ignore[arg-type]


def echo(request: Request) -> str:
    return f"{request.messages[-1].content}/{request.fields['seed']}"


def test_answers_come_in_the_order_of_the_asks_and_are_paid_once(store: Store) -> None:
    first = payer(store, echo)
    wanted = asks(5, repeats=2)
    answers = generate(wanted, first)
    assert [a.example for a in answers if a] == [ask.example.id for ask in wanted]
    assert len({a.text for a in answers if a}) == 10
    again = payer(store, echo)
    assert generate(list(reversed(wanted)), again) == list(reversed(answers))
    assert again.endpoint.requests == []  # type: ignore[attr-defined]
    assert store.spent("r").requests == 10


def test_the_seed_is_the_same_for_every_setting_and_differs_by_repeat() -> None:
    seeds = {answer_seed(1, "e", r) for r in range(100)}
    assert len(seeds) == 100
    assert all(0 <= s < 2**31 for s in seeds)
    assert answer_seed(1, "e", 0) != answer_seed(2, "e", 0)


def test_a_salt_shares_no_answers(store: Store) -> None:
    generate(asks(3), payer(store, echo))
    fresh = payer(store, echo, salt="other")
    generate(asks(3), fresh)
    assert len(fresh.endpoint.requests) == 3  # type: ignore[attr-defined]


def test_the_request_budget_is_hard(store: Store) -> None:
    limited = payer(store, echo, Caps(requests=4))
    answers = generate(asks(10), limited)
    assert sum(a is not None for a in answers) == 4
    assert limited.budget.exhausted == "requests"
    later = payer(store, echo, Caps(requests=6))
    assert sum(a is not None for a in generate(asks(10), later)) == 6
    assert store.spent("r").requests == 6


def test_a_request_starts_only_if_its_tokens_fit(store: Store) -> None:
    limited = payer(store, echo, Caps(tokens=100))
    generate(asks(10), limited)
    spent = store.spent("r")
    assert 0 < spent.tokens <= 100
    assert limited.budget.exhausted == "tokens"


def test_money_is_counted_and_limited(store: Store) -> None:
    limited = payer(store, echo, Caps(usd=0.0005), price=Price(5.0, 5.0))
    generate(asks(20), limited)
    usd = store.spent("r").usd
    assert usd is not None
    assert 0 < usd <= 0.0005


def test_a_failed_answer_is_a_row_and_is_not_asked_again(store: Store) -> None:
    def refuse(request: Request) -> Reply:
        return Reply(request, failure="400: no", attempts=2)

    answers = generate(asks(1), payer(store, refuse))
    assert answers[0] is not None
    assert answers[0].failure == "400: no"
    assert answers[0].prompt_tokens == 0
    again = payer(store, refuse)
    generate(asks(1), again)
    assert again.endpoint.requests == []  # type: ignore[attr-defined]
    assert store.spent("r").requests == 2


def test_requests_of_one_model_stay_together(store: Store) -> None:
    mixed = [
        Ask(Example(id=f"e{i}", row={"word": "x"}), SETTINGS.merged(Settings(values={"model": "ab"[i % 2]})), 0)
        for i in range(6)
    ]
    used = payer(store, echo)
    generate(mixed, used)
    models = [r.model for r in used.endpoint.requests]  # type: ignore[attr-defined]
    assert models == sorted(models)


def test_a_conversation_keeps_its_turns_and_the_prompt_comes_last(store: Store) -> None:
    turns = (
        Message(role="system", content="old"),
        Message(role="user", content="a"),
        Message(role="assistant", content="b"),
    )
    example = Example(id="c", row={"x": 1}, messages=turns)
    used = payer(store, echo)
    generate([Ask(example, Settings(values={"system": "new {{ x }}", "prompt": "now?"}), 0)], used)
    sent = [(m.role, m.content) for m in used.endpoint.requests[0].messages]  # type: ignore[attr-defined]
    assert sent == [("system", "new 1"), ("user", "a"), ("assistant", "b"), ("user", "now?")]


@pytest.mark.parametrize(
    ("template", "words"),
    [("{{ pots }}", "'pots', which is no column"), ("{{ post", "no valid template"), ("{% if %}", "no valid")],
)
def test_template_mistakes_are_named(template: str, words: str) -> None:
    with pytest.raises(TaskError, match=words):
        check_template(template, ["post"], what="prompt")
