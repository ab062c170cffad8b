"""The contract, with embeddings by a server: a fake one, and llama.cpp with the house model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from feinschliff.endpoints.embedded import EmbeddedEndpoint
from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.endpoints.protocol import Endpoint
from feinschliff.generation import Budget, Caps, Payer
from feinschliff.generation.embedding import EndpointEmbedder
from feinschliff.models.house import house_path
from feinschliff.records import Example
from feinschliff.scorers import Scorer, make_scorer
from feinschliff.scorers.embedding import lend
from feinschliff.scorers.protocol import scoring_costs
from feinschliff.store import Store, open_store
from tests.contracts.scorer_contract import TARGETS, ScorerContract, make_answer
from tests.fakes.openai_server import FakeServer


@pytest.fixture(scope="module")
def served() -> Iterator[Endpoint]:
    with FakeServer() as server, HttpEndpoint(server.url) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def engine() -> Iterator[Endpoint]:
    with EmbeddedEndpoint(house_path(), alias="house", embeds=True) as endpoint:
        yield endpoint


class ByServer(ScorerContract):
    spec = "embedding"
    endpoint: Endpoint

    @pytest.fixture(autouse=True)
    def _own_stores(self, tmp_path: Path) -> Iterator[None]:
        """Each scorer has a store of its own, so that no vector comes from an earlier one."""
        self._folder, self._stores = tmp_path, list[Store]()
        yield
        for store in self._stores:
            store.close()

    def embedder(self) -> EndpointEmbedder:
        store = open_store(str(self._folder / f"{len(self._stores)}.db"))
        self._stores.append(store)
        model = self.endpoint.models()[0].name
        return EndpointEmbedder(Payer(self.endpoint, model, store, Budget(Caps()), "r"))

    def make(self, targets: Sequence[str] = TARGETS) -> Scorer:
        return lend(make_scorer(self.spec), lambda place: self.embedder())


class TestFakeServer(ByServer):
    @pytest.fixture(autouse=True)
    def _endpoint(self, served: Endpoint) -> None:
        self.endpoint = served


class TestEmbeddedEngine(ByServer):
    spec = "embedding=1,similarity=1"

    @pytest.fixture(autouse=True)
    def _endpoint(self, engine: Endpoint) -> None:
        self.endpoint = engine

    def test_near_lines_score_higher(self) -> None:
        embedding = lend(make_scorer("embedding"), lambda place: self.embedder())
        target = "Verkaufe Fahrrad in der Ahornstraße"
        answers = ["Verkaufe Rad in der Ahornstraße", "Yoga class on Tuesday evening", target]
        examples = [Example(id="1", target=target)] * 3
        near, far, same = (s.value or 0.0 for s in embedding.score(examples, [make_answer(a) for a in answers]))
        assert same == pytest.approx(1)
        assert near > far
        assert scoring_costs(embedding)
