"""Streamed answers are the same answers; those that loop are ended, marked, and charged for what they can have cost."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from feinschliff.endpoints import batch as batch_module
from feinschliff.endpoints.embedded import EmbeddedEndpoint
from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.endpoints.protocol import Endpoint, Reply, Request
from feinschliff.generation import Ask, Budget, Caps, Payer, generate
from feinschliff.models.house import house_path
from feinschliff.records import Answer, Example, Settings
from feinschliff.store import Store, open_store
from tests.fakes.metered import MeteredServer
from tests.fakes.openai_server import FakeServer
from tests.fakes.streams import STREAM_FAULTS, StreamStyle

LOOP = "Ein ruhiges Zimmer mit Blick. " * 60


def loops_sometimes(body: Any) -> str:
    """A loop for every third prompt."""
    prompt = str(body["messages"][-1]["content"])
    return LOOP if int(prompt.split()[-1]) % 3 == 0 else f"An answer to {prompt}."


def asks(count: int, **settings: Any) -> list[Ask]:
    values = {"prompt": "Say {{ word }}", "temperature": 0.5, "max_tokens": 300, **settings}
    return [Ask(Example(id=f"e{i}", row={"word": f"w {i}"}), Settings(values=values), 0) for i in range(count)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(str(tmp_path / "s.db")) as opened:
        yield opened


def payer(endpoint: Endpoint, store: Store, caps: Caps | None = None, *, stream: bool = True) -> Payer:
    return Payer(endpoint, "fake-1", store, Budget(caps or Caps(), spent=store.spent("r")), "r", stream=stream)


def texts(answers: list[Answer | None]) -> list[str]:
    return [answer.text for answer in answers if answer is not None]


def test_short_answers_are_shared_with_plain_runs(store: Store) -> None:
    with FakeServer() as server, HttpEndpoint(server.url) as endpoint:
        wanted = asks(8, max_tokens=16)
        streamed = generate(wanted, payer(endpoint, store))
        assert generate(wanted, payer(endpoint, store, stream=False)) == streamed
        assert server.counts["POST"] == 8
    assert all(body["stream"] for body in server.bodies)
    assert all(a is not None and a.first_token_s is not None and a.first_token_s <= a.latency_s for a in streamed)


def test_answers_that_could_loop_have_keys_of_their_own(store: Store) -> None:
    with FakeServer(answer=loops_sometimes) as server, HttpEndpoint(server.url) as endpoint:
        wanted = asks(6)
        plain = generate(wanted, payer(endpoint, store, stream=False))
        streamed = generate(wanted, payer(endpoint, store))
        assert server.counts["POST"] == 12
        assert generate(wanted, payer(endpoint, store)) == streamed
        assert generate(wanted, payer(endpoint, store, stream=False)) == plain
        assert server.counts["POST"] == 12
    for before, after in zip(plain, streamed, strict=True):
        assert before is not None
        assert after is not None
        if "looping" in before.flags:
            assert before.text.startswith(after.text)
            assert after.flags == ("looping", "stopped_early")
            assert (after.finish_reason, after.tokens_estimated) == (None, True)
            assert 0 < after.completion_tokens < 100 < before.completion_tokens
        else:
            assert (after.text, after.flags) == (before.text, before.flags)
    assert sum(a is not None and "stopped_early" in a.flags for a in streamed) == 2


def test_a_resumed_run_gives_the_same_answers(tmp_path: Path) -> None:
    wanted = asks(12)
    faults = dict.fromkeys(STREAM_FAULTS, 0.05)
    with FakeServer(answer=loops_sometimes, faults=faults, seed=3) as server, HttpEndpoint(server.url) as endpoint:
        with open_store(str(tmp_path / "a.db")) as store:
            whole = texts(generate(wanted, payer(endpoint, store)))
        with open_store(str(tmp_path / "b.db")) as store:
            assert None in generate(wanted, payer(endpoint, store, Caps(requests=5)))
        with open_store(str(tmp_path / "b.db")) as store:
            assert texts(generate(wanted, payer(endpoint, store))) == whole


def test_log_probabilities_come_in_one_piece(store: Store) -> None:
    with FakeServer() as server, HttpEndpoint(server.url) as endpoint:
        generate(asks(2, logprobs=True), payer(endpoint, store))
    assert all("stream" not in body for body in server.bodies)


def test_tokens_that_nobody_counted_are_those_that_came(store: Store) -> None:
    server = FakeServer(style=StreamStyle(usage=False), answer=lambda _: "a b c d")
    with server, HttpEndpoint(server.url) as endpoint:
        (answer,) = generate(asks(1), payer(endpoint, store))
    assert answer is not None
    assert (answer.completion_tokens, answer.tokens_estimated) == (4, True)


@pytest.mark.parametrize(
    ("told", "charged"),
    [((None, None), 300), ((20, 120), 152), ((20, 290), 300)],
    ids=["not counted", "counted on the way", "counted near the end"],
)
def test_what_an_ended_answer_is_charged(told: tuple[int | None, int | None], charged: int) -> None:
    budget = Budget(Caps(tokens=5000))
    request = Request("r", "m", (), {}, prompt_tokens=20, max_tokens=300)
    reply = Reply(request, LOOP[:256], prompt_tokens=told[0], completion_tokens=told[1], stopped_early=True, pieces=90)
    assert budget.admit(request)
    most = budget._most(request).prompt
    budget.settle(request, reply)
    assert budget.tokens == charged + (most if told[0] is None else 20)


@pytest.mark.parametrize("seed", range(8))
def test_no_limit_is_passed(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server bills whole answers, also those that broke off or were ended."""
    monkeypatch.setattr(batch_module, "backoff_s", lambda failures, retry_after_s: 0.001)
    rng = random.Random(seed)
    tokens = rng.randint(1000, 12_000)
    faults = {kind: rng.uniform(0, 0.1) for kind in STREAM_FAULTS}
    server = MeteredServer(models=("fake-1",), answer=loops_sometimes, faults=faults, seed=seed)
    with server, HttpEndpoint(server.url, concurrency=rng.randint(1, 6)) as endpoint:
        for part in (0.5, 1.0):
            with open_store(str(tmp_path / "s.db")) as store:
                generate(
                    asks(30, max_tokens=rng.choice([64, 120])), payer(endpoint, store, Caps(tokens=int(part * tokens)))
                )
                spent = store.spent("r")
            assert server.tokens <= part * tokens
    assert spent.tokens + spent.uncounted_tokens >= server.tokens


def test_the_engine_counts_what_it_made(store: Store) -> None:
    stuck = {"temperature": 0.0, "extra.logit_bias": [["Hund", 100.0]]}
    wanted = [*asks(3, max_tokens=200, **stuck), *asks(3, max_tokens=100)]
    with EmbeddedEndpoint(house_path(), alias="fake-1") as engine:
        streamed = generate(wanted, payer(engine, store))
        plain = generate(wanted, payer(engine, store, stream=False))
        assert streamed == generate(wanted, payer(engine, store))
    ended = [a for a in streamed if a is not None and "stopped_early" in a.flags]
    assert ended == streamed[:3]
    for before, after in zip(plain, streamed, strict=True):
        assert before is not None
        assert after is not None
        assert not after.tokens_estimated
        if after in ended:
            assert before.text.startswith(after.text)
            assert after.completion_tokens < before.completion_tokens
        else:
            alike = {"key": "", "latency_s": 0.0, "first_token_s": None}
            assert after.model_copy(update=alike) == before.model_copy(update=alike)
