from __future__ import annotations

import pytest

from feinschliff.errors import ScorerError
from feinschliff.records import Example
from feinschliff.scorers import make_scorer
from feinschliff.text.normal import is_unspaced
from tests.contracts.scorer_contract import make_answer


def score_of(spec: str, answer: str, target: str) -> float | None:
    return make_scorer(spec).score([Example(id="1", target=target)], [make_answer(answer)])[0].value


@pytest.mark.parametrize(
    ("answer", "target", "values"),
    [  # by rouge-score 0.1.2, without its stemmer: ROUGE-1, -2, -L
        (
            "The quick brown dog jumps on the log.",
            "The quick brown fox jumps over the lazy dog",
            (0.7058823529411765, 0.26666666666666666, 0.5882352941176471),
        ),
        ("police killed the gunman", "police kill the gunman", (0.75, 0.3333333333333333, 0.75)),
        ("the gunman kill police", "police kill the gunman", (1.0, 0.3333333333333333, 0.5)),
        (
            "Lost: grey cat near Mill Lane, 2 days ago",
            "Grey cat lost in Mill Lane 2 days ago!",
            (0.8888888888888888, 0.625, 0.7777777777777778),
        ),
        ("a a a b", "a b b", (0.5714285714285715, 0.4, 0.5714285714285715)),
        ("one", "one two", (0.6666666666666666, 0.0, 0.6666666666666666)),
        ("", "one two", (0.0, 0.0, 0.0)),
    ],
)
def test_rouge_on_ascii_is_rouge_scores(answer: str, target: str, values: tuple[float, float, float]) -> None:
    found = [score_of(f"rouge:{kind}", answer, target) for kind in ("1", "2", "L")]
    assert found == [pytest.approx(value) for value in values]


def test_rouge_keeps_umlauts_and_korean() -> None:
    assert score_of("rouge", "Grüße aus Köln", "Grüße aus Bonn") == pytest.approx(2 / 3)
    assert score_of("rouge", "Masse", "Maße") == 0
    assert score_of("rouge:1", "오늘 날씨가 좋다", "오늘 날씨가 정말 좋습니다") == pytest.approx(4 / 7)


def test_rouge_of_a_target_that_is_too_short_is_none() -> None:
    assert score_of("rouge:2", "Ja", "Ja") is None
    assert score_of("rouge", "Ja", "...") is None
    assert score_of("rouge", "Ja", "Ja") == 1


@pytest.mark.parametrize("spec", ["rouge:0", "rouge:Lsum", "rouge:two"])
def test_other_kinds_of_rouge_are_refused(spec: str) -> None:
    with pytest.raises(ScorerError, match="no ROUGE"):
        make_scorer(spec)


def test_names_tell_the_kind() -> None:
    assert [make_scorer(s).name for s in ("rouge", "rouge:l", "rouge:2")] == ["rouge:L", "rouge:L", "rouge:2"]
    assert [make_scorer(s).name for s in ("bleu", "bleu:13a")] == ["bleu", "bleu:13a"]


@pytest.mark.parametrize("text", ["Ja", "Grüße aus Köln!", "오늘 날씨가 정말 좋습니다", "오늘", "今日はいい天気です"])
def test_bleu_of_equal_texts_is_one_however_short(text: str) -> None:
    assert score_of("bleu", text, text) == pytest.approx(1)
    assert score_of("bleu", "", text) == 0


def test_bleu_by_hand() -> None:
    # Tokens "Die Tür ist zu ." and "Die Tür ist auf .": 4 of 5, 2 of 4, 1 of 3, and 0 of 2 smoothed to 1/2 of 2.
    expected = (4 / 5 * 2 / 4 * 1 / 3 * 1 / 4) ** 0.25
    assert score_of("bleu", "Die Tür ist zu.", "Die Tür ist auf.") == pytest.approx(expected)


def test_bleu_parts_no_word_at_an_umlaut() -> None:
    assert score_of("bleu", "Gruesse", "Grüße") == 0
    assert score_of("bleu", "Mädchen", "Märchen") == 0


def test_bleu_compares_korean_by_syllables() -> None:
    by_words = score_of("bleu:intl", "오늘은 날씨가 좋다", "오늘 날씨도 좋았다")
    by_syllables = score_of("bleu", "오늘은 날씨가 좋다", "오늘 날씨도 좋았다")
    assert by_words == 0
    assert by_syllables == score_of("bleu:char", "오늘은 날씨가 좋다", "오늘 날씨도 좋았다")
    assert by_syllables is not None
    assert by_syllables > 0.1


@pytest.mark.parametrize(
    ("text", "expected"),
    [("오늘 AI", True), ("AI models 한", False), ("ไทย", True), ("", False), ("Maß 3", False), ("日本", True)],
)
def test_scripts_without_spaces(text: str, expected: bool) -> None:
    assert is_unspaced(text) is expected


@pytest.mark.parametrize(("spec", "message"), [("bleu:flores200", "no tokenizer"), ("bleu:ko-mecab", "not installed")])
def test_bleu_refuses_tokenizers_that_are_not_there(spec: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from feinschliff.scorers import overlap

    def missing(name: str) -> None:
        raise RuntimeError("extra dependencies are missing")

    monkeypatch.setattr(overlap, "_bleu", missing)
    with pytest.raises(ScorerError, match=message):
        make_scorer(spec)
