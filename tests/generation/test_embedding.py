"""Embeddings on a run's account: charged once, kept, never above the limits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.generation import Budget, Caps, Payer, Price, Prices
from feinschliff.generation.embedding import EndpointEmbedder
from feinschliff.store import Store, open_store
from feinschliff.text.vectors import NoVector, Vector
from tests.fakes.embeddings import LONGEST, embedding_of
from tests.fakes.openai_server import FakeServer, spread

TEXTS = [f"Zeile {i} über Katzen" for i in range(70)]


@contextmanager
def embedding(
    server: FakeServer, path: Path, caps: Caps | None = None, *, prices: Prices | None = None
) -> Iterator[tuple[EndpointEmbedder, Budget, Store]]:
    """An embedder on the account of run `r`, whose earlier resumes count."""
    with open_store(str(path)) as store, HttpEndpoint(server.url) as endpoint:
        budget = Budget(caps or Caps(), spent=store.spent("r"), prices=prices)
        yield EndpointEmbedder(Payer(endpoint, "fake-1", store, budget, "r")), budget, store


def is_right(vectors: list[Vector | NoVector], texts: list[str]) -> bool:
    return all(
        not isinstance(v, NoVector) and np.array_equal(v, np.array(embedding_of(t), dtype=np.float32))
        for v, t in zip(vectors, texts, strict=True)
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


def test_texts_go_in_batches_and_are_charged(path: Path) -> None:
    with FakeServer() as server, embedding(server, path, prices=Prices(every=Price(1.0, 9.0))) as (embedder, _, store):
        assert is_right(embedder.embed(TEXTS), TEXTS)
        assert sorted(len(body["input"]) for body in server.bodies) == [6, 32, 32]
        spent = store.spent("r")
        assert (spent.requests, spent.prompt_tokens, spent.completion_tokens) == (3, 4 * 70, 0)
        assert spent.usd == pytest.approx(280e-6)
        assert spent.answers == 0
        assert spent.uncounted_tokens == 0


def test_nothing_is_paid_twice(path: Path) -> None:
    with FakeServer() as server:
        with embedding(server, path) as (embedder, _, _):
            first = embedder.embed(TEXTS[:10])
            assert is_right(embedder.embed(TEXTS[:12]), TEXTS[:12])
        with embedding(server, path) as (embedder, _, store):
            assert is_right(embedder.embed(TEXTS[:12][::-1]), TEXTS[:12][::-1])
            assert server.counts["POST"] == store.spent("r").requests == 2
    assert is_right(first, TEXTS[:10])


def test_the_budget_ends_it_and_a_larger_one_goes_on(path: Path) -> None:
    with FakeServer() as server:
        with embedding(server, path, Caps(requests=2)) as (embedder, budget, _):
            vectors = embedder.embed(TEXTS)
            late = [v for v in vectors if isinstance(v, NoVector)]
            assert 0 < len(late) < len(TEXTS)
            assert all(v.transient and "requests" in v.reason for v in late)
            assert budget.exhausted == "requests"
        assert server.counts["POST"] == 2
        with embedding(server, path, Caps(requests=3)) as (embedder, _, _):
            assert is_right(embedder.embed(TEXTS), TEXTS)
        assert server.counts["POST"] == 3


def test_a_limit_of_tokens_holds(path: Path) -> None:
    with FakeServer() as server, embedding(server, path, Caps(tokens=1100)) as (embedder, _, store):
        vectors = embedder.embed(TEXTS)
        assert any(isinstance(v, NoVector) for v in vectors)
        spent = store.spent("r")
        assert 0 < spent.tokens + spent.uncounted_tokens <= 1100


@pytest.mark.parametrize("seed", range(3))
def test_failed_attempts_are_charged(path: Path, seed: int) -> None:
    with FakeServer(faults=spread(0.4), seed=seed) as server, embedding(server, path) as (embedder, _, store):
        assert is_right(embedder.embed(TEXTS), TEXTS)
        assert store.spent("r").requests == server.counts["POST"] > 3


def test_a_text_that_is_refused_spoils_nothing_for_the_others(path: Path) -> None:
    texts = [*TEXTS[:5], "a" * (LONGEST + 1), *TEXTS[5:10]]
    with FakeServer() as server, embedding(server, path) as (embedder, _, _):
        embedder.embed(["a"])
        vectors = embedder.embed(texts)
        refused = vectors.pop(5)
        assert isinstance(refused, NoVector)
        assert not refused.transient
        assert is_right(vectors, [*TEXTS[:10]])


def test_the_name_tells_model_and_place(path: Path) -> None:
    with FakeServer() as one, FakeServer() as other:
        with embedding(one, path) as (embedder, _, _):
            name = embedder.name
        with embedding(other, path) as (embedder, _, _):
            assert embedder.name != name
        assert name.startswith("fake-1@")


def test_without_usage_estimates_are_charged(path: Path) -> None:
    with FakeServer(usage=False) as server, embedding(server, path) as (embedder, _, store):
        assert is_right(embedder.embed(TEXTS[:3]), TEXTS[:3])
        spent = store.spent("r")
        assert spent.requests == 1
        assert spent.tokens + spent.uncounted_tokens > 0
