"""The sentiment of answers; a small classifier stands for the one from the hub."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from feinschliff.errors import ScorerError
from feinschliff.records import Example, Score
from feinschliff.scorers import Scorer, make_scorer
from feinschliff.scorers.polarity import macro_f1, polarity
from feinschliff.scorers.protocol import scorer_notes
from tests.contracts.scorer_contract import TARGETS, ScorerContract, make_answer
from tests.scorers.tiny_models import rename_labels, write_classifier


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("positive", "positive"), ("POS", "positive"), ("LABEL_Positiv", "positive"),
        ("Negative sentiment", "negative"),
        ("neg", "negative"), ("NEU", "neutral"), ("긍정", "positive"), ("부정적", "negative"), ("1 star", "negative"),
        ("3 stars", "neutral"), ("5 Sterne", "positive"), ("LABEL_2", "2"), ("Joy", "joy"),
    ],
)  # fmt: skip
def test_names_of_sentiments(label: str, expected: str) -> None:
    assert polarity(label) == expected


@pytest.mark.parametrize("seed", range(5))
def test_macro_f1_is_scikit_learns(seed: int) -> None:
    from sklearn.metrics import f1_score

    rng = random.Random(seed)
    gold, found = (rng.choices(["positive", "negative", "neutral"][: 2 + side], k=30) for side in (0, 1))
    assert macro_f1(gold, found) == pytest.approx(f1_score(gold, found, average="macro", zero_division=0))


@pytest.mark.parametrize("lists", [([], []), (["positive"], [])])
def test_macro_f1_of_nothing_is_refused(lists: tuple[list[str], list[str]]) -> None:
    with pytest.raises(ValueError, match="gold labels"):
        macro_f1(*lists)


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feinschliff.scorers.model_folder.find_spec", lambda name: None)
    for spec, extra in (("sentiment", "sentiment"), ("sentiment-soft:x", "sentiment"), ("embedding:x", "embedding")):
        with pytest.raises(ScorerError, match="needs the package") as caught:
            make_scorer(spec)
        assert f"feinschliff[{extra}]" in (caught.value.mend or "")


def test_the_german_model_is_no_default_for_english() -> None:
    with pytest.raises(ScorerError, match="reads German"):
        make_scorer("sentiment", targets=["This is the best of all the hotels by the lake", "We had a bad time there"])


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_classifier(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def permuted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_classifier(tmp_path_factory.mktemp("models") / "tiny", order=(2, 0, 1))


TEXTS = ("gut", "schlecht!", "das war nichts", "sehr schön", "ab 7 uhr", "nie wieder", "toll, toll", "es geht so")


def scores_of(scorer: Scorer, pairs: Sequence[tuple[str, str]]) -> list[Score]:
    examples = [Example(id=str(i), target=target) for i, (_, target) in enumerate(pairs)]
    return scorer.score(examples, [make_answer(answer) for answer, _ in pairs])


PAIRS = [(a, b) for a in TEXTS for b in TEXTS]


@pytest.mark.second
def test_the_order_of_the_labels_changes_nothing(model: Path, permuted: Path) -> None:
    one, other = make_scorer(f"sentiment:{model}"), make_scorer(f"sentiment:{permuted}")
    values = [score.value for score in scores_of(one, PAIRS)]
    assert values == [score.value for score in scores_of(other, PAIRS)]
    assert {0.0, 1.0} == set(values)
    soft, other_soft = make_scorer(f"sentiment-soft:{model}"), make_scorer(f"sentiment-soft:{permuted}")
    for a, b in zip(scores_of(soft, PAIRS), scores_of(other_soft, PAIRS), strict=True):
        assert a.value == pytest.approx(b.value, abs=1e-5)


@pytest.mark.second
def test_the_spelling_of_the_labels_changes_nothing(model: Path, tmp_path: Path) -> None:
    spelt = write_classifier(tmp_path / "spelt")
    rename_labels(spelt, {"positive": "POS", "negative": "Negativ", "neutral": "neu"})
    before = scores_of(make_scorer(f"sentiment:{model}"), PAIRS)
    assert [s.value for s in scores_of(make_scorer(f"sentiment:{spelt}"), PAIRS)] == [s.value for s in before]


@pytest.mark.second
def test_labels_of_one_sentiment_are_added_up(model: Path, tmp_path: Path) -> None:
    stars = write_classifier(tmp_path / "stars")
    rename_labels(stars, {"positive": "5 stars", "negative": "4 stars", "neutral": "1 star"})
    (soft,) = scores_of(make_scorer(f"sentiment-soft:{stars}"), [("gut", "schlecht!")])
    three = dict(make_scorer(f"sentiment:{model}")._read("gut"))  # type: ignore[attr-defined]
    two = dict(make_scorer(f"sentiment:{stars}")._read("gut"))  # type: ignore[attr-defined]
    assert two == pytest.approx({"positive": three["positive"] + three["negative"], "negative": three["neutral"]})
    assert soft.value is not None
    assert 0 < soft.value <= 1


@pytest.mark.second
def test_the_soft_form_is_one_for_equal_texts_and_what_two_distributions_share(model: Path) -> None:
    soft = make_scorer(f"sentiment-soft:{model}")
    assert scores_of(soft, [("gut", "gut")])[0].value == pytest.approx(1)
    a, b = (soft._read(text) for text in ("gut", "schlecht!"))  # type: ignore[attr-defined]
    distance = sum(abs(a[label] - b[label]) for label in a) / 2
    assert scores_of(soft, [("gut", "schlecht!")])[0].value == pytest.approx(1 - distance)


@pytest.mark.second
def test_its_f1_on_gold_labels_is_told(model: Path) -> None:
    scorer = make_scorer(f"sentiment:{model}")
    found = [max(shares := scorer._read(t), key=shares.__getitem__) for t in TEXTS]  # type: ignore[attr-defined]
    names = {"positive": "Positiv", "negative": "NEG", "neutral": "neutral"}
    wrong = {"positive": "negative", "negative": "positive", "neutral": "positive"}
    given = [wrong[label] if i < 2 else names[label] for i, label in enumerate(found)]
    examples = [
        Example(id=str(i), target=text, row={"sentiment": label})
        for i, (text, label) in enumerate(zip(TEXTS, given, strict=True))
    ]
    expected = macro_f1([polarity(label) for label in given], found)
    (note,) = scorer_notes(make_scorer({f"sentiment:{model}": 1, "similarity": 1}), examples)
    assert note == f"Sentiment model: macro F1 {expected:.2f} on 8 references."
    assert 0 < expected < 1
    assert scorer_notes(make_scorer("similarity"), examples) == []


@pytest.mark.second
@pytest.mark.parametrize("row", [{}, {"sentiment": "purple"}])
def test_without_gold_labels_its_f1_is_unknown(model: Path, row: dict[str, str]) -> None:
    (note,) = scorer_notes(make_scorer(f"sentiment:{model}"), [Example(id="1", target="gut", row=dict(row))])
    assert "unknown" in note


@pytest.mark.second
def test_the_name_tells_content_and_kind(model: Path, permuted: Path) -> None:
    specs = [f"sentiment:{model}", f"sentiment-soft:{model}", f"sentiment:{permuted}"]
    names = [make_scorer(spec).name for spec in specs]
    assert len(set(names)) == 3
    assert names[0].startswith("sentiment:tiny@")


@pytest.mark.second
def test_a_folder_that_is_no_classifier_is_refused(model: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ScorerError, match="no model"):
        make_scorer(f"sentiment:{tmp_path / 'empty'}")
    (tmp_path / "empty" / "config.json").write_text("{}")
    with pytest.raises(ScorerError, match="names no labels"):
        make_scorer(f"sentiment:{tmp_path / 'empty'}")


@pytest.mark.second
def test_a_model_that_is_nowhere_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ScorerError, match="cannot be had"):
        make_scorer("sentiment:nobody/no-such-model")


class _Hard(ScorerContract):
    kind = "sentiment"

    @pytest.fixture(autouse=True)
    def _model(self, model: Path) -> None:
        self.spec = f"{self.kind}:{model}"

    def make(self, targets: Sequence[str] = TARGETS) -> Scorer:
        return make_scorer(self.spec, targets=targets)


@pytest.mark.second
class TestSentiment(_Hard):
    pass


@pytest.mark.second
class TestSentimentSoft(_Hard):
    kind = "sentiment-soft"


@pytest.mark.second
def test_a_run_tells_how_good_the_model_is(model: Path, tmp_path: Path) -> None:
    import feinschliff as fein
    from tests.fakes.openai_server import FakeServer

    rows = [{"q": f"{i} ANSWER: {text}", "a": text, "sentiment": "positive"} for i, text in enumerate(TEXTS * 2)]
    task = fein.Task.from_rows(rows, prompt="{{ q }}", target="a")
    with FakeServer() as server:
        result = fein.compare(
            task, fein.Endpoint(server.url), a={"temperature": 0.4}, b={"temperature": 1.5},
            score=f"sentiment-soft:{model}", store=tmp_path / "s.db",
        )  # fmt: skip
    assert any(note.startswith("Sentiment model: macro F1 0.") for note in result.warnings)
    assert "references" in " ".join(result.warnings)
