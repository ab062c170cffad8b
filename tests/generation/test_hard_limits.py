"""No limit is ever passed, by the server's own books: whatever breaks, whenever the process dies."""

from __future__ import annotations

import random
import time
from contextlib import suppress
from pathlib import Path

import pytest

from feinschliff.endpoints import batch as batch_module
from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.errors import RunError
from feinschliff.generation import Ask, Budget, Caps, Payer, Price, PriceEntry, Prices, generate
from feinschliff.records import Answer, Example, Settings
from feinschliff.store import Store, open_store
from tests.fakes.metered import MeteredServer, random_faults

PRICES = {"cheap": (1.0, 2.0), "dear": (10.0, 40.0)}
TABLE = Prices(entries=tuple(PriceEntry(model, Price(*price)) for model, price in PRICES.items()))
TEXTS = ("Wie geht es dir heute?", "안녕하세요, 반갑습니다", "🎉🚲🇩🇪", "x = {k: v**2 for k in 3.14159265358979}", "ok")


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Back-off without waiting."""
    monkeypatch.setattr(batch_module, "backoff_s", lambda failures, retry_after_s: 0.001)


def asks(rng: random.Random, count: int) -> list[Ask]:
    values = {"prompt": "{{ text }} {{ number }}", "max_tokens": rng.choice([4, 16, 64])}
    return [
        Ask(
            Example(id=f"e{i}", row={"text": rng.choice(TEXTS) * rng.randint(1, 5), "number": i}),
            Settings(values={**values, "model": rng.choice(list(PRICES))}),
            0,
        )
        for i in range(count)
    ]


class Killed(BaseException):
    """Stands for the end of a process in the middle of its work."""


def one_process(path: Path, server: MeteredServer, caps: Caps, work: list[Ask], rng: random.Random) -> None:
    """A resume that dies after so many answers, if it gets that far."""
    dies_after, heard = rng.randint(1, 30), 0

    def on_answer(answer: Answer) -> None:
        nonlocal heard
        heard += 1
        if heard == dies_after:
            raise Killed

    with (
        open_store(str(path)) as store,
        HttpEndpoint(server.url, concurrency=rng.randint(1, 6), timeout_s=0.08) as endpoint,
    ):
        budget = Budget(caps, spent=store.spent("r"), prices=TABLE)
        payer = Payer(endpoint, "cheap", store, budget, "r", on_answer=on_answer)
        with suppress(Killed, RunError):
            generate(work, payer)


@pytest.mark.parametrize("seed", range(16))
def test_no_limit_is_passed(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # A process that is killed takes nothing back of what it has set aside.
    monkeypatch.setattr(Store, "release", lambda store, number: None)
    rng = random.Random(seed)
    caps = Caps(
        requests=rng.choice([None, rng.randint(1, 60)]),
        tokens=rng.choice([None, rng.randint(100, 12_000)]),
        usd=rng.choice([None, rng.uniform(0.0005, 0.05)]),
    )
    work = asks(rng, 40)
    faults = {kind: share for kind, share in random_faults(rng).items() if kind != "429-retry-after"}
    server = MeteredServer(
        models=tuple(PRICES), faults=faults, seed=seed, usage=rng.random() < 0.8, silence_s=0.1, slowest_s=0.003
    )
    with server:
        for _ in range(rng.randint(1, 4)):
            one_process(tmp_path / "s.db", server, caps, work, rng)
            time.sleep(0.02)
    assert caps.requests is None or server.asked <= caps.requests
    assert caps.tokens is None or server.tokens <= caps.tokens
    assert caps.usd is None or server.usd(PRICES) <= caps.usd
    with open_store(str(tmp_path / "s.db")) as store:
        spent = store.spent("r")
    assert spent.requests >= server.asked
    assert spent.tokens + spent.uncounted_tokens >= server.tokens
    assert TABLE.most_usd(spent) >= server.usd(PRICES) - 1e-12


def test_where_nothing_breaks_the_books_agree_and_the_limits_are_used(tmp_path: Path) -> None:
    work = [ask for seed in range(3) for ask in asks(random.Random(seed), 40)]
    caps = Caps(tokens=10_000, usd=0.2)
    with (
        MeteredServer(models=tuple(PRICES)) as server,
        open_store(str(tmp_path / "s.db")) as store,
        HttpEndpoint(server.url, concurrency=4) as endpoint,
    ):
        payer = Payer(endpoint, "cheap", store, Budget(caps, prices=TABLE), "r")
        generate(work, payer)
        spent = store.spent("r")
    assert spent.requests == server.asked
    assert (spent.tokens, spent.uncounted_tokens) == (server.tokens, 0)
    assert TABLE.spent_usd(spent) == pytest.approx(server.usd(PRICES))
    assert sum(row.usd or 0.0 for row in spent.models) == pytest.approx(server.usd(PRICES))
    used = max(server.tokens / 10_000, server.usd(PRICES) / 0.2)
    assert payer.budget.exhausted == "tokens"
    assert used > 0.95


def test_one_model_after_the_other_and_the_last_comes_first(tmp_path: Path) -> None:
    models = ("a", "b", "c")
    with (
        MeteredServer(models=models, slowest_s=0.01) as server,
        open_store(str(tmp_path / "s.db")) as store,
        HttpEndpoint(server.url, concurrency=6) as endpoint,
    ):
        payer = Payer(endpoint, "a", store, Budget(Caps()), "r")
        for number in range(4):
            round_ = [
                Ask(Example(id=f"e{i}"), Settings(values={"prompt": "hi", "model": models[i % 3]}), number)
                for i in range(30)
            ]
            generate(round_, payer)
            assert server.switches == 2 * (number + 1)
    assert server.asked == 120
