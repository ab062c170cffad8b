"""What every scorer must do. A test module for a scorer inherits `ScorerContract` and gives `make`."""

from __future__ import annotations

import math
import random
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Sequence

import pytest

from feinschliff.records import Answer, Example, Score
from feinschliff.scorers.protocol import Scorer, needs_target

POST = "Das Hotel liegt direkt am See. Es bietet Frühstück ab sieben Uhr und heißen Tee."
TARGETS = (
    "Frühstück am See ab sieben Uhr",
    "Die Maße der Tür sind nicht groß",
    "오늘 날씨가 정말 좋습니다",
    "A quiet room, not by the street",
    '{"name": "Käse", "price": 3}',
)
ANSWERS = (
    "Frühstück am See",
    "\nDie Masse der Tür sind größer",
    "오늘은 날씨가 좋다",
    "",
    '{"name": "Käse", "price": 4}',
    " ",
    "See See See",
    "<think>Der See.</think>Frühstück am See",
    "Nicht groß.</think><answer>Die Tür</answer>",
)


def make_answer(text: str, *, failure: str | None = None) -> Answer:
    """An answer with that text."""
    return Answer(key=text, example="e", repeat=0, text=text, failure=failure)


def make_pairs() -> tuple[list[Example], list[Answer]]:
    """Each answer with each target, German, English, Korean and JSON."""
    examples = [Example(id=str(i), row={"post": POST, "wanted": t}, target=t) for i, t in enumerate(TARGETS)]
    pairs = [(example, make_answer(text)) for example in examples for text in ANSWERS]
    return [e for e, _ in pairs], [a for _, a in pairs]


def decompose(text: str) -> str:
    """The same text in normal form D."""
    return unicodedata.normalize("NFD", text)


class ScorerContract(ABC):
    """The law of `feinschliff.scorers.protocol.Scorer`."""

    bounded = True
    """Whether scores lie between 0 and 1."""

    @abstractmethod
    def make(self, targets: Sequence[str] = TARGETS) -> Scorer:
        """A new scorer; made twice, it must be the same one."""

    def test_gives_one_score_per_pair(self) -> None:
        examples, answers = make_pairs()
        scores = self.make().score(examples, answers)
        assert len(scores) == len(answers)
        assert all(isinstance(score, Score) for score in scores)
        assert any(score.value is not None for score in scores)
        assert self.make().score([], []) == []

    def test_scores_are_finite_and_in_range_or_none_with_a_reason(self) -> None:
        for score in self.make().score(*make_pairs()):
            if score.value is None:
                assert score.reason
            else:
                assert math.isfinite(score.value)
                assert not self.bounded or 0 <= score.value <= 1

    def test_tells_answers_apart(self) -> None:
        values = {score.value for score in self.make().score(*make_pairs()) if score.value is not None}
        assert len(values) > 1

    def test_a_score_does_not_depend_on_the_batch(self) -> None:
        examples, answers = make_pairs()
        scorer = self.make()
        whole = scorer.score(examples, answers)
        alone = [scorer.score([e], [a])[0] for e, a in zip(examples, answers, strict=True)]
        assert whole == alone

    @pytest.mark.parametrize("seed", range(3))
    def test_order_and_choice_of_pairs_change_nothing(self, seed: int) -> None:
        examples, answers = make_pairs()
        places = random.Random(seed).sample(range(len(answers)), k=len(answers) // (1 + seed))
        scorer = self.make()
        whole = scorer.score(examples, answers)
        part = scorer.score([examples[i] for i in places], [answers[i] for i in places])
        assert part == [whole[i] for i in places]

    def test_is_deterministic_and_its_name_is_stable(self) -> None:
        first, second = self.make(), self.make()
        assert first.name == second.name
        assert first.name
        assert first.score(*make_pairs()) == first.score(*make_pairs()) == second.score(*make_pairs())

    def test_a_failed_answer_is_none(self) -> None:
        example = Example(id="1", row={"post": POST}, target=TARGETS[0])
        (score,) = self.make().score([example], [make_answer("", failure="timeout")])
        assert score.value is None
        assert "timeout" in (score.reason or "")

    def test_an_empty_answer_is_an_answer(self) -> None:
        example = Example(id="1", row={"post": POST}, target=TARGETS[-1])
        (score,) = self.make().score([example], [make_answer("")])
        assert score.value is not None

    def test_a_missing_target_is_none_where_one_is_needed(self) -> None:
        scorer = self.make()
        example = Example(id="1", row={"post": POST})
        (score,) = scorer.score([example], [make_answer("Frühstück am See")])
        if needs_target(scorer):
            assert score.value is None
            assert "target" in (score.reason or "")
        else:
            assert score.value is not None

    def test_the_normal_form_changes_nothing(self) -> None:
        examples, answers = make_pairs()
        scorer = self.make()
        other_examples = [
            Example(
                id=e.id,
                row={"post": decompose(POST), "wanted": decompose(e.target or "")},
                target=decompose(e.target or ""),
            )
            for e in examples
        ]
        other_answers = [a.model_copy(update={"text": decompose(a.text)}) for a in answers]
        assert scorer.score(other_examples, other_answers) == scorer.score(examples, answers)
        refitted = self.make(targets=[decompose(target) for target in TARGETS])
        assert refitted.score(examples, answers) == scorer.score(examples, answers)

    def test_lists_of_different_length_are_refused(self) -> None:
        examples, answers = make_pairs()
        with pytest.raises(ValueError, match="answers"):
            self.make().score(examples, answers[1:])
