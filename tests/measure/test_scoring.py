"""Foreign scorers are held to the protocol."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from feinschliff.errors import RunError, ScorerError
from feinschliff.measure import score_answers
from feinschliff.records import Answer, Example, Score
from feinschliff.store import open_store

EXAMPLES = [Example(id=f"e{i}", target="t") for i in range(3)]
ANSWERS = [Answer(key=f"k{i}", example=f"e{i}", repeat=0, text="x") for i in range(3)]


class Foreign:
    """A scorer that somebody else wrote."""

    def __init__(self, score: Callable[[], list[Score]], name: str = "foreign") -> None:
        self.name = name
        self._score = score
        self.calls = 0

    def score(self, examples: list[Example], answers: list[Answer]) -> list[Score]:
        self.calls += len(answers)
        return self._score()[: len(answers)]


def test_scores_are_kept_and_asked_for_once(tmp_path: Path) -> None:
    scorer = Foreign(lambda: [Score(value=0.1), Score(value=None, reason="no"), Score(value=0.3)])
    with open_store(str(tmp_path / "s.db")) as store:
        first = score_answers(scorer, EXAMPLES, ANSWERS, store=store)
        assert score_answers(scorer, EXAMPLES, ANSWERS, store=store) == first
        assert scorer.calls == 3
        renamed = Foreign(lambda: [Score(value=0.9)] * 3, name="foreign-2")
        assert [s.value for s in score_answers(renamed, EXAMPLES, ANSWERS, store=store)] == [0.9] * 3
    assert [s.value for s in first] == [0.1, None, 0.3]


def test_nan_is_none_with_a_reason_the_first_time_and_later(tmp_path: Path) -> None:
    scorer = Foreign(lambda: [Score(value=math.nan), Score(value=math.inf), Score(value=0.5)])
    with open_store(str(tmp_path / "s.db")) as store:
        for _ in range(2):
            scores = score_answers(scorer, EXAMPLES, ANSWERS, store=store)
            assert [s.value for s in scores] == [None, None, 0.5]
            assert "nan" in str(scores[0].reason)


def _boom() -> list[Score]:
    raise ValueError("boom")


def _known() -> list[Score]:
    raise ScorerError("known")


@pytest.mark.parametrize(
    ("score", "kind", "words"),
    [
        (lambda: [Score(value=1.0)], RunError, "1 scores for 3 answers"),
        (_boom, RunError, "ValueError: boom"),
        (_known, ScorerError, "known"),
    ],
)
def test_a_broken_scorer_is_named(score: Callable[[], list[Score]], kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        score_answers(Foreign(score), EXAMPLES, ANSWERS, store=None)
